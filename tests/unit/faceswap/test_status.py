from __future__ import annotations

import asyncio
import base64
import errno
import logging
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from faceswap import (
    APIVersion,
    FaceSwapClient,
    FaceSwapError,
    KeyRefused,
    NoPicture,
    RemoteJob,
    RemoteJobNotFound,
    RemoteStatus,
    StatusUnavailable,
    Timeouts,
    pictures,
)
from faceswap.encoding import decode
from tests.support.pngs import png
from tests.support.scripted_api import PICTURE, RESET, Answer, ScriptedAPI

V1, V2, V5, V6 = APIVersion.V1, APIVersion.V2, APIVersion.V5, APIVersion.V6
BASE64 = base64.b64encode(PICTURE).decode()
LARGE = png(at_least_bytes=600_000)
LARGE_BASE64 = base64.b64encode(LARGE).decode()
ESCAPED_PLUS = LARGE_BASE64.replace("+", "\\u002B").replace("/", "\\/")
JPEG = b"\xff\xd8\xff\xe0 the rest of a JPEG"
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 the rest of a WebP"


def _completed(*images: object) -> Answer:
    body = {"id": "job", "status": "COMPLETED", "output": {"images": list(images)}}
    return Answer(body=body)


def _files(folder: Path) -> list[str]:
    return sorted(entry.name for entry in os.scandir(folder)) if folder.exists() else []


def _lines(text: str, *, ending: str = "\n") -> str:
    return ending.join(text[start : start + 76] for start in range(0, len(text), 76))


async def _ask(
    client: FaceSwapClient, into: Path, *, remote_id: str = "job", version: APIVersion = V6
) -> RemoteJob:
    async with asyncio.timeout(10):
        return await client.get_status(remote_id, version=version, into=into)


@pytest.mark.parametrize(
    ("understood", "note"),
    [
        ("the sea at dawn, painted", "the sea at dawn, painted"),
        ("two\nlines\x07", "two lines"),
        ("a" * 300, "a" * 199 + "…"),
        ("a" * 10_000, ""),
        (None, ""),
        (["the sea"], ""),
    ],
)
async def test_what_the_studio_understood_is_noted_as_plain_text(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, *, understood: object, note: str
) -> None:
    body = {
        "id": "job",
        "status": "COMPLETED",
        "understood": understood,
        "output": {"images": [BASE64]},
    }
    api.on_status(Answer(body=body))

    assert (await _ask(client, into)).note == note


@pytest.mark.parametrize(
    ("version", "path"),
    [(V1, "/v2/status/"), (V2, "/v2/status/"), (V5, "/v5/status/"), (V6, "/v6/status/")],
)
async def test_status_is_asked_at_the_version_of_the_job(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, *, version: APIVersion, path: str
) -> None:
    await api.finish("job-id-123")

    job = await _ask(client, into, remote_id="job-id-123", version=version)

    [call] = api.status_calls
    assert (call.path, call.body) == (path + "job-id-123", b"")
    assert (job.status, job.remote_id) == (RemoteStatus.COMPLETED, "job-id-123")


@pytest.mark.parametrize("remote_id", ["a/b", "../../v1/filters", "a b?c=d#e", "100%", "%2F", "ä"])
async def test_an_id_may_hold_anything(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, remote_id: str
) -> None:
    await api.finish(remote_id)

    job = await _ask(client, into, remote_id=remote_id)

    assert job.remote_id == remote_id
    assert [call.remote_id for call in api.calls] == [remote_id]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        *((status.value, status) for status in RemoteStatus if status.value != "COMPLETED"),
        ("in_progress", RemoteStatus.IN_PROGRESS),
        (" Failed ", RemoteStatus.FAILED),
        ("WARMING_UP", None),
    ],
)
async def test_every_status(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, *, said: str, status: RemoteStatus | None
) -> None:
    await api.say("job", said)

    job = await _ask(client, into)

    assert (job.status, job.raw_status, job.pictures) == (status, said.strip(), ())
    assert _files(into) == []


async def test_a_job_may_go_backwards(api: ScriptedAPI, client: FaceSwapClient, into: Path) -> None:
    seen = []
    for status in ("RUNNING", "IN_QUEUE", "RUNNING"):
        await api.say("job", status)
        seen.append((await _ask(client, into)).raw_status)

    assert seen == ["RUNNING", "IN_QUEUE", "RUNNING"]


