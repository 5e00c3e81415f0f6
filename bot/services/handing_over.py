"""The last step of a job: its picture is posted, or its member is told how it ended."""

from __future__ import annotations

import asyncio
import logging

from bot.services.delivery import Delivery, DeliveryPostponed
from bot.services.pictures import PictureStore
from db.errors import TransitionRefused
from db.jobs import JobRepository
from db.models import Job

FIRST_PAUSE = 2.0  # seconds between tries while Discord does not answer; doubles
LONGEST_PAUSE = 120.0

_log = logging.getLogger(__name__)


class Courier:
    """Takes jobs from `completed` to `delivered` or `undeliverable`, and brings bad news."""

    def __init__(self, *, jobs: JobRepository, pictures: PictureStore, delivery: Delivery) -> None:
        self._jobs = jobs
        self._pictures = pictures
        self._delivery = delivery

    async def deliver(self, job: Job, *, maybe_posted: bool) -> Job:
        """Post a completed job's picture; returns the job in its next state.

        `maybe_posted`: another process may have posted it and been killed before it wrote so down.
        """
        picture = self._pictures.path(job.picture or "")
        if not picture.is_file():
            _log.error("Job %d: its picture is gone from the disk before it was posted.", job.id)
            return await self._jobs.record_picture_lost(job.id)
        pause = FIRST_PAUSE
        while True:
            try:
                posted = await self._delivery.deliver(job, picture, maybe_posted=maybe_posted)
            except DeliveryPostponed as error:
                _log.warning("Job %d: its picture could not be posted yet: %s", job.id, error)
                maybe_posted = True
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            else:
                break
        try:
            if posted is None:
                return await self._jobs.record_undeliverable(job.id)
            delivered = await self._jobs.record_delivered(
                job.id, posted.channel_id, posted.message_id, keep_original=not posted.whole
            )
        except TransitionRefused:  # the member fetched it through /jobs at the same moment
            return await self._jobs.get(job.id)
        await self._delivery.remind(delivered)
        return delivered

    async def tell(self, job: Job) -> None:
        """Tell the member how the job ended; returns once they were told or cannot be reached."""
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
