"""A community event in figures, for its report."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.event_models import EventFigures, PictureState
from db.event_schema import event_pictures, event_votes
from db.members import NOBODY
from db.models import JobState, Ledger, ReservationState
from db.rules import CREDIT_BUCKET
from db.schema import buckets, jobs, reservations

# In the microseconds of a Timestamp. Every zone's clock is off by a multiple of it.
_FIVE_MINUTES = 300_000_000


async def figures(connection: AsyncConnection, event_id: int) -> EventFigures:
    """Count all there is to tell of an event."""
    of_event = event_pictures.c.event_id == event_id
    states = await connection.execute(
        sa.select(event_pictures.c.state, sa.func.count().label("pictures"))
        .where(of_event)
        .group_by(event_pictures.c.state)
    )
    counts: Counter[PictureState] = Counter({row.state: row.pictures for row in states})
    outcomes = await _outcomes(connection, event_id)
    return EventFigures(
        guests=await _count_guests(connection, of_event),
        made=counts.total(),
        approved=counts[PictureState.APPROVED],
        waiting=counts[PictureState.WAITING],
        rejected=counts[PictureState.REJECTED],
        removed=counts[PictureState.REMOVED],
        votes=await _count_votes(connection, of_event),
        by_filter=await _by_filter(connection, of_event),
        by_time=await _by_time(connection, of_event),
        failed=outcomes[JobState.FAILED] + outcomes[JobState.UNCONFIRMED],
        cancelled=outcomes[JobState.CANCELLED],
        credits=await _credits(connection, event_id),
    )


async def _count_guests(connection: AsyncConnection, of_event: sa.ColumnElement[bool]) -> int:
    guests = sa.func.count(sa.distinct(event_pictures.c.user_id))
    count = await connection.scalar(
        sa.select(guests).where(of_event, event_pictures.c.user_id != NOBODY)
    )
    return count or 0


async def _count_votes(connection: AsyncConnection, of_event: sa.ColumnElement[bool]) -> int:
    """Count the votes for what may be seen."""
    count = await connection.scalar(
        sa.select(sa.func.count())
        .select_from(event_votes)
        .join(event_pictures, event_pictures.c.id == event_votes.c.picture_id)
        .where(of_event, event_pictures.c.state == PictureState.APPROVED)
    )
    return count or 0


async def _by_filter(
    connection: AsyncConnection, of_event: sa.ColumnElement[bool]
) -> tuple[tuple[str, int], ...]:
    name, pictures = event_pictures.c.filter_name, sa.func.count().label("pictures")
    rows = await connection.execute(
        sa.select(name, pictures).where(of_event).group_by(name).order_by(pictures.desc(), name)
    )
    return tuple((row.filter_name, row.pictures) for row in rows)


async def _by_time(
    connection: AsyncConnection, of_event: sa.ColumnElement[bool]
) -> tuple[tuple[datetime, int], ...]:
    stored = sa.type_coerce(event_pictures.c.created_at, sa.BigInteger)
    step = (stored - stored % _FIVE_MINUTES).label("step")
    rows = await connection.execute(
        sa.select(step, sa.func.count().label("pictures"))
        .where(of_event)
        .group_by(step)
        .order_by(step)
    )
    return tuple((datetime.fromtimestamp(row.step // 1_000_000, UTC), row.pictures) for row in rows)


async def _outcomes(connection: AsyncConnection, event_id: int) -> Counter[JobState]:
    """Count an event's jobs by where they stand; those whose rows are deleted are forgotten."""
    rows = await connection.execute(
        sa.select(jobs.c.state, sa.func.count().label("jobs"))
        .where(jobs.c.event_id == event_id)
        .group_by(jobs.c.state)
    )
    return Counter({row.state: row.jobs for row in rows})


async def _credits(connection: AsyncConnection, event_id: int) -> int:
    """Sum up what is spent in the one bucket that counts all credits."""
    spent = await connection.scalar(
        sa.select(sa.func.sum(reservations.c.amount))
        .join(jobs, jobs.c.id == reservations.c.job_id)
        .join(buckets, buckets.c.id == reservations.c.bucket_id)
        .where(
            jobs.c.event_id == event_id,
            reservations.c.ledger == Ledger.CREDITS,
            reservations.c.state == ReservationState.SPENT,
            buckets.c.scope == CREDIT_BUCKET.scope,
            buckets.c.window == CREDIT_BUCKET.window,
        )
    )
    return spent or 0