async def test_an_unknown_status_is_shortened_and_logged_once(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await api.say("job", "WARMING\nUP " + "x" * 500)
    with caplog.at_level(logging.WARNING, logger="faceswap"):
        jobs = [await _ask(client, into) for _ in range(3)]

    assert {job.status for job in jobs} == {None}
    assert jobs[0].raw_status.startswith("WARMING UP x")
    assert len(jobs[0].raw_status) == 64
    assert len(caplog.records) == 1


async def test_what_is_said_of_a_failed_job_is_kept_for_the_log(
    api: ScriptedAPI, client: FaceSwapClient, into: Path
) -> None:
    await api.say("job", "FAILED", error=f"no face; key {api.key}; " + "x" * 500)

    job = await _ask(client, into)

    assert "no face; key ***;" in job.detail
    assert len(job.detail) <= 300
    assert "no face" not in repr(job)


async def test_a_call_may_wait_for_the_end_of_the_job(into: Path) -> None:
    async with (
        ScriptedAPI(blocks=True) as api,
        FaceSwapClient(url=api.url, key=api.key) as client,
    ):
        await api.say("job", "IN_QUEUE")
        asking = asyncio.create_task(_ask(client, into))
        await api.until(lambda: api.status_calls)
        await api.say("job", "RUNNING")
        assert not asking.done()
        await api.finish("job")
        job = await asking

    assert job.pictures[0].read_bytes() == PICTURE
    assert len(api.status_calls) == 1


@pytest.mark.parametrize(
    ("image", "content", "suffix"),
    [
        (BASE64, PICTURE, ".png"),
        (f"data:image/png;base64,{BASE64}", PICTURE, ".png"),
        (f" \n'{BASE64}'\r\n", PICTURE, ".png"),
        (f'"data:image/png;charset=utf-8;BASE64,{_lines(BASE64)}"', PICTURE, ".png"),
        (f"\"'{BASE64}'\"", PICTURE, ".png"),
        (_lines(BASE64, ending=" \t\r\n"), PICTURE, ".png"),
        (base64.b64encode(JPEG).decode(), JPEG, ".jpg"),
        (base64.b64encode(WEBP).decode(), WEBP, ".webp"),
        (LARGE_BASE64, LARGE, ".png"),
        (f'"data:image/png;base64,{_lines(LARGE_BASE64)}"\n', LARGE, ".png"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_picture_is_found_in_whatever_it_is_wrapped(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, *, image: str, content: bytes, suffix: str
) -> None:
    api.on_status(_completed(image))

    [picture] = (await _ask(client, into)).pictures

    assert picture.read_bytes() == content
    assert (picture.parent, picture.suffix) == (into, suffix)
    assert _files(into) == [picture.name]


@pytest.mark.parametrize("padding", range(12))
async def test_escapes_may_fall_on_any_border_of_what_is_read_at_once(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, padding: int
) -> None:
    body = f'{{"status": "COMPLETED", "output": {{"images": ["{" " * padding}{ESCAPED_PLUS}"]}}}}'
    api.on_status(Answer(body=body))

    [picture] = (await _ask(client, into)).pictures

    assert picture.read_bytes() == LARGE


async def test_several_pictures_come_in_their_order(
    api: ScriptedAPI, client: FaceSwapClient, into: Path
) -> None:
    contents = [LARGE, PICTURE, png(colour=(1, 2, 3), at_least_bytes=5000)]
    await api.finish("job", *contents)

    job = await _ask(client, into)

    assert [picture.read_bytes() for picture in job.pictures] == contents
    assert len(_files(into)) == 3


@pytest.mark.parametrize("broken", ["", "!!!", None, base64.b64encode(b"GIF89a").decode(), 7])
async def test_one_broken_picture_does_not_cost_the_good_ones(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, broken: object
) -> None:
    api.on_status(_completed(broken, BASE64, broken))

    job = await _ask(client, into)

    assert [picture.read_bytes() for picture in job.pictures] == [PICTURE]
    assert _files(into) == [job.pictures[0].name]


async def test_no_more_than_four_pictures_are_kept(
    api: ScriptedAPI, client: FaceSwapClient, into: Path
) -> None:
    await api.finish("job", *[PICTURE] * 50)

    assert len((await _ask(client, into)).pictures) == len(_files(into)) == 4


NO_IMAGES: list[object] = [[], [""], [None], [1], [[]], [{"image": BASE64}], BASE64, None]
NO_OUTPUT: list[object] = [None, [], "x", {}, *({"images": images} for images in NO_IMAGES)]
NO_PICTURE = [
    "not base64",
    "https://pictures.example/1.png",
    BASE64[:-1],
    BASE64 + "===",
    BASE64 + "====",
    BASE64 + "=" + BASE64,
    "AAA=" + LARGE_BASE64,
    LARGE_BASE64[: 2**18] + "AAA=" + LARGE_BASE64[2**18 :],
    LARGE_BASE64[:300_000] + '"' + LARGE_BASE64[300_000:],
    LARGE_BASE64[:300_000] + "ä" + LARGE_BASE64[300_000:],
    LARGE_BASE64[:300_000] + "\\" + LARGE_BASE64[300_000:],
    "data:image/png;base64,",
    "data:" + BASE64,
    '""',
    "  \n ",
    "ä" * 10,
    base64.urlsafe_b64encode(PICTURE + b"\xff\xff\xff\xff").decode(),
    base64.b64encode(b"GIF89a" + PICTURE).decode(),
    base64.b64encode(b"\x89PN").decode(),
    base64.b64encode(b"<html></html>").decode(),
]
EMPTY_HANDED: list[object] = [
    {"id": "job", "status": "COMPLETED"},
    *({"status": "COMPLETED", "output": output} for output in NO_OUTPUT),
    *({"status": "COMPLETED", "output": {"images": [image]}} for image in NO_PICTURE),
]


@pytest.mark.parametrize("body", EMPTY_HANDED, ids=lambda body: str(body)[22:80])
async def test_completed_without_a_real_picture_is_a_failure(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, body: object
) -> None:
    api.on_status(Answer(body=body))

    with pytest.raises(NoPicture) as caught:
        await _ask(client, into)

    assert len(str(caught.value)) < 300
    assert _files(into) == []


@pytest.mark.parametrize("size", [100_000, 130_000, 150_000, 3_000_000])
async def test_a_picture_above_the_bound_is_none(api: ScriptedAPI, into: Path, size: int) -> None:
    allowed = png(at_least_bytes=99_900)
    bound = len(allowed)
    await api.finish("large", png(at_least_bytes=size))
    await api.finish("allowed", allowed)
    async with FaceSwapClient(url=api.url, key=api.key, max_picture_bytes=bound) as client:
        with pytest.raises(NoPicture, match="above"):
            await _ask(client, into, remote_id="large")
        assert _files(into) == []
        assert len((await _ask(client, into, remote_id="allowed")).pictures) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, KeyRefused),
        (403, KeyRefused),
        (404, RemoteJobNotFound),
        (410, RemoteJobNotFound),
        *((status, StatusUnavailable) for status in (301, 307, 308, 400, 402, 405, 408, 409)),
        *((status, StatusUnavailable) for status in (422, 429, 500, 502, 503, 504, 524)),
    ],
)
@pytest.mark.parametrize("body", [b"", {"detail": "no"}, "<html>", b"\xff"])
async def test_every_http_status(
    api: ScriptedAPI,
    client: FaceSwapClient,
    into: Path,
    *,
    status: int,
    kind: type[FaceSwapError],
    body: object,
) -> None:
    headers = {"Location": f"{api.url}/v6/status/elsewhere"}
    api.on_status(Answer(status=status, body=body, headers=headers))

    with pytest.raises(kind) as caught:
        await _ask(client, into)

    assert type(caught.value) is kind
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    ("status", "header", "wait"), [(429, "7", 7), (503, "9", 9), (500, "", None)]
)
async def test_retry_after_is_handed_on(
    api: ScriptedAPI,
    client: FaceSwapClient,
    into: Path,
    *,
    status: int,
    header: str,
    wait: float | None,
) -> None:
    api.on_status(Answer(status=status, headers={"Retry-After": header}))

    with pytest.raises(StatusUnavailable) as caught:
        await _ask(client, into)

    assert caught.value.retry_after == wait


