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
from db.models import FailureReason, Job

STRAY_SECONDS = 3600.0  # a file without a row is older than that only if its row never comes

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

    async def delete_strays(self, *, untouched_for: float = 0.0) -> None:
        """Delete files that no row names and that have lain for so many seconds.

        Only at start, when nothing is being written, may that be 0.
        """
        needed = await self._jobs.referenced_files()
        count = await self._photos.delete_all_but(needed.photos, untouched_for=untouched_for)
        count += await self._pictures.delete_all_but(needed.pictures, untouched_for=untouched_for)
        if count:
            _log.info("Deleted %d files that belonged to no job.", count)

    async def delete_due_files(self) -> None:
        """Delete photos and pictures whose time is over."""
        for job in await self._jobs.list_files_due(self._clock()):
            await self.delete_due_files_of(job)

    async def delete_due_files_of(self, job: Job) -> None:
        """Delete what is due of one job, whose row is as it was just read or written."""
        try:
            await self._delete_due_files_of(job, self._clock())
        except OSError as error:  # one file that stays must not keep the others
            _log.error("Files of job %d cannot be deleted: %s", job.id, error)

    async def _delete_due_files_of(self, job: Job, now: datetime) -> None:
        # The file goes first: a kill in between leaves a row that is tidied next time.
        if job.photo and job.photo_delete_at and job.photo_delete_at <= now:
            await self._photos.delete(job.photo)
            await self._jobs.forget_photo(job.id)
        if job.picture and job.picture_delete_at and job.picture_delete_at <= now:
            await self._pictures.delete(job.picture)
            await self._jobs.forget_picture(job.id)

    async def forget_what_is_over(self) -> None:
        """Drop what opens or counts nothing any more, and files that lost their rows."""
        await self.delete_strays(untouched_for=STRAY_SECONDS)
        await self._jobs.forget_expired_tokens()
        await self._members.forget_past_windows()

    async def end_stale_jobs(self) -> None:
        """Fail jobs that waited in the queue for too long; the worker tells their members."""
        for job in await self._jobs.list_stale_queued(self.oldest_welcome):
            try:
                await self._jobs.fail(job.id, FailureReason.TOO_OLD)
            except TransitionRefused:
                continue  # it was taken or cancelled at this moment
