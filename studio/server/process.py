"""One worker process seen from the studio: started, asked one thing at a time, killed.

A fresh interpreter rather than a fork or multiprocessing: it shares nothing with the bot, neither
memory nor secrets of the environment, and needs no importable `__main__`.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import json
import os
import sys
from typing import Any

from studio.engine.protocol import FilterInfo
from studio.server.errors import EngineUnavailable

_START_TIMEOUT = 60.0
_LINE_LIMIT = 8 * 1024 * 1024  # a preview is the longest line
_KEPT_VARIABLES = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT",
    "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
)  # fmt: skip


class Loss(enum.Enum):
    """Why a worker was lost in the middle of its work."""

    CRASH = "crash"
    MEMORY = "memory"
    TIME = "time"


class WorkerLost(Exception):
    """The worker ended, or was ended, before it answered."""

    def __init__(self, loss: Loss) -> None:
        super().__init__(loss.value)
        self.loss = loss


class EngineProcess:
    """A worker process with its engine loaded."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.catalogue: tuple[FilterInfo, ...] = ()

    @classmethod
    async def start(cls, engine: str, *, memory_mb: int) -> EngineProcess:
        """Start a worker and wait until its engine is loaded; raises EngineUnavailable."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-m", "studio.server.worker", engine, str(os.getpid()), str(memory_mb)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=_environment(),
            limit=_LINE_LIMIT,
        )
        worker = cls(process)
        try:
            worker.catalogue = await worker._hear_catalogue(engine)
        except BaseException:
            await worker.kill()
            raise
        return worker

    async def _hear_catalogue(self, engine: str) -> tuple[FilterInfo, ...]:
        try:
            hello = await self._hear(timeout=_START_TIMEOUT)
        except WorkerLost as error:
            raise EngineUnavailable(engine, f"its process was lost ({error})") from error
        if "done" not in hello:
            raise EngineUnavailable(engine, hello.get("broken", "not enough memory"))
        return tuple(FilterInfo(**entry) for entry in hello["done"]["catalogue"])

    async def ask(self, order: dict[str, Any], *, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109
        """Send an order and wait for its answer; after WorkerLost only `kill` is left to do."""
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe
        with contextlib.suppress(ConnectionError):  # the missing answer says it as well
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
            await self._process.stdin.drain()
        answer = await self._hear(timeout=timeout)
        if "out_of_memory" in answer:
            raise WorkerLost(Loss.MEMORY)
        return answer

    async def _hear(self, *, timeout: float) -> dict[str, Any]:  # noqa: ASYNC109
        assert self._process.stdout is not None  # noqa: S101 - opened as a pipe
        try:
            async with asyncio.timeout(timeout):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise WorkerLost(Loss.TIME) from None
        if not line.endswith(b"\n"):
            raise WorkerLost(Loss.CRASH)
        answer: dict[str, Any] = json.loads(line)
        return answer

    @property
    def has_ended(self) -> bool:
        return self._process.returncode is not None

    async def kill(self) -> None:
        """End the process now, whatever it does, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        reaping = asyncio.create_task(self._process.communicate())  # closes every pipe as well
        try:
            await asyncio.shield(reaping)
        except asyncio.CancelledError:
            await reaping  # it is as good as dead, and must not outlive the event loop
            raise


def _environment() -> dict[str, str]:
    """Give a worker what it needs to run, and none of the operator's secrets."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    return {**kept, **threads, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
