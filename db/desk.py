"""What the operator asks and does about single jobs, beside a running bot."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db import job_lists, steps
from db.clock import Clock, utc_now
from db.database import Database
from db.errors import JobUnderWay, NotKept, TransitionRefused
from db.ledgers import refund
from db.models import (
    Job,
    JobKind,
    JobState,
    LedgerEntry,
    LogEntry,
)
from db.schema import buckets, job_log, jobs, reservations
from db.transitions import Periods, change, locked_job, log

_OPERATOR = "operator"
_UNDER_WAY = {JobState.QUEUED, JobState.SUBMITTING, JobState.SUBMITTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything that is written about one job."""

    job: Job
    log: tuple[LogEntry, ...]
    entries: tuple[LedgerEntry, ...]


class Desk:
    """Where the operator looks jobs up, has them tried again, and gives quota back."""

    def __init__(self, database: Database, *, periods: Periods, clock: Clock = utc_now) -> None:
        self._database = database
        self._periods = periods
        self._clock = clock

    async def find(
        self,
        *,
        states: Collection[JobState] = (),
        user_id: int | None = None,
        since: datetime | None = None,
        limit: int,
    ) -> tuple[Job, ...]:
        """List jobs, newest first; no states means all."""
        statement = sa.select(jobs).order_by(jobs.c.id.desc()).limit(limit)
        if states:
            statement = statement.where(jobs.c.state.in_(states))
        if user_id is not None:
            statement = statement.where(jobs.c.user_id == user_id)
        if since is not None:
            statement = statement.where(jobs.c.created_at >= since)

        async def unit(connection: AsyncConnection) -> tuple[Job, ...]:
            rows = await connection.execute(statement)
            return tuple(Job(**row) for row in rows.mappings())

        return await self._database.read(unit)

    async def record(self, job_id: int) -> Record:
        """Read a job with its log and what it holds in both ledgers; raises JobNotFound."""

        async def unit(connection: AsyncConnection) -> Record:
            return Record(
                job=await job_lists.get(connection, job_id),
                log=await _log_of(connection, job_id),
                entries=await _entries_of(connection, job_id),
            )

        return await self._database.read(unit)

    async def retry(self, job_id: int) -> Job:
        """Have a picture posted again that found no place, or a failed job sent once more.

        That costs its member nothing. NotKept: what it needs is deleted. TransitionRefused: it is
        in another state.
        """

        async def unit(connection: AsyncConnection) -> Job:
            now = self._clock()
            job = await locked_job(connection, job_id)
            if job.state is JobState.UNDELIVERABLE:
                step = steps.offered_again()
            elif job.state is JobState.FAILED:
                step = steps.requeued(at=now)
            else:
                raise TransitionRefused(job_id, job.state, JobState.QUEUED)
            if (lost := _what_is_lost(job, now=now)) is not None:
                raise NotKept(job_id, lost)
            return await change(connection, job_id, step, now=now, periods=self._periods)

        return await self._database.write(unit)

    async def refund(self, job_id: int) -> int:
        """Give the quota back that an ended job has spent; tell how many pictures that is.

        0: it had none spent, or has it back already. JobUnderWay: it has not ended.
        """

        async def unit(connection: AsyncConnection) -> int:
            job = await locked_job(connection, job_id)
            if job.state in _UNDER_WAY:
                raise JobUnderWay(job_id, job.state)
            pictures = await refund(connection, job_id=job_id)
            if pictures:
                await log(
                    connection,
                    job,
                    at=self._clock(),
                    origin=job.state,
                    actor=_OPERATOR,
                    detail="quota refunded",
                )
            return pictures

        return await self._database.write(unit)


def _what_is_lost(job: Job, *, now: datetime) -> str | None:
    """Name what a job needs to go on and no longer has; what is due is as good as deleted."""
    if job.state is JobState.UNDELIVERABLE:
        return None if _is_kept(job.picture, job.picture_delete_at, now=now) else "picture"
    if job.kind is JobKind.PROMPT:
        return None if job.prompt is not None else "prompt"
    return None if _is_kept(job.photo, job.photo_delete_at, now=now) else "photo"


def _is_kept(file: str | None, delete_at: datetime | None, *, now: datetime) -> bool:
    return file is not None and (delete_at is None or delete_at > now)


async def _log_of(connection: AsyncConnection, job_id: int) -> tuple[LogEntry, ...]:
    names = ("at", "from_state", "to_state", "actor", "detail")
    rows = await connection.execute(
        sa.select(*(job_log.c[name] for name in names))
        .where(job_log.c.job_id == job_id)
        .order_by(job_log.c.id)
    )
    return tuple(LogEntry(**row) for row in rows.mappings())


async def _entries_of(connection: AsyncConnection, job_id: int) -> tuple[LedgerEntry, ...]:
    held = (reservations.c[name] for name in ("ledger", "attempt", "amount", "state"))
    where = (buckets.c[name] for name in ("scope", "window", "window_start"))
    rows = await connection.execute(
        sa.select(*held, *where)
        .join(buckets, buckets.c.id == reservations.c.bucket_id)
        .where(reservations.c.job_id == job_id)
        .order_by(reservations.c.attempt, reservations.c.bucket_id)
    )
    return tuple(LedgerEntry(**row) for row in rows.mappings())