@pytest.mark.parametrize(
    "answer",
    [
        RESET,
        Answer(),
        Answer(status=204),
        Answer(body="<html>"),
        Answer(body="null"),
        Answer(body="[" * 100_000),
        Answer(body=b"\xff\xfe" * 50_000),
        Answer(body=[{"status": "COMPLETED"}]),
        Answer(body={}),
        Answer(body={"status": None}),
        Answer(body={"status": " "}),
        Answer(body={"status": 1}),
        Answer(body={"status": "Z" * 100_000}),
        Answer(body={"id": "another", "status": "FAILED"}),
        Answer(body={"id": 7, "status": "COMPLETED", "output": {"images": [BASE64]}}),
        Answer(body='{"status": "COMPLETED'),
        Answer(body='{"status": "COMPLETED", "output": {"images": ["' + LARGE_BASE64),
        Answer(body={"status": "RUNNING", "logs": ["x"] * 500_000}),
        Answer(body={"status": "RUNNING"}, headers={"Content-Encoding": "gzip"}),
        Answer(body=_completed(BASE64).content, cut_after=1),
        Answer(body=_completed(LARGE_BASE64).content, cut_after=1),
        Answer(body=_completed(LARGE_BASE64).content, cut_after=500_000),
    ],
    ids=lambda answer: repr(answer)[:60],
)
async def test_an_unusable_answer_means_ask_again(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, answer: Answer
) -> None:
    await api.finish("job")
    api.on_status(answer)

    with pytest.raises(StatusUnavailable):
        await _ask(client, into)
    assert _files(into) == []

    assert len((await _ask(client, into)).pictures) == 1


