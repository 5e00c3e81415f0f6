"""Makes the pictures: takes waiting jobs in order and notes how each of them ended."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from studio.engine.protocol import EngineError, PhotoRefused
from studio.server.calls import EngineBroken, EngineCalls
from studio.server.models import SketchSpec, StudioJob
from studio.server.process import Loss, WorkerLost
from studio.server.records import Records

_log = logging.getLogger(__name__)

_MOST_CRASHES = 2
_MOST_STARTS = 10  # a job that takes the whole studio down with it leaves no count of crashes
_PAUSE_AFTER_FAULT = 5.0  # seconds; such as a full disk
_WEIGHT = 0.2  # of the newest job in the average duration

_LOST = {
    Loss.CRASH: "The engine stopped twice while it made this picture.",
    Loss.MEMORY: "This picture needs more memory than the engine has.",
    Loss.TIME: "This picture took too long and was given up.",
}


class Rendering:
    """The line of waiting jobs and who works on it."""

    def __init__(self, records: Records, calls: EngineCalls, *, workers: int) -> None:
        self._records = records
        self._calls = calls
        self._workers = workers
        self._line: asyncio.Queue[str] = asyncio.Queue()
        self._seconds_per_job = 2.0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work in the background, first on what an earlier studio left unfinished."""
        for job in await self._records.list_unfinished():
            self.enqueue(job.id)
        tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def enqueue(self, job_id: str) -> None:
        """Put a job that is written down at the end of the line."""
        self._line.put_nowait(job_id)

    @property
    def seconds_per_place(self) -> float:
        """Guess how soon the next place in a full line becomes free."""
        return self._seconds_per_job / self._workers

    async def _work(self) -> None:
        while True:
            job_id = await self._line.get()
            try:
                await self._work_on(job_id)
            except Exception:  # noqa: BLE001 - the line goes on
                _log.exception("Job %s could not be worked on and is tried again", job_id)
                await asyncio.sleep(_PAUSE_AFTER_FAULT)
                self.enqueue(job_id)

    async def _work_on(self, job_id: str) -> None:
        job = await self._records.start(job_id)
        began = time.monotonic()
        try:
            error = await self._outcome(job)
        except asyncio.CancelledError:  # the studio stops
            await asyncio.shield(self._records.give_back(job_id))
            raise
        except WorkerLost as lost:
            error = await self._after_loss(job, lost.loss)
            if error is None:
                self.enqueue(job_id)
                return
        seconds = time.monotonic() - began
        self._seconds_per_job += _WEIGHT * (seconds - self._seconds_per_job)
        if error is not None:
            await self._records.fail(job_id, error=error)
        _log.info("Job %s %s after %.1f s", job_id, "failed" if error else "completed", seconds)

    async def _outcome(self, job: StudioJob) -> str | None:
        """Make the picture and keep it, or say in a sentence why there is none."""
        if job.starts > _MOST_STARTS:
            return "The studio stopped too often while it made this picture."
        try:
            await self._make(job)
        except FileNotFoundError:
            return "The photo is no longer there."
        except PhotoRefused as refused:
            return refused.detail
        except EngineError:
            return "This filter is not available for this photo."
        except EngineBroken:
            return "The engine could not make this picture."
        return None

    async def _make(self, job: StudioJob) -> None:
        picture = self._records.unfinished_picture(job.id)
        if isinstance(job.spec, SketchSpec):
            understood = await self._calls.sketch(picture, job.spec)
            await self._records.complete(job.id, understood=understood)
            return
        photo = self._records.photo(job.id)
        if job.spec is None or not await asyncio.to_thread(photo.exists):
            raise FileNotFoundError(job.id)
        await self._calls.swap(photo, picture, job.spec)
        await self._records.complete(job.id)

    async def _after_loss(self, job: StudioJob, loss: Loss) -> str | None:
        """Decide whether a job that lost its worker is tried again (None) or ends, and why."""
        if loss is Loss.TIME:
            return _LOST[loss]
        crashes = await self._records.count_crash(job.id)
        return _LOST[loss] if crashes >= _MOST_CRASHES else None
