from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from faceswap import (
    APIVersion,
    ClientClosed,
    FaceSwapClient,
    FaceSwapError,
    OutcomeUnknown,
    SwapRequest,
)
from tests.support.scripted_api import RESET, Answer, ScriptedAPI

V6 = APIVersion.V6


async def test_a_closed_client_says_so_in_every_call(
    api: ScriptedAPI, swap: SwapRequest, into: Path
) -> None:
    async with FaceSwapClient(url=api.url, key=api.key) as client:
        await client.list_filters()
    calls: list[Callable[[], Awaitable[object]]] = [
        client.list_filters,
        client.honours_idempotency_key,
        client.__aenter__,
        lambda: client.submit(swap, version=V6),
        lambda: client.get_status("job", version=V6, into=into),
    ]
    for call in calls:
        with pytest.raises(ClientClosed, match="this FaceSwapClient is closed; make a new one"):
            await call()

    assert len(api.calls) == 1


async def test_closing_twice_or_unused_does_nothing(api: ScriptedAPI) -> None:
    client = FaceSwapClient(url=api.url, key=api.key)
    await client.close()
    await client.close()


def test_a_client_can_be_made_before_there_is_an_event_loop() -> None:
    assert "***" in repr(FaceSwapClient(url="https://api.example", key="k"))


async def test_closing_ends_a_submission_under_way_as_unknown(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest
) -> None:
    async with api.hold_submit() as gate:
        submitting = asyncio.create_task(client.submit(swap, version=V6))
        await gate.holds(1)
        await client.close()
        with pytest.raises(OutcomeUnknown):
            await submitting


@pytest.mark.parametrize(
    "url", ["", "api.example", "ftp://api.example", "http://", "https:///v1", "/v1"]
)
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="must start with http:// or https:// and name a host"):
        FaceSwapClient(url=url, key="k")


@pytest.mark.parametrize(
    "wrong",
    [{"key": "a\nb"}, {"key": "k", "key_header": "X\r\n"}, {"key": "k", "key_prefix": "\0"}],
)
def test_a_key_that_cannot_be_sent_is_refused_without_being_shown(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="one line of text") as caught:
        FaceSwapClient(url="http://api.example", **wrong)  # type: ignore[arg-type]

    assert "a\nb" not in str(caught.value)


async def test_without_a_key_no_header_is_sent(api: ScriptedAPI) -> None:
    async with FaceSwapClient(url=api.url, key="") as client:
        with pytest.raises(FaceSwapError):
            await client.list_filters()

    assert "X-API-Key" not in api.calls[0].headers


@pytest.mark.parametrize("status", [400, 401, 402, 404, 413, 422, 429, 500, 302])
async def test_the_key_is_never_shown(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, into: Path, status: int
) -> None:
    echo = Answer(status=status, body={"error": api.key, "detail": f"bad key {api.key}"})
    garbled = Answer(headers={"Content-Encoding": "gzip"}, body=api.key)
    api.on_submit(echo, garbled, RESET)
    api.on_status(echo, garbled, RESET)
    api.on_filters(echo, garbled, RESET)
    shown = [repr(client), str(client), repr(vars(client))]
    for _ in range(3):
        for call in (
            client.submit(swap, version=V6),
            client.get_status("job", version=V6, into=into),
            client.list_filters(),
        ):
            try:
                await call
            except FaceSwapError as error:
                shown += [str(error), repr(error), repr(vars(error)), repr(error.__cause__)]
                shown += traceback.format_exception(error)

    assert len(shown) > 30
    assert not any(api.key in text for text in shown)
