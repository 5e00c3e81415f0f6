"""Keeping promises about time: files and rows go when they are due, old jobs are ended."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.services.events.clearing import EventClearing
from bot.services.photos import PhotoStore
from bot.services.pictures import PictureStore
from db.errors import TransitionRefused
from db.jobs import JobRepository
from db.members import MemberRepository
from db.models import FailureReason, Job
from db.open_orders import OpenOrderRepository
from db.retention import RetentionRepository

STRAY_SECONDS = 3600.0  # a file without a row is older than that only if its row never comes
LONGEST_WINDOW = timedelta(days=31)  # in which a warning is given once

# What a sweep may have done, as the log says it.
PHOTOS, PICTURES, STRAYS = "photos", "pictures", "files of no job"
TOKENS, JOBS = "interaction tokens", "jobs"
COUNTS, TURNS = "counts of past windows", "places in the fair order"
NOTICES = "marks of warnings"

_log = logging.getLogger(__name__)


class Housekeeper:
    """Deletes what is due and ends what waited too long.

    `job_keep` is how long rows outlive their jobs; None: for ever.
    """

    def __init__(
        self,
        *,
        jobs: JobRepository,
        members: MemberRepository,
        retention: RetentionRepository,
        events: EventClearing,
        open_orders: OpenOrderRepository,
        photos: PhotoStore,
        pictures: PictureStore,
        queue_wait: timedelta,
        job_keep: timedelta | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._jobs = jobs
        self._members = members
        self._retention = retention
        self._events = events
        self._open_orders = open_orders
        self._photos = photos
        self._pictures = pictures
        self._queue_wait = queue_wait
        self._job_keep = job_keep
        self._clock = clock
        self._opened = time.monotonic()
        self._deleted: Counter[str] = Counter()  # since the last sweep was reported

    @property
    def oldest_welcome(self) -> datetime:
        """The moment since which a job must have been accepted to be sent still."""
        return self._clock() - self._queue_wait

    async def delete_left_files(self) -> None:
        """Delete files that an earlier process left without a row.

        Orders may be coming in already: a file of theirs that has no row yet is younger.
        """
        await self._delete_strays(untouched_for=time.monotonic() - self._opened)

    async def _delete_strays(self, *, untouched_for: float) -> None:
        """Delete files that no row names and that have lain for so many seconds."""
        needed = await self._jobs.referenced_files()
        for store, names in ((self._photos, needed.photos), (self._pictures, needed.pictures)):
            count = await store.delete_all_but(names, untouched_for=untouched_for)
            self._deleted[STRAYS] += count

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
            self._deleted[PHOTOS] += 1
        if job.picture and job.picture_delete_at and job.picture_delete_at <= now:
            await self._pictures.delete(job.picture)
            await self._jobs.forget_picture(job.id)
            self._deleted[PICTURES] += 1

    async def sweep(self) -> None:
        """Delete what opens, counts or tells nothing any more, and say what went since last time.

        In small steps: a kill in between leaves less to do, and nothing that does not add up.
        """
        await self._delete_strays(untouched_for=STRAY_SECONDS)
        self._deleted[TOKENS] += await self._jobs.forget_expired_tokens()
        self._deleted[TOKENS] += await self._open_orders.forget_expired()
        self._deleted += await self._events.sweep()
        await self._members.forget_past_windows()
        if self._job_keep is not None:
            await self._delete_old_rows(self._clock() - self._job_keep)
        done = [f"{count} {what}" for what, count in self._deleted.items() if count]
        self._deleted.clear()
        if done:
            _log.info("Deleted since the last sweep: %s.", ", ".join(done))

    async def _delete_old_rows(self, before: datetime) -> None:
        while deleted := await self._retention.delete_jobs(finished_before=before):
            self._deleted[JOBS] += deleted
        self._deleted[COUNTS] += await self._retention.delete_counts(ended_before=before)
        self._deleted[TURNS] += await self._retention.forget_turns()
        said = min(before, self._clock() - LONGEST_WINDOW)
        self._deleted[NOTICES] += await self._retention.delete_notices(made_before=said)

    async def end_stale_jobs(self) -> None:
        """Fail jobs that waited in the queue for too long; the worker tells their members."""
        for job in await self._jobs.list_stale_queued(self.oldest_welcome):
            try:
                await self._jobs.fail(job.id, FailureReason.TOO_OLD)
            except TransitionRefused:
                continue  # it was taken or cancelled at this moment
