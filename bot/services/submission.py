"""Sending a job to the API: exactly one paid call, and a durable answer to "was it charged?"."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.services.backends import Backend, Backends
from bot.services.catalogue import Catalogue
from bot.services.gate import Gate, Gates, Pause
from bot.services.photos import PhotoStore
from db.errors import RemoteIdTaken, StorageUnavailable
from db.jobs import JobRepository
from db.models import FailureReason, Job, JobKind
from faceswap.errors import (
    FilterBlocked,
    FilterNotFound,
    FilterUnavailable,
    GroupNeedsCatalogueFilter,
    InvalidPhoto,
    KeyRefused,
    NotSent,
    OutcomeUnknown,
    OutOfCredits,
    PhotoTooLarge,
    RateLimited,
    Refused,
)
from faceswap.models import (
    APIVersion,
    Gender,
    PhotoProblem,
    PromptRequest,
    Quality,
    Ratio,
    SwapRequest,
    parse_filter_id,
)

OPERATOR_PAUSE = 60.0  # seconds between tries while the key or the credits are refused
REPEAT_PAUSE = 2.0  # seconds before an idempotent submission is repeated; doubles
LONGEST_REPEAT_PAUSE = 30.0
STORE_PAUSE = 0.5  # seconds between tries to store an outcome; doubles

_PAUSES: dict[type[Refused | NotSent], Pause] = {
    NotSent: Pause.API_DOWN,
    KeyRefused: Pause.KEY_REFUSED,
    OutOfCredits: Pause.OUT_OF_CREDITS,
    RateLimited: Pause.RATE_LIMITED,
}
_REASONS: dict[type[Refused | GroupNeedsCatalogueFilter], FailureReason] = {
    PhotoTooLarge: FailureReason.PHOTO_TOO_LARGE,
    FilterBlocked: FailureReason.FILTER_BLOCKED,
    FilterNotFound: FailureReason.FILTER_GONE,
    FilterUnavailable: FailureReason.FILTER_UNAVAILABLE,
    GroupNeedsCatalogueFilter: FailureReason.GROUP_NEEDS_CATALOGUE_FILTER,
}
_PROBLEMS = {
    PhotoProblem.NO_FACE: FailureReason.NO_FACE,
    PhotoProblem.FACE_TOO_SMALL: FailureReason.FACE_TOO_SMALL,
    PhotoProblem.TOO_MANY_FACES: FailureReason.TOO_MANY_FACES,
    PhotoProblem.TOO_LARGE: FailureReason.PHOTO_TOO_LARGE,
}

_log = logging.getLogger(__name__)


class Submitter:
    """Takes jobs from `submitting` to whatever the API's answer makes of them."""

    def __init__(
        self,
        *,
        jobs: JobRepository,
        backends: Backends,
        photos: PhotoStore,
        catalogue: Catalogue,
        gates: Gates,
        deadline: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._backends = backends
        self._photos = photos
        self._catalogue = catalogue
        self._gates = gates
        self._deadline = deadline
        self._clock = clock

    async def submit(self, job: Job, *, first: bool) -> Job:
        """Send a job whose intent is durable; returns it in its next state.

        `first` is True only when this process has just claimed the job: any other submission may
        have been sent before, and is repeated only where the back end honours our token.
        """
        backend = self._backends.find(job.backend)
        if backend is None or not (first or job.idempotent):
            return await self._give_up(job)
        if first and not self._catalogue.still_has(job.filter_id or "", job.filter_name or ""):
            return await self._end(job, FailureReason.FILTER_GONE)
        try:
            request = await self._request(job)
        except (OSError, ValueError):
            if not first:  # it may have been sent, so it may have been charged
                return await self._give_up(job)
            return await self._end(job, FailureReason.PHOTO_UNREADABLE)
        return await self._send(job, backend, request, may_have_arrived=not first)

    async def _send(
        self,
        job: Job,
        backend: Backend,
        request: SwapRequest | PromptRequest,
        *,
        may_have_arrived: bool,
    ) -> Job:
        """Send a request; once it may have arrived, only the same token may ask again.

        In the queue the job would be given another token, and the API would make it twice.
        """
        token = _token(job)
        pause = REPEAT_PAUSE
        give_up_at = self._clock() + self._deadline
        while True:
            try:
                submission = await backend.client.submit(
                    request,
                    version=APIVersion(job.api_version or backend.swap_version),
                    idempotency_key=token if job.idempotent else None,
                )
            except OutcomeUnknown as error:
                _log.warning("Job %d: the answer to its submission was lost: %s", job.id, error)
                may_have_arrived = True
                self._gate_of(job).close_for_lost_answer()
            except (NotSent, KeyRefused, OutOfCredits, RateLimited) as error:
                if not may_have_arrived:
                    return await self._postpone(job, error)
                _log.warning("Job %d cannot be asked for again yet: %s", job.id, error)
            except (Refused, GroupNeedsCatalogueFilter) as error:
                return await self._refuse(job, error)
            else:
                self._gate_of(job).open()
                return await self._store(job, submission.remote_id)
            if not job.idempotent or self._clock() >= give_up_at:
                return await self._give_up(job)
            await asyncio.sleep(pause)
            pause = min(LONGEST_REPEAT_PAUSE, pause * 2)

    def _gate_of(self, job: Job) -> Gate:
        return self._gates.of(job.backend)

    async def _store(self, job: Job, remote_id: str) -> Job:
        token, deadline = _token(job), self._clock() + self._deadline
        try:
            return await _write_down(
                job, lambda: self._jobs.record_submitted(job.id, token, remote_id, deadline)
            )
        except RemoteIdTaken:
            _log.critical("Job %d was given the id %s of another job.", job.id, remote_id)
            return await self._give_up(job)

    async def _request(self, job: Job) -> SwapRequest | PromptRequest:
        if job.kind is JobKind.PROMPT:
            return PromptRequest(prompt=job.prompt or "")
        return SwapRequest(
            photo=await self._photos.read(job.photo or ""),
            gender=Gender(job.gender or 0),
            filter_id=parse_filter_id(job.filter_id or ""),
            ratio=Ratio(job.ratio or Ratio.PORTRAIT),
            quality=Quality(job.quality or Quality.BEST),
        )

    async def _postpone(
        self, job: Job, error: NotSent | KeyRefused | OutOfCredits | RateLimited
    ) -> Job:
        """Put a job back that certainly was not carried out; the others wait with it."""
        pause, gate = _PAUSES[type(error)], self._gate_of(job)
        if isinstance(error, RateLimited):
            seconds = gate.close(pause, seconds=error.retry_after)
        else:
            seconds = gate.close(pause, seconds=OPERATOR_PAUSE if pause.needs_operator else None)
        _log.info("Job %d waits %.0f s: %s", job.id, seconds, error)
        until = self._clock() + timedelta(seconds=seconds)
        token = _token(job)
        return await _write_down(job, lambda: self._jobs.postpone(job.id, token, until=until))

    async def _refuse(self, job: Job, error: Refused | GroupNeedsCatalogueFilter) -> Job:
        self._gate_of(job).open()  # a reasoned no is an answer, too
        reason = _REASONS.get(type(error), FailureReason.REFUSED)
        if isinstance(error, InvalidPhoto):
            problem = error.problem or PhotoProblem.NOT_AN_IMAGE
            reason = _PROBLEMS.get(problem, FailureReason.INVALID_PHOTO)
        if isinstance(error, FilterNotFound):
            self._catalogue.mark_stale()
        _log.warning("Job %d was refused by the API: %s", job.id, error)
        return await self._end(job, reason)

    async def _end(self, job: Job, reason: FailureReason) -> Job:
        """End a job that was certainly not charged."""
        token = _token(job)
        return await _write_down(job, lambda: self._jobs.refuse(job.id, token, reason))

    async def _give_up(self, job: Job) -> Job:
        """Leave a job to the operator that nobody knows to have been charged or not."""
        token = _token(job)
        return await _write_down(job, lambda: self._jobs.record_unconfirmed(job.id, token))


async def _write_down(job: Job, step: Callable[[], Awaitable[Job]]) -> Job:
    """Store what became of a submission, however long storage takes.

    It is the only proof of what was paid: a step that is not stored would leave the job looking as
    if its outcome were unknown.
    """
    pause = STORE_PAUSE
    while True:
        try:
            return await step()
        except StorageUnavailable as error:
            _log.critical("What became of job %d cannot be stored yet: %s", job.id, error)
            await asyncio.sleep(pause)
            pause = min(LONGEST_REPEAT_PAUSE, pause * 2)


def _token(job: Job) -> str:
    """Return the token that every submitting job has."""
    if job.submit_token is None:
        raise ValueError(f"job {job.id} is {job.state} and has no submit token")
    return job.submit_token
