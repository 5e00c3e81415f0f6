"""The last step of a job: its picture is posted, or its member is told how it ended."""

from __future__ import annotations

import asyncio
import logging

from bot.services.delivery import Delivery, DeliveryPostponed, Posted
from bot.services.pictures import PictureStore
from db.errors import TransitionRefused
from db.jobs import JobRepository
from db.models import Job, JobState

FIRST_PAUSE = 2.0  # seconds between tries while Discord does not answer; doubles
LONGEST_PAUSE = 120.0

_log = logging.getLogger(__name__)


class Courier:
    """Takes jobs from `completed` to `delivered` or `undeliverable`, and brings bad news."""

    def __init__(self, *, jobs: JobRepository, pictures: PictureStore, delivery: Delivery) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._delivery = delivery
        self._resting: dict[int, asyncio.Event] = {}
        self._posted_late: dict[int, Posted] = {}  # pictures of jobs that were cancelled meanwhile

    async def deliver(self, job: Job, *, maybe_posted: bool) -> Job:
        """Post a completed job's picture; returns the job in its next state.

        `maybe_posted`: another process may have posted it and been killed before it wrote so down.
        """
        picture = self._pictures.path(job.picture or "")
        pause = FIRST_PAUSE
        while True:
            job = await self._jobs.get(job.id)
            if job.state is not JobState.COMPLETED:
                return job
            if not picture.is_file():
                _log.error(
                    "Job %d: its picture is gone from the disk before it was posted.", job.id
                )
                return await self._jobs.record_picture_lost(job.id)
            try:
                posted = await self._delivery.deliver(job, picture, maybe_posted=maybe_posted)
            except FileNotFoundError:
                continue  # it was cancelled at this moment
            except DeliveryPostponed as error:
                _log.warning("Job %d: its picture could not be posted yet: %s", job.id, error)
                maybe_posted = True
                await self._rest(job.id, pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            else:
                return await self._note(job, posted)

    def hurry(self, job_id: int) -> None:
        """Have a job looked at again whose picture Discord did not take yet."""
        if job_id in self._resting:
            self._resting[job_id].set()

    async def _rest(self, job_id: int, seconds: float) -> None:
        self._resting[job_id] = asyncio.Event()
        try:
            async with asyncio.timeout(seconds):
                await self._resting[job_id].wait()
        except TimeoutError:
            return
        finally:
            del self._resting[job_id]

    async def _note(self, job: Job, posted: Posted | None) -> Job:
        try:
            if posted is None:
                return await self._jobs.record_undeliverable(job.id)
            delivered = await self._jobs.record_delivered(
                job.id, posted.channel_id, posted.message_id, keep_original=not posted.whole
            )
        except TransitionRefused:  # fetched through /jobs, or cancelled, at the same moment
            now = await self._jobs.get(job.id)
            if posted is not None and now.state is JobState.CANCELLED:
                self._posted_late[job.id] = posted
            return now
        await self._delivery.remind(delivered)
        return delivered

    async def _take_back(self, job: Job) -> None:
        """Remove the picture of a job that was cancelled while it was posted.

        That it was is read from the job's log, for the process that posted it may be gone.
        """
        posted = self._posted_late.pop(job.id, None)
        if posted is None and not await self._jobs.may_be_posted(job.id):
            return
        pause = FIRST_PAUSE
        while True:
            try:
                await self._delivery.take_back(job, posted)
            except DeliveryPostponed as error:
                _log.warning("Job %d: its picture could not be taken back: %s", job.id, error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            else:
                return

    async def tell(self, job: Job) -> None:
        """Tell the member how the job ended; returns once they were told or cannot be reached."""
        if job.state is JobState.CANCELLED:
            await self._take_back(job)
        pause = FIRST_PAUSE
        while True:
            try:
                await self._delivery.tell(job)
            except DeliveryPostponed as error:
                _log.warning("Job %d: its member could not be told yet: %s", job.id, error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            else:
                break
        await self._jobs.record_told(job.id, job.state)
        await self._delivery.remind(job)