async def test_a_folder_that_cannot_be_made_means_ask_again(
    api: ScriptedAPI, client: FaceSwapClient, tmp_path: Path
) -> None:
    await api.finish("job")
    in_the_way = tmp_path / "a file"
    in_the_way.touch()

    with pytest.raises(StatusUnavailable, match=r"FileExistsError|NotADirectoryError"):
        await _ask(client, in_the_way)


async def test_no_server_means_ask_again(into: Path) -> None:
    async with ScriptedAPI() as api:
        url = api.url
    async with FaceSwapClient(url=url, key="a-secret-key") as client:
        with pytest.raises(StatusUnavailable):
            await _ask(client, into)


async def test_an_answer_that_does_not_begin_in_time_means_ask_again(
    api: ScriptedAPI, into: Path
) -> None:
    timeouts = Timeouts(status=0.1)
    async with (
        FaceSwapClient(url=api.url, key=api.key, timeouts=timeouts) as client,
        api.hold_status(),
    ):
        with pytest.raises(StatusUnavailable, match="TimeoutError"):
            await _ask(client, into)


# So large that it can fall silent only once most of it was read: no network buffer holds it.
ENDLESS = b'{"status": "COMPLETED", "output": {"images": ["' + b"A" * 2**24
STALLED = Answer(body=ENDLESS, cut_after=len(ENDLESS) - 1, stalls=True)


async def test_an_answer_that_stalls_ends_and_leaves_nothing(api: ScriptedAPI, into: Path) -> None:
    api.on_status(STALLED)
    timeouts = Timeouts(picture=0.1)
    async with FaceSwapClient(url=api.url, key=api.key, timeouts=timeouts) as client:
        with pytest.raises(StatusUnavailable, match="TimeoutError"):
            await _ask(client, into)

    assert _files(into) == []


async def test_a_cancelled_call_leaves_nothing(
    api: ScriptedAPI, client: FaceSwapClient, into: Path
) -> None:
    api.on_status(STALLED)
    asking = asyncio.create_task(_ask(client, into))
    await api.until(lambda: api.stalling)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert _files(into) == []


async def test_a_call_cancelled_while_its_picture_is_written_leaves_nothing(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, writing, let_go = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def decode_slowly(pieces: Iterable[bytes]) -> Iterator[bytes]:
        loop.call_soon_threadsafe(writing.set)
        assert let_go.wait(10)
        yield from decode(pieces)

    monkeypatch.setattr(pictures, "decode", decode_slowly)
    await api.finish("job")
    asking = asyncio.create_task(_ask(client, into))
    await writing.wait()
    assert len(_files(into)) == 1
    asking.cancel()
    let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await asking

    assert _files(into) == []


async def test_a_disk_that_fills_up_means_ask_again_and_leaves_nothing(
    api: ScriptedAPI, client: FaceSwapClient, into: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def decode_until_full(pieces: Iterable[bytes]) -> Iterator[bytes]:
        yield from decode(pieces)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pictures, "decode", decode_until_full)
    await api.finish("job")
    with pytest.raises(StatusUnavailable, match="No space left"):
        await _ask(client, into)

    assert _files(into) == []


async def test_small_answers_pass_by_a_large_one_that_takes_its_time(
    api: ScriptedAPI, into: Path
) -> None:
    await api.say("small", "RUNNING")
    await api.finish("large", LARGE)
    api.on_status(STALLED)
    async with FaceSwapClient(url=api.url, key=api.key, bodies_at_once=1) as client:
        slow = asyncio.create_task(_ask(client, into))
        await api.until(lambda: api.stalling)
        waiting = asyncio.create_task(_ask(client, into, remote_id="large"))
        job = await _ask(client, into, remote_id="small")
        assert job.status is RemoteStatus.RUNNING
        assert not waiting.done()
        slow.cancel()
        assert len((await waiting).pictures) == 1
        with pytest.raises(asyncio.CancelledError):
            await slow
