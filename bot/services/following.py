"""Following a job at the API until it ends, whether status calls block or answer at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from bot.services.backends import Backend, Backends
from bot.services.delivery import Delivery, Stage
from bot.services.gate import Gates, Pause
from bot.services.outlook import Outlook
from bot.services.pace import Pace
from bot.services.pictures import NotAPicture, PictureStore
from bot.services.rhythm import Rhythm, Watch
from db.errors import TransitionRefused
from db.jobs import JobRepository
from db.models import FailureReason, Job
from faceswap.errors import (
    FaceSwapError,
    KeyRefused,
    NoPicture,
    RemoteJobNotFound,
    StatusUnavailable,
)
from faceswap.models import APIVersion, RemoteJob, RemoteStatus

KEY_PAUSE = 30.0  # seconds between status calls while the key is refused
LAST_LOOK_SECONDS = 5.0  # until the answer to the one status call after the deadline begins
KNOWN_AFTER_SECONDS = 15.0  # from a submission until a 404 is believed

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
        gates: Gates,
        pace: Pace,
        outlook: Outlook,
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._backends = backends
        self._pictures = pictures
        self._delivery = delivery
        self._gates = gates
        self._pace = pace
        self._outlook = outlook
        self._clock = clock
        self._rhythm = Rhythm(pace=pace)

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
        watch = Watch(job, elapsed=self._elapsed(job))
        self._pace.begin(job)
        self._delivery.progress(job, Stage.WAITING, self._outlook.at_backend(job))
        try:
            await self._sleep(job, self._rhythm.before_first(watch))
            while True:
                left, watch.asked_at = self._seconds_left(job), watch.seconds
                try:
                    # Asked even after the deadline: the picture may be there, and it is paid for.
                    remote = await self._ask(job, backend, within=max(left, LAST_LOOK_SECONDS))
                except FaceSwapError as error:
                    if (reason := self._reason_to_fail(job, error, left)) is not None:
                        return await self._jobs.fail(job.id, reason)
                    await self._sleep(job, self._error_pause(watch, error))
                    continue
                self._gates.of(job.backend).note_answer()
                if remote.status is not None and remote.status.is_final:
                    return await self._end(watch, remote, remote.status)
                if left <= 0:
                    return await self._jobs.fail(job.id, FailureReason.DEADLINE)
                self._show(watch, remote)
                await self._sleep(job, self._rhythm.after_unfinished(watch))
        finally:
            self._pace.end(job)

    async def _sleep(self, job: Job, seconds: float) -> None:
        """Let time pass, at most until the deadline."""
        await asyncio.sleep(max(0.0, min(self._seconds_left(job), seconds)))

    def _show(self, watch: Watch, remote: RemoteJob) -> None:
        """Show how far it is; a job that is being made does not go back into a queue."""
        stage = _STAGES.get(remote.status or RemoteStatus.RUNNING, Stage.WORKING)
        if watch.stage is not Stage.WORKING:
            watch.stage = stage
        self._delivery.progress(watch.job, watch.stage, self._outlook.at_backend(watch.job))

    def _reason_to_fail(self, job: Job, error: Exception, left: float) -> FailureReason | None:
        """Say why a status call that failed ends the job; None: it is asked again."""
        if isinstance(error, NoPicture):
            _log.warning("Job %d ended without a usable picture: %s", job.id, error)
            return FailureReason.NO_PICTURE
        if isinstance(error, RemoteJobNotFound) and not self._is_new(job):
            return FailureReason.REMOTE_LOST
        return FailureReason.DEADLINE if left <= 0 else None

    async def _ask(self, job: Job, backend: Backend, *, within: float) -> RemoteJob:
        return await backend.client.get_status(
            job.remote_id or "",
            version=APIVersion(job.api_version or backend.swap_version),
            into=self._pictures.arrivals,
            within=within,
        )

    def _error_pause(self, watch: Watch, error: Exception) -> float:
        """Say how long to wait after a status call that failed."""
        gate = self._gates.of(watch.job.backend)
        if isinstance(error, KeyRefused):
            gate.close(Pause.KEY_REFUSED, seconds=KEY_PAUSE)
            return KEY_PAUSE
        _log.info("Job %d: its status could not be had: %s", watch.job.id, error)
        usual = self._rhythm.after_failure(watch)
        if not isinstance(error, StatusUnavailable):
            return usual
        if error.retry_after is None and not watch.was_held:
            gate.note_silence()
        return error.retry_after or usual

    def _is_new(self, job: Job) -> bool:
        """Tell whether one machine of the API may not know yet what another has taken."""
        return self._elapsed(job) < KNOWN_AFTER_SECONDS

    async def _end(self, watch: Watch, remote: RemoteJob, status: RemoteStatus) -> Job:
        job = watch.job
        if status is RemoteStatus.COMPLETED:
            self._rhythm.learn(watch)
            try:
                return await self._complete(job, remote)
            except NotAPicture as error:
                _log.warning("Job %d ended without a usable picture: %s", job.id, error)
                return await self._jobs.fail(job.id, FailureReason.NO_PICTURE)
        why = "" if job.prompt else remote.detail  # which might echo a member's words
        _log.warning("Job %d ended as %s at the API. %s", job.id, status, why)
        return await self._jobs.fail(job.id, _FAILURES[status])

    async def _complete(self, job: Job, remote: RemoteJob) -> Job:
        """Keep the pictures and write that down: both or neither, whoever cancels meanwhile."""
        keeping = asyncio.create_task(self._keep(job, remote))
        try:
            return await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait([keeping])
            raise

    async def _keep(self, job: Job, remote: RemoteJob) -> Job:
        try:
            name = await self._pictures.keep_all(remote.pictures, job_id=job.id)
        finally:
            for path in remote.pictures:
                path.unlink(missing_ok=True)
        try:
            return await self._jobs.complete(job.id, name, note=remote.note or None)
        except TransitionRefused:  # its member cancelled it at this moment
            await self._pictures.delete(name)
            raise

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

    def _elapsed(self, job: Job) -> float:
        since = self._clock() - (job.submitted_at or job.created_at)
        return max(0.0, since.total_seconds())

    def _seconds_left(self, job: Job) -> float:
        deadline = job.deadline_at or job.created_at
        return (deadline - self._clock()).total_seconds()
