"""Jobs that kill, hang or fill their worker end by themselves and disturb no other."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from faceswap.models import APIVersion
from studio.server.models import NewJob, SketchSpec
from studio.server.pool import WorkerPool, WorkersBusy
from studio.server.store import JobStore
from tests.support.gates import Gate
from tests.support.studio_api import StudioApi, odd_config, open_api


async def test_a_job_that_kills_its_worker_twice_fails(api: StudioApi) -> None:
    job_id = await api.submitted("crash")
    answer = await api.finished(job_id)
    assert answer.json["status"] == "FAILED"
    assert "stopped twice" in answer.json["error"]
    assert (await api.finished(await api.submitted("fine"))).json["status"] == "COMPLETED"


async def test_a_job_that_kills_its_worker_once_is_tried_again(
    api: StudioApi, tmp_path: Path
) -> None:
    job_id = await api.submitted(f"crash-once {tmp_path / 'crashed'}")
    assert (await api.finished(job_id)).json["status"] == "COMPLETED"


async def test_crashes_are_counted_over_restarts(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "studio.sqlite3")
    spec = SketchSpec(prompt="crash", seed=1)
    store.add(NewJob(id="job-1", version=APIVersion.V2, spec=spec, created_at=0))
    assert store.count_crash("job-1") == 1
    store.close()
    async with open_api(odd_config(tmp_path)) as api:
        answer = await api.polled("job-1")
        assert "stopped twice" in answer.json["error"]


async def test_a_job_that_takes_the_studio_with_it_is_given_up(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "studio.sqlite3")
    spec = SketchSpec(prompt="fog", seed=1)
    store.add(NewJob(id="job-1", version=APIVersion.V2, spec=spec, created_at=0))
    for _ in range(10):
        store.start("job-1")
    store.close()
    async with open_api(odd_config(tmp_path)) as api:
        answer = await api.polled("job-1")
        assert "too often" in answer.json["error"]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="RLIMIT_DATA binds on Linux only")
async def test_a_job_that_fills_the_memory_fails(api: StudioApi) -> None:
    answer = await api.finished(await api.submitted("hog"))
    assert answer.json["error"] == "This picture needs more memory than the engine has."


async def test_a_job_that_takes_too_long_fails(tmp_path: Path) -> None:
    async with open_api(odd_config(tmp_path, job_timeout=2)) as api:
        answer = await api.finished(await api.submitted("hang"))
        assert answer.json["error"] == "This picture took too long and was given up."
        assert (await api.finished(await api.submitted("fine"))).json["status"] == "COMPLETED"


async def test_an_engine_that_raises_fails_the_job_and_keeps_its_worker(
    api: StudioApi, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = await api.finished(await api.submitted("fault secret-detail"))
    assert answer.json["error"] == "The engine could not make this picture."
    assert (await api.get("/healthz")).json["workers"]["ready"] == 1
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("words", ["inspect crash", "inspect fault secret"])
async def test_a_photo_the_engine_fails_on_is_refused(api: StudioApi, words: str) -> None:
    answer = await api.submit(words)
    assert (answer.status, answer.json["error"]) == (400, "INVALID_IMAGE")
    assert (await api.submit("fine")).status == 200


async def test_a_photo_that_needs_too_much_memory_is_refused(api: StudioApi) -> None:
    answer = await api.submit("inspect hog")
    assert (answer.status, answer.json["problem"]) == (400, "TOO_LARGE")


async def test_a_photo_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    async with open_api(odd_config(tmp_path, job_timeout=0.2)) as api:
        answer = await api.submit("inspect hang")
        assert (answer.status, answer.json["error"]) == (400, "INVALID_IMAGE")


async def test_an_order_that_nobody_takes_in_time_is_never_begun(
    tmp_path: Path, gate: Gate
) -> None:
    marker, photo = tmp_path / "begun", tmp_path / "photo"
    photo.write_text(f"inspect crash-once {marker}")
    inspection = {"call": "inspect", "photo": str(photo), "filter_id": 1, "gender": 0}
    long = {"call": "sketch", "prompt": gate.words, "seed": 1, "picture": str(tmp_path / "picture")}
    settings = odd_config(tmp_path)
    async with WorkerPool.open(
        engine=settings.engine, size=1, memory_mb=settings.worker_memory_mb
    ) as pool:
        working = asyncio.create_task(pool.ask(long, timeout=10))
        await gate.reached()
        with pytest.raises(WorkersBusy):
            await pool.ask(inspection, timeout=10, urgent=True, begin_within=0.05)
        await gate.open()
        assert "done" in await working
        assert "done" in await pool.ask({"call": "preview", "filter_id": 1}, timeout=10)
    assert not marker.exists()


async def test_a_slow_photo_stops_only_its_own_worker(tmp_path: Path, gate: Gate) -> None:
    async with open_api(odd_config(tmp_path / "studio", workers=2)) as api:
        slow = await api.submitted(gate.words)
        await gate.reached()
        assert (await api.finished(await api.submitted("fine"))).json["status"] == "COMPLETED"
        await gate.open()
        assert (await api.finished(slow)).json["status"] == "COMPLETED"


async def test_workers_do_not_see_the_secrets_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "the-token-of-the-bot")
    async with open_api(odd_config(tmp_path)) as api:
        await api.finished(await api.submitted("fine"))  # by now the worker has set itself up
        for pid in children(os.getpid()):
            environment = read(f"/proc/{pid}/environ")
            assert b"the-token-of-the-bot" not in environment
            assert b"PATH=" in environment
            assert os.getpriority(os.PRIO_PROCESS, pid) >= 10


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def children(pid: int) -> list[int]:
    """List a process's children; the test that asks needs at least one."""
    if not sys.platform.startswith("linux"):
        pytest.skip("/proc is Linux's")
    found = [int(name) for name in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    assert found
    return found
