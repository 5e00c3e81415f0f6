"""Following a job at the API until it ends, whether status calls block or answer at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime

from bot.services.asking import next_question
from bot.services.backends import Backend, Backends
from bot.services.delivery import Delivery, Stage
from bot.services.durations import Guess
from bot.services.gate import Gates, Pause
from bot.services.outlook import Outlook
from bot.services.pace import Pace
from bot.services.pictures import NotAPicture, PictureStore
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

MAY_BLOCK = {APIVersion.V5, APIVersion.V6}  # their status calls may wait for the job's end
BLOCKED_SECONDS = 2.0  # an answer that took longer came from a call that blocked: ask at once
FIRST_LOOK_SECONDS = 0.5  # where nothing is known of how long jobs take
FIRST_PAUSE = 0.5  # seconds after a call that failed; doubles with each in a row
LONGEST_ERROR_PAUSE = 30.0
LAST_LOOK_SECONDS = 5.0  # for the one status call after the deadline
KNOWN_AFTER_SECONDS = 15.0  # from a submission until a 404 is believed
NEW_SECONDS = 5.0  # a job that is older when it is first asked about may have ended long ago

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


class _Watch:
    """What was seen of one job so far; seconds count from its submission."""

    def __init__(self, began_at: float) -> None:
        self.began_at = began_at
        self.failures = 0  # in a row
        self.unfinished_at: float | None = None  # when it was last known not to have ended
        self.stage: Stage | None = None
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return self.began_at + time.monotonic() - self._started


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
        self._answers_at_once: set[tuple[str | None, str | None]] = set()  # back end and version

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
        watch = _Watch(self._elapsed(job))
        self._pace.begin(job)
        self._delivery.progress(job, Stage.WAITING, self._outlook.at_backend(job))
        try:
            await self._wait_for_first_question(job, watch)
            while True:
                left, asked = self._seconds_left(job), watch.seconds
                try:
                    # Asked even after the deadline: the picture may be there, and it is paid for.
                    async with asyncio.timeout(max(left, LAST_LOOK_SECONDS)):
                        remote = await self._ask(job, backend)
                except (FaceSwapError, TimeoutError) as error:
                    if (reason := self._reason_to_fail(job, error, left)) is not None:
                        return await self._jobs.fail(job.id, reason)
                    watch.failures += 1
                    await asyncio.sleep(min(left, self._error_pause(job, error, watch.failures)))
                    continue
                self._gates.of(job.backend).note_answer()
                if remote.status is not None and remote.status.is_final:
                    return await self._end(job, remote, remote.status, watch, asked=asked)
                if left <= 0:
                    return await self._jobs.fail(job.id, FailureReason.DEADLINE)
                self._show(job, remote, watch)
                await asyncio.sleep(min(left, self._pause(job, watch, asked=asked)))
        finally:
            self._pace.end(job)

    async def _wait_for_first_question(self, job: Job, watch: _Watch) -> None:
        """Let a while pass where an answer would come at once, and would be that it is too early.

        A job that another process followed has been waited for: it is asked about when it is due.
        """
        if _way(job) in self._answers_at_once or APIVersion(job.api_version or "") not in MAY_BLOCK:
            guess = self._pace.guess(job)
            first = FIRST_LOOK_SECONDS if guess is None else next_question(guess, asked=0.0)
            await asyncio.sleep(max(0.0, min(self._seconds_left(job), first - watch.seconds)))

    def _pause(self, job: Job, watch: _Watch, *, asked: float) -> float:
        """Say how long to wait after an answer that the job has not ended."""
        watch.failures = 0
        watch.unfinished_at = asked
        blocked = watch.seconds - asked >= BLOCKED_SECONDS
        if blocked and APIVersion(job.api_version or "") in MAY_BLOCK:
            self._answers_at_once.discard(_way(job))
            return 0.0
        self._answers_at_once.add(_way(job))
        now = watch.seconds
        return next_question(self._pace.guess(job) or Guess(), asked=now) - now

    def _show(self, job: Job, remote: RemoteJob, watch: _Watch) -> None:
        """Show how far it is; a job that is being made does not go back into a queue."""
        stage = _STAGES.get(remote.status or RemoteStatus.RUNNING, Stage.WORKING)
        if watch.stage is not Stage.WORKING:
            watch.stage = stage
        self._delivery.progress(job, watch.stage, self._outlook.at_backend(job))

    def _reason_to_fail(self, job: Job, error: Exception, left: float) -> FailureReason | None:
        """Say why a status call that failed ends the job; None: it is asked again."""
        if isinstance(error, NoPicture):
            _log.warning("Job %d ended without a usable picture: %s", job.id, error)
            return FailureReason.NO_PICTURE
        if isinstance(error, RemoteJobNotFound) and not self._is_new(job):
            return FailureReason.REMOTE_LOST
        return FailureReason.DEADLINE if left <= 0 else None

    async def _ask(self, job: Job, backend: Backend) -> RemoteJob:
        return await backend.client.get_status(
            job.remote_id or "",
            version=APIVersion(job.api_version or backend.swap_version),
            into=self._pictures.arrivals,
        )

    def _error_pause(self, job: Job, error: Exception, failures: int) -> float:
        """Say how long to wait after a status call that failed."""
        gate = self._gates.of(job.backend)
        if isinstance(error, KeyRefused):
            gate.close(Pause.KEY_REFUSED, seconds=LONGEST_ERROR_PAUSE)
            return LONGEST_ERROR_PAUSE
        _log.info("Job %d: its status could not be had: %s", job.id, error)
        wanted = error.retry_after if isinstance(error, StatusUnavailable) else None
        if isinstance(error, StatusUnavailable) and wanted is None:
            gate.note_silence()
        return wanted or min(LONGEST_ERROR_PAUSE, FIRST_PAUSE * 2 ** min(failures - 1, 10))

    def _is_new(self, job: Job) -> bool:
        """Tell whether one machine of the API may not know yet what another has taken."""
        return self._elapsed(job) < KNOWN_AFTER_SECONDS

    async def _end(
        self,
        job: Job,
        remote: RemoteJob,
        status: RemoteStatus,
        watch: _Watch,
        *,
        asked: float,
    ) -> Job:
        if status is RemoteStatus.COMPLETED:
            self._learn(job, watch, asked=asked)
            try:
                return await self._complete(job, remote)
            except NotAPicture as error:
                _log.warning("Job %d ended without a usable picture: %s", job.id, error)
                return await self._jobs.fail(job.id, FailureReason.NO_PICTURE)
        why = "" if job.prompt else remote.detail  # which might echo a member's words
        _log.warning("Job %d ended as %s at the API. %s", job.id, status, why)
        return await self._jobs.fail(job.id, _FAILURES[status])

    def _learn(self, job: Job, watch: _Watch, *, asked: float) -> None:
        """Learn how long it took, unless it ended while nobody looked."""
        took = watch.seconds
        if took - asked >= BLOCKED_SECONDS:
            self._pace.learn(job, took, after=None)  # the call was held until the very end
        elif watch.unfinished_at is not None:
            self._pace.learn(job, took, after=watch.unfinished_at)
        elif watch.began_at < NEW_SECONDS:
            self._pace.learn(job, took, after=0.0)

    async def _complete(self, job: Job, remote: RemoteJob) -> Job:
        first, *others = remote.pictures
        for path in others:
            path.unlink(missing_ok=True)
        try:
            name = await self._pictures.keep(first, job_id=job.id)
        finally:
            first.unlink(missing_ok=True)
        return await self._jobs.complete(job.id, name, note=remote.note or None)

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


def _way(job: Job) -> tuple[str | None, str | None]:
    return job.backend, job.api_version
