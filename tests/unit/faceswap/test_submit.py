from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace

import pytest

from faceswap import (
    APIVersion,
    FaceSwapClient,
    Gender,
    GroupNeedsCatalogueFilter,
    NotSent,
    OutcomeUnknown,
    PromptRequest,
    Quality,
    Ratio,
    RemoteStatus,
    Submission,
    SwapRequest,
    Timeouts,
)
from tests.support.scripted_api import RESET, Answer, ScriptedAPI

UUID = uuid.UUID("0b0e6a0e-7f5e-4a55-9df2-2f8d3a1c9b7d")
V1, V2, V5, V6 = APIVersion.V1, APIVersion.V2, APIVersion.V5, APIVersion.V6
PROMPT = PromptRequest(prompt="A cinematic portrait in neon city lights")


@pytest.mark.parametrize(
    ("version", "path", "fields"),
    [
        (V1, "/v1/run/faceswap", {"base64", "gender", "filter_id"}),
        (V5, "/v5/run/face_swap", {"base64", "gender", "filter_id", "ratio"}),
        (V6, "/v6/run/face_swap", {"base64", "gender", "filter_id", "ratio", "quality_mode"}),
    ],
)
async def test_each_version_has_its_place_and_its_fields(
    api: ScriptedAPI,
    client: FaceSwapClient,
    swap: SwapRequest,
    *,
    version: APIVersion,
    path: str,
    fields: set[str],
) -> None:
    await client.submit(swap, version=version)

    [call] = api.submissions
    assert (call.path, set(call.fields)) == (path, fields)
    assert call.photo == swap.photo


async def test_v6_sends_every_value_as_the_api_spells_it(
    api: ScriptedAPI, client: FaceSwapClient
) -> None:
    request = SwapRequest(
        photo='https://photos.example/a b.jpg?x="1"',
        gender=Gender.GIRL,
        filter_id=34,
        ratio=Ratio.SQUARE,
        quality=Quality.FAST,
    )

    await client.submit(request, version=V6)

    assert api.submissions[0].fields == {
        "base64": request.photo,
        "gender": 3,
        "filter_id": 34,
        "ratio": "square",
        "quality_mode": "v6",
    }


@pytest.mark.parametrize("gender", Gender)
async def test_genders_are_the_numbers_of_the_document(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, gender: Gender
) -> None:
    await client.submit(replace(swap, gender=gender), version=V6)

    documented = {"MALE": 0, "FEMALE": 1, "BOY": 2, "GIRL": 3, "GROUP": 4}
    assert api.submissions[0].fields["gender"] == documented[gender.name]


async def test_a_uuid_filter_goes_without_quality_mode(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest
) -> None:
    await client.submit(replace(swap, filter_id=UUID), version=V6)

    [call] = api.submissions
    assert call.fields["filter_id"] == str(UUID)
    assert "quality_mode" not in call.fields


@pytest.mark.parametrize("version", [V1, V5, V6])
async def test_a_group_with_a_uuid_filter_is_refused_before_anything_is_sent(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, version: APIVersion
) -> None:
    with pytest.raises(GroupNeedsCatalogueFilter):
        await client.submit(replace(swap, gender=Gender.GROUP, filter_id=UUID), version=version)

    assert api.calls == []


async def test_a_filter_does_not_run_on_the_version_for_prompts(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest
) -> None:
    with pytest.raises(ValueError, match="v2 takes prompts only; filters run on v1, v5, v6"):
        await client.submit(swap, version=V2)

    assert api.calls == []


@pytest.mark.parametrize("version", APIVersion)
async def test_a_prompt_has_one_place_whatever_the_version(
    api: ScriptedAPI, client: FaceSwapClient, version: APIVersion
) -> None:
    submission = await client.submit(PROMPT, version=version)

    [call] = api.submissions
    assert (call.path, call.fields) == ("/v2/run/self-prompt", {"prompt": PROMPT.prompt})
    assert submission == Submission(remote_id="job-1", status=RemoteStatus.QUEUED)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 98_303, 98_304, 98_305, 5_000_000])
async def test_a_photo_of_any_size_arrives_whole_with_its_length_said_before(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, size: int
) -> None:
    photo = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    await client.submit(replace(swap, photo=photo), version=V6)

    [call] = api.submissions
    assert call.photo == photo
    assert call.headers["Content-Length"] == str(len(call.body))
    assert "Transfer-Encoding" not in call.headers
    assert call.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("header", "prefix", "expected"),
    [
        ("X-API-Key", "", "a-secret-key"),
        ("Authorization", "Bearer", "Bearer a-secret-key"),
    ],
)
async def test_the_key_goes_where_the_operator_says(
    swap: SwapRequest, header: str, prefix: str, expected: str
) -> None:
    async with (
        ScriptedAPI(key_header=header, key_prefix=prefix) as api,
        FaceSwapClient(
            url=api.url + "/", key=api.key, key_header=header, key_prefix=prefix
        ) as client,
    ):
        await client.submit(swap, version=V6)
        await client.list_filters()

    assert [call.headers[header] for call in api.calls] == [expected, expected]


