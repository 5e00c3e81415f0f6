"""After a copy of the database was put in its place: nothing that may have been paid is sent again.

What happened after the copy was made is unknown to it: a job that it calls queued may have been
sent, paid and posted, and numbers above its last may stand on cards and in messages. What was said
of community events since then is found in their channels before it would be said again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db import event_lists, job_lists, sqlite, steps
from db.database import Database
from db.event_models import Event
from db.event_schema import event_pictures, events
from db.ledgers import hold, write_down
from db.models import Job, JobState
from db.notices import forget_notice, note_once
from db.open_orders import close_all
from db.rules import credit_rules
from db.schema import jobs
from db.transitions import Periods, change

NUMBERS_SKIPPED = 100_000
AFTER_RESTORE = "after restore"  # noted from there to the next start


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was done: the jobs that may have been paid, those that cost nothing, the next number."""

    unconfirmed: tuple[Job, ...]
    failed: tuple[Job, ...]
    next_number: int
    events: tuple[Event, ...]  # those that the copy calls under way


async def after_restore(
    database: Database,
    *,
    backend: str,
    periods: Periods,
    was_copy: bool,
    clock: Callable[[], datetime],
) -> Restored:
    """Freeze what may have been sent since the copy was made, and skip numbers that may be taken.

    `backend` is where it may have been sent to, as far as the settings tell; `was_copy`: the file
    is one of `db.backup`'s, opened for the first time. A second time changes nothing more.
    """

    async def unit(connection: AsyncConnection) -> Restored:
        now = clock()
        await close_all(connection)  # may be jobs by now, with a picture on their cards
        freezer = _Freezer(connection, backend=backend, periods=periods, now=now)
        frozen = [
            await freezer.freeze(job)
            for state in (JobState.QUEUED, JobState.SUBMITTING)
            for job in await job_lists.in_state(connection, state)
            if not job.idempotent  # a repeated token makes nothing twice
        ]
        is_first = await note_once(connection, AFTER_RESTORE, now=now)
        if is_first or was_copy:  # a copy may have been made with the mark in it
            for table in (jobs, events, event_pictures):
                await sqlite.skip_numbers(connection, table, by=NUMBERS_SKIPPED)
        return Restored(
            unconfirmed=tuple(job for job in frozen if job.state is JobState.UNCONFIRMED),
            failed=tuple(job for job in frozen if job.state is JobState.FAILED),
            next_number=await sqlite.last_number(connection, jobs) + 1,
            events=await event_lists.under_way(connection),
        )

    return await database.write(unit)


async def started(database: Database) -> None:
    """Note that the bot gives out numbers again, so that the next restore skips some anew."""
    await database.write(lambda connection: forget_notice(connection, AFTER_RESTORE))


class _Freezer:
    """Takes jobs to where nothing is sent any more."""

    def __init__(
        self, connection: AsyncConnection, *, backend: str, periods: Periods, now: datetime
    ) -> None:
        self._connection = connection
        self._backend = backend
        self._periods = periods
        self._now = now

    async def freeze(self, job: Job) -> Job:
        if job.state is JobState.SUBMITTING:
            step = steps.interrupted()
        elif job.cost == 0:
            step = steps.overtaken()
        else:
            step = steps.perhaps_sent(self._backend, attempt=job.attempts + 1)
        frozen = await change(self._connection, job.id, step, now=self._now, periods=self._periods)
        if job.state is JobState.QUEUED and frozen.state is JobState.UNCONFIRMED:
            await self._hold(frozen)
        return frozen

    async def _hold(self, job: Job) -> None:
        """Hold the credits whether or not a cap has room: they may be gone already."""
        rules = [
            replace(rule, limit=None)
            for rule in await credit_rules(self._connection, now=self._now)
        ]
        held = await hold(self._connection, rules, amount=job.cost, now=self._now)
        await write_down(self._connection, held, job_id=job.id, attempt=job.attempts)
