"""Following a job at the API until it ends, whether status calls block or answer at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime

from bot.services.backends import Backend, Backends
from bot.services.delivery import Delivery, Stage
from bot.services.pictures import NotAPicture, PictureStore
from db.errors import TransitionRefused
from db.jobs import JobRepository
from db.models import FailureReason, Job
from faceswap.errors import (
    FaceSwapError,
    NoPicture,
    RemoteJobNotFound,
    StatusUnavailable,
)
from faceswap.models import APIVersion, RemoteJob, RemoteStatus

BLOCKED_SECONDS = 2.0  # an answer that took longer came from a call that blocks: ask again at once
FIRST_PAUSE = 0.5  # seconds; grows by half with each answer, up to the longest
LONGEST_PAUSE = 5.0
LONGEST_ERROR_PAUSE = 30.0

_STAGES = {
    RemoteStatus.QUEUED: Stage.WAITING,
    RemoteStatus.IN_QUEUE: Stage.WAITING,
    RemoteStatus.RUNNING: Stage.WORKING,
    RemoteStatus.IN_PROGRESS: Stage.WORKING,
}
_FAILURES = {
    RemoteStatus.FAILED: FailureReason.REMOTE_FAILED,
    RemoteStatus.CANCELLED: FailureReason.REMOTE_CANCELLED,
    RemoteStatus.TIMED_OUT: FailureReason.REMOTE_TIMED_OUT,
}

_log = logging.getLogger(__name__)


class Follower:
    """Takes jobs from `submitted` to `completed` or `failed`."""

    def __init__(
        self,
        *,
        jobs: JobRepository,
        backends: Backends,
        pictures: PictureStore,
        delivery: Delivery,
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._backends = backends
        self._pictures = pictures
        self._delivery = delivery
        self._clock = clock
        self._unknown_statuses: set[str] = set()

    async def follow(self, job: Job) -> Job:
        """Ask until the job ends or its deadline passes; returns it in its next state.

        A job that was cancelled meanwhile is returned as it now is.
        """
        backend = self._backends.find(job.backend)
        try:
            if backend is None:
                return await self._wait_for_deadline(job)
            return await self._ask_until_it_ends(job, backend)
        except TransitionRefused:
            return await self._jobs.get(job.id)

    async def _ask_until_it_ends(self, job: Job, backend: Backend) -> Job:
        pause = error_pause = FIRST_PAUSE
        while (left := self._seconds_left(job)) > 0:
            started = time.monotonic()
            try:
                async with asyncio.timeout(left):
                    remote = await self._ask(job, backend)
            except TimeoutError:
                break
            except (NoPicture, NotAPicture) as error:
                _log.warning("Job %d ended without a usable picture: %s", job.id, error)
                return await self._jobs.fail(job.id, FailureReason.NO_PICTURE)
            except RemoteJobNotFound:
                return await self._jobs.fail(job.id, FailureReason.REMOTE_LOST)
            except FaceSwapError as error:
                _log.info("Job %d: its status could not be had: %s", job.id, error)
                wanted = error.retry_after if isinstance(error, StatusUnavailable) else None
                await asyncio.sleep(min(left, wanted or error_pause))
                error_pause = min(LONGEST_ERROR_PAUSE, error_pause * 2)
                continue
            if isinstance(remote, Job):
                return remote
            self._delivery.progress(
                job, _STAGES.get(remote.status or RemoteStatus.RUNNING, Stage.WORKING)
            )
            if time.monotonic() - started < BLOCKED_SECONDS:
                await asyncio.sleep(min(left, pause))
                pause = min(LONGEST_PAUSE, pause * 1.5)
        return await self._jobs.fail(job.id, FailureReason.DEADLINE)

    async def _ask(self, job: Job, backend: Backend) -> Job | RemoteJob:
        """Ask once; returns the ended job, or the API's answer while it goes on."""
        remote = await backend.client.get_status(
            job.remote_id or "",
            version=APIVersion(job.api_version or backend.swap_version),
            into=self._pictures.arrivals,
        )
        if remote.status is RemoteStatus.COMPLETED:
            return await self._complete(job, remote)
        if remote.status is not None and remote.status.is_final:
            why = "" if job.prompt else remote.detail  # which might echo a member's words
            _log.warning("Job %d ended as %s at the API. %s", job.id, remote.status, why)
            return await self._jobs.fail(job.id, _FAILURES[remote.status])
        if remote.status is None and remote.raw_status not in self._unknown_statuses:
            self._unknown_statuses.add(remote.raw_status)
            _log.warning(
                "The API gave an unknown status, taken as unfinished: %r", remote.raw_status
            )
        return remote

    async def _complete(self, job: Job, remote: RemoteJob) -> Job:
        first, *others = remote.pictures
        for path in others:
            path.unlink(missing_ok=True)
        try:
            name = await self._pictures.keep(first, job_id=job.id)
        finally:
            first.unlink(missing_ok=True)
        return await self._jobs.complete(job.id, name)

    async def _wait_for_deadline(self, job: Job) -> Job:
        """Wait out a job whose back end is not configured; only it knows the job's end."""
        _log.warning(
            "Job %d was sent to %s, which is not configured now: it ends with its deadline, "
            "unless the bot is started with that back end again.",
            job.id,
            job.backend,
        )
        await asyncio.sleep(max(0.0, self._seconds_left(job)))
        return await self._jobs.fail(job.id, FailureReason.DEADLINE)

    def _seconds_left(self, job: Job) -> float:
        deadline = job.deadline_at or job.created_at
        return (deadline - self._clock()).total_seconds()
