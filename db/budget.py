"""The operator's caps on credits: where they refuse a new order, and what a new cap counts.

A claim enforces them (`db.queue.claim`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import QuotaExceeded
from db.ledgers import id_of, usages_of, used_in
from db.models import JobState, Limit, ReservationState
from db.rules import CREDIT_BUCKET, Rule, bucket_of, credit_rules
from db.schema import IS_WAITING, buckets, job_log, jobs, reservations
from db.sqlite import insert_missing

_CLAIMED = (JobState.SUBMITTING, JobState.UNCONFIRMED)  # by a worker; after a restore


async def require_credits(connection: AsyncConnection, *, cost: int, now: datetime) -> None:
    """Raise QuotaExceeded if a cap has no room for this cost beside what waits in the queue.

    So whoever is refused learns it at once, and does not wait for a window that may be hours away.
    """
    caps = await usages_of(connection, await credit_rules(connection, now=now), now=now)
    if not caps or cost == 0:
        return
    promised = sa.select(sa.func.coalesce(sa.func.sum(jobs.c.cost), 0)).where(IS_WAITING)
    wanted = cost + int(await connection.scalar(promised) or 0)
    for cap in caps:
        if cap.used + wanted > cap.limit.amount:
            raise QuotaExceeded(cap)


async def room_in(connection: AsyncConnection, rules: Sequence[Rule]) -> int | None:
    """Tell how many credits fit under all of these caps; None: any number."""
    room = [
        rule.limit.amount - await used_in(connection, rule.bucket)
        for rule in rules
        if rule.limit is not None
    ]
    return min(room, default=None)


async def count_what_is_gone(connection: AsyncConnection, cap: Limit, *, now: datetime) -> None:
    """Count under a cap what was held and spent in its window before the cap was set."""
    bucket = bucket_of(cap, scope_id=0, now=now)
    everything = await id_of(connection, CREDIT_BUCKET)
    if bucket == CREDIT_BUCKET or everything is None:
        return
    await connection.execute(insert_missing(buckets, {**asdict(bucket), "used": 0}))
    bucket_id = await id_of(connection, bucket)
    counted = reservations.alias()
    is_counted = sa.exists().where(
        counted.c.bucket_id == bucket_id,
        counted.c.job_id == reservations.c.job_id,
        counted.c.attempt == reservations.c.attempt,
    )
    claimed_at = (
        sa.select(sa.func.max(job_log.c.at))
        .where(
            job_log.c.job_id == reservations.c.job_id,
            job_log.c.from_state == JobState.QUEUED,
            job_log.c.to_state.in_(_CLAIMED),
        )
        .scalar_subquery()
    )
    missing = (
        sa.select(
            reservations.c.job_id,
            sa.literal(bucket_id),
            *(reservations.c[name] for name in ("attempt", "ledger", "amount", "state")),
        )
        .join(jobs, jobs.c.id == reservations.c.job_id)
        .where(
            reservations.c.bucket_id == everything,
            reservations.c.state != ReservationState.RETURNED,
            jobs.c.updated_at >= bucket.window_start,  # spares a look at the log of older ones
            claimed_at >= bucket.window_start,
            ~is_counted,
        )
    )
    columns = ["job_id", "bucket_id", "attempt", "ledger", "amount", "state"]
    await connection.execute(sa.insert(reservations).from_select(columns, missing))
    counted_now = (
        sa.select(sa.func.coalesce(sa.func.sum(reservations.c.amount), 0))
        .where(
            reservations.c.bucket_id == bucket_id,
            reservations.c.state != ReservationState.RETURNED,
        )
        .scalar_subquery()
    )
    await connection.execute(
        sa.update(buckets)
        .where(buckets.c.id == bucket_id)
        .values(used=buckets.c.archived + counted_now)
    )
