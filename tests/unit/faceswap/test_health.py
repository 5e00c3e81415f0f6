from __future__ import annotations

import pytest

from faceswap import FaceSwapClient, Timeouts
from tests.support.scripted_api import RESET, Answer, ScriptedAPI

STUDIO = {"service": "faceswap-studio", "idempotency_key": True}


@pytest.mark.parametrize("body", [STUDIO, {**STUDIO, "status": "ok"}])
async def test_our_studio_honours_the_key_and_never_sees_ours(
    api: ScriptedAPI, client: FaceSwapClient, body: object
) -> None:
    api.health = Answer(body=body)

    assert await client.honours_idempotency_key()

    [call] = api.calls
    assert call.path == "/healthz"
    assert api.key not in str(call.headers)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=404),
        Answer(status=500, body=STUDIO),
        Answer(status=302, headers={"Location": "/v1/filters/"}, body=STUDIO),
        Answer(body={**STUDIO, "idempotency_key": "true"}),
        Answer(body={**STUDIO, "idempotency_key": 1}),
        Answer(body={**STUDIO, "service": "another"}),
        Answer(body={"idempotency_key": True}),
        Answer(body={"service": "faceswap-studio"}),
        Answer(body=[STUDIO]),
        Answer(body="ok"),
        Answer(body="[" * 60_000),
        Answer(body={**STUDIO, "padding": "x" * 2**17}),
        Answer(body=STUDIO, cut_after=5),
        RESET,
    ],
    ids=lambda answer: repr(answer)[:70],
)
async def test_anything_else_does_not(
    api: ScriptedAPI, client: FaceSwapClient, answer: Answer
) -> None:
    api.health = answer

    assert not await client.honours_idempotency_key()


async def test_a_service_that_does_not_answer_does_not(api: ScriptedAPI) -> None:
    api.health = Answer(body=STUDIO, cut_after=3, stalls=True)
    async with FaceSwapClient(url=api.url, key=api.key, timeouts=Timeouts(health=0.1)) as client:
        assert not await client.honours_idempotency_key()


async def test_no_service_does_not() -> None:
    async with ScriptedAPI() as api:
        url = api.url
    async with FaceSwapClient(url=url, key="k") as client:
        assert not await client.honours_idempotency_key()
