"""Keeping promises about time: photos and pictures are deleted, old jobs do not wait for ever."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.services.photos import PhotoStore
from bot.services.pictures import PictureStore
from db.errors import TransitionRefused
from db.jobs import JobRepository
from db.members import MemberRepository
from db.models import FailureReason

_log = logging.getLogger(__name__)


class Housekeeper:
    """Deletes what is due and ends what waited too long."""

    def __init__(
        self,
        *,
        jobs: JobRepository,
        members: MemberRepository,
        photos: PhotoStore,
        pictures: PictureStore,
        queue_wait: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._members = members
        self._photos = photos
        self._pictures = pictures
        self._queue_wait = queue_wait
        self._clock = clock

    @property
    def oldest_welcome(self) -> datetime:
        """The moment since which a job must have been accepted to be sent still."""
        return self._clock() - self._queue_wait

    async def delete_strays(self) -> None:
        """Delete files that no row names; only at start, when nothing is being written."""
        needed = await self._jobs.referenced_files()
        count = await self._photos.delete_all_but(needed.photos)
        count += await self._pictures.delete_all_but(needed.pictures)
        if count:
            _log.info("Deleted %d files that belonged to no job.", count)

    async def delete_due_files(self) -> None:
        """Delete photos and pictures whose time is over."""
        now = self._clock()
        for job in await self._jobs.list_files_due(now):
            # The file goes first: a kill in between leaves a row that is tidied next time.
            if job.photo and job.photo_delete_at and job.photo_delete_at <= now:
                await self._photos.delete(job.photo)
                await self._jobs.forget_photo(job.id)
            if job.picture and job.picture_delete_at and job.picture_delete_at <= now:
                await self._pictures.delete(job.picture)
                await self._jobs.forget_picture(job.id)

    async def forget_what_is_over(self) -> None:
        """Drop interaction tokens that open nothing any more, and counts of past windows."""
        await self._jobs.forget_expired_tokens()
        await self._members.forget_past_windows()

    async def end_stale_jobs(self) -> None:
        """Fail jobs that waited in the queue for too long; the worker tells their members."""
        for job in await self._jobs.list_stale_queued(self.oldest_welcome):
            try:
                await self._jobs.fail(job.id, FailureReason.TOO_OLD)
            except TransitionRefused:
                continue  # it was taken or cancelled at this moment
