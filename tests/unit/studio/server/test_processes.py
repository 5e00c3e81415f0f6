"""A studio as a process of its own: how it starts, how it ends, and what a kill leaves behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from studio.server.errors import DataDirUnusable
from studio.server.studio import Studio
from tests.support.gates import Gate
from tests.support.studio_api import KEY, StudioApi, client_session, odd_config
from tests.unit.studio.server.test_workers import children

_PROGRAM = """
import asyncio, functools, sys
from pathlib import Path
from studio.server.main import serve
from tests.support.studio_api import odd_config
asyncio.run(serve(odd_config(Path(sys.argv[1])), announce=functools.partial(print, flush=True)))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    process: asyncio.subprocess.Process
    api: StudioApi


@asynccontextmanager
async def running(data_dir: Path) -> AsyncIterator[Running]:
    """Run a studio in a process of its own, and kill it at the end if it still lives."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", _PROGRAM, str(data_dir)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20), client_session() as session:
            ready = (await process.stdout.readline()).decode().strip()
            assert ready.startswith("Studio ready: http://127.0.0.1:")
            studio = Studio(url=ready.removeprefix("Studio ready: "), key=KEY)
            yield Running(process=process, api=StudioApi(studio, session))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


async def has_vanished(pid: int) -> bool:
    """Wait for the end of a process that is not our child."""
    for _ in range(200):
        if not _lives(pid):
            return True
        await asyncio.sleep(0.05)
    return False


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # dead; whoever inherited it has not looked yet


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_stop_signal_ends_it_cleanly(
    tmp_path: Path, gate: Gate, number: signal.Signals
) -> None:
    async with running(tmp_path / "studio") as studio:
        workers = children(studio.process.pid)
        await studio.api.submitted(gate.words)
        await gate.reached()
        studio.process.send_signal(number)
        _, errors = await studio.process.communicate()
        assert (studio.process.returncode, errors) == (0, b"")
        assert [await has_vanished(pid) for pid in workers] == [True]


@pytest.mark.parametrize("words", ["hang", "wait"])
async def test_workers_end_with_a_killed_studio(tmp_path: Path, gate: Gate, words: str) -> None:
    async with running(tmp_path / "studio") as studio:
        (worker,) = children(studio.process.pid)
        await studio.api.submitted(gate.words if words == "wait" else words)
        if words == "wait":
            await gate.reached()
        studio.process.kill()
        await studio.process.wait()
        assert await has_vanished(worker)


async def test_ctrl_c_in_the_group_does_not_end_workers(tmp_path: Path, gate: Gate) -> None:
    async with running(tmp_path / "studio") as studio:
        (worker,) = children(studio.process.pid)
        job_id = await studio.api.submitted(gate.words)
        await gate.reached()
        os.kill(worker, signal.SIGINT)
        await gate.open()
        assert (await studio.api.finished(job_id)).json["status"] == "COMPLETED"
        assert children(studio.process.pid) == [worker]


async def test_a_worker_killed_while_idle_is_replaced_at_no_job_s_cost(tmp_path: Path) -> None:
    async with running(tmp_path / "studio") as studio:
        (worker,) = children(studio.process.pid)
        os.kill(worker, signal.SIGKILL)
        assert await has_vanished(worker)
        job_id = await studio.api.submitted("fine")
        assert (await studio.api.finished(job_id)).json["status"] == "COMPLETED"
        assert children(studio.process.pid) != [worker]


async def test_a_directory_in_use_by_another_process_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.server.store.LOCK_TIMEOUT", 0.05)
    async with running(tmp_path):
        with pytest.raises(DataDirUnusable, match="another studio"):
            async with Studio.open(odd_config(tmp_path)):
                pass


async def test_jobs_and_keys_survive_a_kill(tmp_path: Path, gate: Gate) -> None:
    key = {"Idempotency-Key": "order-1"}
    async with running(tmp_path / "studio") as studio:
        first = await studio.api.submit(gate.words, headers=key)
        await gate.reached()
        studio.process.kill()
        await studio.process.wait()
    gate.left()
    async with running(tmp_path / "studio") as studio:
        again = await studio.api.submit(gate.words, headers=key)
        assert again.json["id"] == first.json["id"]
        await gate.open()
        answer = await studio.api.finished(first.json["id"])
        assert answer.json["status"] == "COMPLETED"