async def test_an_idempotency_key_goes_only_when_given(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest
) -> None:
    await client.submit(swap, version=V6)
    await client.submit(swap, version=V6, idempotency_key="job-7-attempt-1")

    keys = [call.headers.get("Idempotency-Key") for call in api.submissions]
    assert keys == [None, "job-7-attempt-1"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"id": "job-abc-123", "status": "IN_QUEUE"}, ("job-abc-123", RemoteStatus.IN_QUEUE)),
        ({"id": "job-id-123", "status": "QUEUED"}, ("job-id-123", RemoteStatus.QUEUED)),
        ({"id": 17, "status": "queued"}, ("17", RemoteStatus.QUEUED)),
        ({"id": "x", "status": "WARMING_UP"}, ("x", None)),
        ({"id": "x"}, ("x", None)),
        ({"id": "x", "status": 5}, ("x", None)),
    ],
)
@pytest.mark.parametrize("status", [200, 201, 202])
async def test_receipts(
    api: ScriptedAPI,
    client: FaceSwapClient,
    swap: SwapRequest,
    *,
    status: int,
    body: object,
    expected: tuple[str, RemoteStatus | None],
) -> None:
    api.on_submit(Answer(status=status, body=body))

    submission = await client.submit(swap, version=V6)

    assert (submission.remote_id, submission.status) == expected


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b""),
        Answer(status=204),
        Answer(body="<html>"),
        Answer(body="[" * 100_000),
        Answer(body=b"\xff\xfe"),
        Answer(body=["x"]),
        Answer(body={}),
        Answer(body={"id": ""}),
        Answer(body={"id": " "}),
        Answer(body={"id": None}),
        Answer(body={"id": True}),
        Answer(body={"id": ["x"]}),
        Answer(body={"id": "x" * 513}),
        Answer(body={"id": "x", "padding": "x" * 2**17}),
        Answer(body={"id": "x", "status": "QUEUED"}, cut_after=10),
        Answer(body={"id": "x"}, headers={"Content-Encoding": "gzip"}),
        Answer(status=408),
        *(Answer(status=status) for status in (500, 502, 503, 504, 524)),
        Answer(status=503, headers={"Retry-After": "1"}, body={"error": "INVALID_IMAGE"}),
        RESET,
    ],
    ids=repr,
)
async def test_no_usable_answer_may_have_been_charged_and_is_never_sent_again(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, answer: Answer
) -> None:
    api.on_submit(answer)

    with pytest.raises(OutcomeUnknown):
        await client.submit(swap, version=V6)

    assert len(api.submissions) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, status: int
) -> None:
    async with ScriptedAPI() as elsewhere:
        location = f"{elsewhere.url}/v6/run/face_swap"
        api.on_submit(Answer(status=status, headers={"Location": location}))
        with pytest.raises(OutcomeUnknown, match=f"HTTP {status}"):
            await client.submit(swap, version=V6)

    assert elsewhere.calls == []


async def test_an_answer_that_does_not_come_in_time_may_have_been_charged(
    api: ScriptedAPI, swap: SwapRequest
) -> None:
    timeouts = Timeouts(submit=0.1)
    async with (
        FaceSwapClient(url=api.url, key=api.key, timeouts=timeouts) as client,
        api.hold_submit(),
    ):
        with pytest.raises(OutcomeUnknown, match="TimeoutError"):
            await client.submit(swap, version=V6)

    assert api.paid == 1


async def test_each_submission_has_a_connection_of_its_own(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest
) -> None:
    for _ in range(3):
        await client.submit(swap, version=V6)

    assert len({call.port for call in api.submissions}) == 3


async def test_a_studio_repeats_the_receipt_of_an_answer_that_was_lost(swap: SwapRequest) -> None:
    async with (
        ScriptedAPI(honours_keys=True) as api,
        FaceSwapClient(url=api.url, key=api.key) as client,
    ):
        assert await client.honours_idempotency_key()
        api.on_submit(RESET)
        with pytest.raises(OutcomeUnknown):
            await client.submit(swap, version=V6, idempotency_key="a")
        repeated = await client.submit(swap, version=V6, idempotency_key="a")
        another = await client.submit(swap, version=V6, idempotency_key="b")

    assert (repeated.remote_id, another.remote_id) == ("job-1", "job-2")
    assert (api.paid, len(api.submissions)) == (2, 3)


async def _is_not_sent(url: str, swap: SwapRequest) -> None:
    timeouts = Timeouts(connect=0.2)
    async with FaceSwapClient(url=url, key="a-secret-key", timeouts=timeouts) as client:
        with pytest.raises(NotSent):
            await client.submit(swap, version=V6)


async def test_a_refused_connection_is_not_sent(swap: SwapRequest) -> None:
    async with ScriptedAPI() as api:
        url = api.url
    await _is_not_sent(url, swap)


async def test_a_name_that_cannot_be_resolved_is_not_sent(swap: SwapRequest) -> None:
    # Longer than a label may be: the resolver says no before it asks anybody.
    await _is_not_sent(f"http://{'a' * 64}.test", swap)


async def test_a_failed_tls_handshake_is_not_sent(api: ScriptedAPI, swap: SwapRequest) -> None:
    await _is_not_sent(api.url.replace("http:", "https:"), swap)

    assert api.calls == []


async def test_a_connection_that_does_not_come_about_in_time_is_not_sent(swap: SwapRequest) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1")
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        await _is_not_sent(f"https://127.0.0.1:{port}", swap)


async def test_a_connection_that_breaks_while_the_photo_is_sent_may_have_been_charged(
    swap: SwapRequest,
) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.transport.abort()

    rude = await asyncio.start_server(hang_up, "127.0.0.1")
    async with rude:
        port = rude.sockets[0].getsockname()[1]
        async with FaceSwapClient(url=f"http://127.0.0.1:{port}", key="k") as client:
            with pytest.raises(OutcomeUnknown):
                await client.submit(replace(swap, photo=bytes(2**23)), version=V6)
