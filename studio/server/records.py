"""What the studio remembers: table and files together, called without blocking, and waited on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import ParamSpec, TypeVar
from weakref import WeakValueDictionary

from studio.server.errors import DataDirUnusable
from studio.server.files import JobFiles
from studio.server.models import JobState, NewJob, StudioJob
from studio.server.store import JobStore

P = ParamSpec("P")
T = TypeVar("T")

Clock = Callable[[], float]

KEEP_RECEIPTS = 30 * 24 * 3600.0  # how long an Idempotency-Key is remembered


class Records:
    """The jobs with their photos and pictures; one thread does all the work on the table."""

    def __init__(
        self, store: JobStore, files: JobFiles, thread: ThreadPoolExecutor, *, clock: Clock
    ) -> None:
        self._store = store
        self._files = files
        self._thread = thread
        self._clock = clock
        self._watched: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()
        self._released = False

    @classmethod
    @asynccontextmanager
    async def open(cls, data_dir: Path, *, clock: Clock = time.time) -> AsyncIterator[Records]:
        """Open a data directory and tidy what a killed studio left; raises DataDirUnusable."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="studio-store") as thread:
            store, files = await loop.run_in_executor(thread, _open, data_dir)
            try:
                yield cls(store, files, thread, clock=clock)
            finally:
                await loop.run_in_executor(thread, store.close)

    async def add(self, job: NewJob) -> None:
        """Write a job down; it is durable when this returns."""
        await self._do(self._store.add, job)

    async def find(self, job_id: str) -> StudioJob | None:
        return await self._do(self._store.find, job_id)

    async def find_by_key(self, key: str) -> StudioJob | None:
        """Find the job that was submitted with an Idempotency-Key."""
        return await self._do(self._store.find_by_key, key)

    async def list_unfinished(self) -> list[StudioJob]:
        return await self._do(self._store.list_unfinished)

    async def count_unfinished(self) -> tuple[int, int]:
        """Count the waiting and the running jobs."""
        return await self._do(self._store.count_unfinished)

    async def wait_until_final(self, job_id: str, *, at_most: float) -> StudioJob | None:
        """Wait for a job to finish and give it as it then is, finished or not."""
        finished = self._watched.setdefault(job_id, asyncio.Event())  # before looking: no gap
        job = await self.find(job_id)
        if job is None or job.state.is_final or self._released:
            return job
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await finished.wait()
        return await self.find(job_id)

    def release_waiters(self) -> None:
        """Let everyone who waits for a job look at it now, and nobody wait any more."""
        self._released = True
        for finished in list(self._watched.values()):
            finished.set()

    async def start(self, job_id: str) -> StudioJob:
        """Note that a worker takes a job."""
        return await self._do(self._store.start, job_id)

    async def give_back(self, job_id: str) -> None:
        """Note that a started job was put down without fault of its own."""
        await self._do(self._store.give_back, job_id)

    async def count_crash(self, job_id: str) -> int:
        """Note that a worker died of a job, and say how often that happened."""
        return await self._do(self._store.count_crash, job_id)

    async def complete(self, job_id: str, *, understood: str | None = None) -> None:
        """Accept the picture a worker has written, and delete the photo."""

        def complete() -> None:
            self._files.accept_picture(job_id)
            self._store.complete(job_id, at=self._clock(), understood=understood)
            self._files.drop_photo(job_id)

        await self._do(complete)
        self._tell(job_id)

    async def fail(self, job_id: str, *, error: str) -> None:
        """End a job without a picture, and delete the photo."""

        def fail() -> None:
            self._store.fail(job_id, at=self._clock(), error=error)
            self._files.drop_photo(job_id)
            self._files.drop_picture(job_id)

        await self._do(fail)
        self._tell(job_id)

    async def expire(self, *, keep_results: float) -> None:
        """Delete the pictures that are too old, and forget what need not be remembered."""

        def expire() -> None:
            for job_id in self._store.expire(before=self._clock() - keep_results):
                self._files.drop_picture(job_id)
            self._store.forget(before=self._clock() - keep_results - KEEP_RECEIPTS)

        await self._do(expire)

    async def keep_photo(self, job_id: str, data: bytes) -> Path:
        """Write a photo; it is durable when this returns."""
        await asyncio.to_thread(self._files.keep_photo, job_id, data)
        return self._files.photo(job_id)

    async def drop_photo(self, job_id: str) -> None:
        await asyncio.to_thread(self._files.drop_photo, job_id)

    def photo(self, job_id: str) -> Path:
        return self._files.photo(job_id)

    def picture(self, job_id: str) -> Path:
        return self._files.picture(job_id)

    def unfinished_picture(self, job_id: str) -> Path:
        return self._files.unfinished_picture(job_id)

    def is_shown(self, job: StudioJob, *, keep_results: float) -> bool:
        """Say whether a job is still told about, even if `expire` has not come round yet."""
        if job.state is JobState.EXPIRED:
            return False
        return job.finished_at is None or self._clock() < job.finished_at + keep_results

    def _tell(self, job_id: str) -> None:
        if (finished := self._watched.get(job_id)) is not None:
            finished.set()

    async def _do(self, action: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: action(*args, **kwargs))


def _open(data_dir: Path) -> tuple[JobStore, JobFiles]:
    try:
        files = JobFiles(data_dir)
    except OSError as error:
        raise DataDirUnusable(data_dir, error.strerror or str(error)) from error
    store = JobStore(data_dir / "studio.sqlite3")
    unfinished = [job.id for job in store.list_unfinished()]
    files.tidy(photos_of=unfinished, pictures_of=store.list_with_picture())
    return store, files
