"""Is the database whole: file, schema, both ledgers, rows. Problems come as sentences."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.database import Database
from db.errors import StorageFault, StorageUnavailable
from db.event_checks import check_events
from db.migrate import pending
from db.models import JobKind, JobState, Ledger, ReservationState
from db.quota_schema import set_asides
from db.rules import CREDIT_BUCKET
from db.schema import buckets, job_log, jobs, reservations

_HELD, _SPENT, _BACK = (
    ReservationState.HELD,
    ReservationState.SPENT,
    ReservationState.RETURNED,
)

# How a job's reservations may stand. A late answer finds the quota given back already.
_QUOTA: Mapping[JobState, frozenset[ReservationState]] = {
    JobState.QUEUED: frozenset({_HELD}),
    JobState.SUBMITTING: frozenset({_HELD}),
    JobState.SUBMITTED: frozenset({_HELD, _BACK}),
    JobState.UNCONFIRMED: frozenset({_BACK}),
    JobState.COMPLETED: frozenset({_SPENT, _BACK}),
    JobState.DELIVERED: frozenset({_SPENT, _BACK}),
    JobState.UNDELIVERABLE: frozenset({_SPENT, _BACK}),
    JobState.FAILED: frozenset({_BACK}),
    JobState.CANCELLED: frozenset({_SPENT, _BACK}),
}
_CREDITS: Mapping[JobState, frozenset[ReservationState]] = {
    JobState.QUEUED: frozenset({_BACK}),
    JobState.SUBMITTING: frozenset({_HELD}),
    JobState.SUBMITTED: frozenset({_SPENT}),
    JobState.UNCONFIRMED: frozenset({_HELD}),
    JobState.COMPLETED: frozenset({_SPENT}),
    JobState.DELIVERED: frozenset({_SPENT}),
    JobState.UNDELIVERABLE: frozenset({_SPENT}),
    JobState.FAILED: frozenset({_SPENT, _BACK}),
    JobState.CANCELLED: frozenset({_SPENT, _BACK}),
}
_CHARGED = [state for state, allowed in _CREDITS.items() if _BACK not in allowed]
# The operator had it sent once more: its quota stays given back, and its first try may have cost.
_WAS_RETRIED = sa.exists().where(
    job_log.c.job_id == jobs.c.id,
    job_log.c.from_state == JobState.FAILED,
    job_log.c.to_state == JobState.QUEUED,
)
_UNFINISHED = (JobState.QUEUED, JobState.SUBMITTING, JobState.SUBMITTED)
_WRONG_ROWS = (
    (
        (jobs.c.state == JobState.SUBMITTING) & jobs.c.submit_token.is_(None),
        "has no submit token",
    ),
    (
        (jobs.c.state == JobState.SUBMITTED) & jobs.c.deadline_at.is_(None),
        "has no deadline",
    ),
    (
        (jobs.c.state == JobState.QUEUED)
        & sa.or_(jobs.c.submit_token.is_not(None), jobs.c.remote_id.is_not(None)),
        "names a submission",
    ),
    (
        jobs.c.state.in_((JobState.QUEUED, JobState.SUBMITTING))
        & sa.or_(
            (jobs.c.kind == JobKind.FILTER) & jobs.c.photo.is_(None),
            (jobs.c.kind == JobKind.PROMPT) & jobs.c.prompt.is_(None),
        ),
        "has nothing to make a picture from",
    ),
    ((jobs.c.state == JobState.COMPLETED) & jobs.c.picture.is_(None), "has no picture"),
    (
        jobs.c.state.in_(_UNFINISHED) != jobs.c.finished_at.is_(None),
        "its time of ending says otherwise",
    ),
)


async def check(database: Database) -> list[str]:
    """Look at everything; an empty list says that all is well."""
    try:
        missing = await pending(database)
        if missing:
            return [f"The schema is old; the next start applies step {', '.join(missing)}."]
        return await database.file_problems() or [
            *await check_ledgers(database),
            *await check_columns(database),
            *await check_events(database),
        ]
    except StorageUnavailable as error:
        if error.fault is not StorageFault.DAMAGED:
            raise
        return [f"The database file is damaged: {error}."]


async def check_ledgers(database: Database) -> list[str]:
    """Compare buckets, reservations, jobs and their log; quick enough for every start."""

    async def unit(connection: AsyncConnection) -> list[str]:
        return [
            *await _sums(connection),
            *await _settlements(connection),
            *await _charges(connection),
            *await _logs(connection),
        ]

    return await database.read(unit)


async def _sums(connection: AsyncConnection) -> list[str]:
    counts = sa.case((reservations.c.state != _BACK, reservations.c.amount), else_=0)
    for_events = (
        sa.select(sa.func.coalesce(sa.func.sum(set_asides.c.amount - set_asides.c.returned), 0))
        .where(set_asides.c.bucket_id == buckets.c.id)
        .correlate(buckets)
        .scalar_subquery()
    )
    total = buckets.c.archived + sa.func.coalesce(sa.func.sum(counts), 0) + for_events
    rows = await connection.execute(
        sa.select(buckets.c.id, buckets.c.ledger, buckets.c.used, total.label("total"))
        .outerjoin(reservations, reservations.c.bucket_id == buckets.c.id)
        .group_by(buckets.c.id, buckets.c.ledger, buckets.c.used, buckets.c.archived)
        .having(buckets.c.used != total)
        .order_by(buckets.c.id)
    )
    return [
        f"Bucket {row.id} ({row.ledger}) says {row.used} used, but its jobs add up to {row.total}."
        for row in rows
    ]


async def _settlements(connection: AsyncConnection) -> list[str]:
    of_this_attempt = reservations.c.attempt == jobs.c.attempts
    is_credits = reservations.c.ledger == Ledger.CREDITS
    is_quota = ~is_credits  # the pot is settled with it
    as_it_may_be = sa.or_(
        sa.and_(is_credits, ~of_this_attempt, reservations.c.state == _BACK),
        sa.and_(_WAS_RETRIED, is_quota, reservations.c.state == _BACK),
        sa.and_(
            _WAS_RETRIED,
            is_credits,
            sa.or_(~of_this_attempt, jobs.c.state == JobState.QUEUED),
            reservations.c.state == _SPENT,
        ),
        *(
            sa.and_(is_quota, jobs.c.state == state, reservations.c.state.in_(allowed))
            for state, allowed in _QUOTA.items()
        ),
        *(
            sa.and_(
                is_credits,
                of_this_attempt,
                jobs.c.state == state,
                reservations.c.state.in_(allowed),
            )
            for state, allowed in _CREDITS.items()
        ),
    )
    rows = await connection.execute(
        sa.select(
            jobs.c.id,
            jobs.c.state,
            reservations.c.ledger,
            reservations.c.state.label("reservation"),
        )
        .distinct()
        .join(reservations, reservations.c.job_id == jobs.c.id)
        .where(~as_it_may_be)
        .order_by(jobs.c.id)
    )
    return [
        f"Job {row.id} is {row.state}, but a reservation in its {row.ledger} is {row.reservation}."
        for row in rows
    ]


async def _charges(connection: AsyncConnection) -> list[str]:
    """Find jobs that cost money which the ledger does not know."""
    written = (
        sa.select(sa.func.coalesce(sa.func.sum(reservations.c.amount), 0))
        .join(buckets, buckets.c.id == reservations.c.bucket_id)
        .where(
            reservations.c.job_id == jobs.c.id,
            reservations.c.attempt == jobs.c.attempts,
            reservations.c.state != _BACK,
            buckets.c.ledger == CREDIT_BUCKET.ledger,
            buckets.c.scope == CREDIT_BUCKET.scope,
            buckets.c.scope_id == CREDIT_BUCKET.scope_id,
            buckets.c.guild_id == CREDIT_BUCKET.guild_id,
            buckets.c.window == CREDIT_BUCKET.window,
        )
        .correlate(jobs)
        .scalar_subquery()
    )
    rows = await connection.execute(
        sa.select(jobs.c.id, jobs.c.state, jobs.c.cost, written.label("written"))
        .where(jobs.c.state.in_(_CHARGED), written != jobs.c.cost)
        .order_by(jobs.c.id)
    )
    return [
        f"Job {row.id} is {row.state} and costs {row.cost} credits,"
        f" but {row.written} are written down."
        for row in rows
    ]


async def _logs(connection: AsyncConnection) -> list[str]:
    last = (
        sa.select(job_log.c.to_state)
        .where(job_log.c.job_id == jobs.c.id)
        .order_by(job_log.c.id.desc())
        .limit(1)
        .correlate(jobs)
        .scalar_subquery()
    )
    rows = await connection.execute(
        sa.select(jobs.c.id, jobs.c.state, last.label("last"))
        .where(sa.or_(last.is_(None), last != jobs.c.state))
        .order_by(jobs.c.id)
    )
    return [f"Job {row.id} is {row.state}, but its log ends with {row.last}." for row in rows]


async def check_columns(database: Database) -> list[str]:
    """Find jobs whose row lacks what their state needs, or has what it cannot have."""

    async def unit(connection: AsyncConnection) -> list[str]:
        problems = []
        for wrong, words in _WRONG_ROWS:
            rows = await connection.execute(
                sa.select(jobs.c.id, jobs.c.state).where(wrong).order_by(jobs.c.id)
            )
            problems += [f"Job {row.id} is {row.state}, but {words}." for row in rows]
        return problems

    return await database.read(unit)
