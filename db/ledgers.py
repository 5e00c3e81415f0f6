"""Both ledgers: what a job holds in which bucket, and how each holding is settled once.

A bucket's `used` is the sum of what is held and spent in it. It is raised and lowered only here,
in the transaction that writes the reservation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import QuotaExceeded
from db.models import Ledger, ReservationState
from db.rules import Bucket, Rule, usage
from db.schema import IS_HELD, buckets, reservations
from db.sqlite import insert_missing

_KEY = tuple(field.name for field in fields(Bucket))


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An amount that was added to a bucket and is to be written down for a job."""

    bucket_id: int
    ledger: Ledger
    amount: int


async def hold(
    connection: AsyncConnection, rules: Sequence[Rule], *, amount: int, now: datetime
) -> list[Holding]:
    """Add `amount` to the bucket of each rule; QuotaExceeded if one has no room for it.

    The caller's transaction is then to be rolled back, which takes out what was added before.
    """
    held = []
    for rule in rules:
        bucket_id = await _raise_used(connection, rule, amount=amount)
        if bucket_id is None:
            bucket_id = await _raise_new(connection, rule, amount=amount, now=now)
        held.append(Holding(bucket_id=bucket_id, ledger=rule.bucket.ledger, amount=amount))
    return held


async def write_down(
    connection: AsyncConnection, held: Sequence[Holding], *, job_id: int, attempt: int
) -> None:
    """Note that the job holds these; attempt 0 is its acceptance, n the nth time it was claimed."""
    rows = [
        {
            **asdict(holding),
            "job_id": job_id,
            "attempt": attempt,
            "state": ReservationState.HELD,
        }
        for holding in held
    ]
    if rows:
        await connection.execute(sa.insert(reservations), rows)


async def settle(
    connection: AsyncConnection, ledger: Ledger, *, job_id: int, into: ReservationState
) -> None:
    """Spend or return what the job still holds; what was settled before is left as it is."""
    settled = await connection.execute(
        sa.update(reservations)
        .where(reservations.c.job_id == job_id, reservations.c.ledger == ledger, IS_HELD)
        .values(state=into)
        .returning(reservations.c.bucket_id, reservations.c.amount)
    )
    amounts = {row.bucket_id: row.amount for row in settled.all()}
    if into is ReservationState.RETURNED:
        await _lower(connection, amounts)


async def give_back(connection: AsyncConnection, ledger: Ledger, *, job_id: int) -> int:
    """Return what the job has spent, after all; tell the largest amount. A second time: 0."""
    returned = await connection.execute(
        sa.update(reservations)
        .where(
            reservations.c.job_id == job_id,
            reservations.c.ledger == ledger,
            reservations.c.state == ReservationState.SPENT,
        )
        .values(state=ReservationState.RETURNED)
        .returning(reservations.c.bucket_id, reservations.c.amount)
    )
    amounts = {row.bucket_id: row.amount for row in returned.all()}
    await _lower(connection, amounts)
    return max(amounts.values(), default=0)


async def id_of(connection: AsyncConnection, bucket: Bucket) -> int | None:
    """Tell under which number a bucket is stored; None: nothing was ever counted in it."""
    found: int | None = await connection.scalar(sa.select(buckets.c.id).where(_is(bucket)))
    return found


async def used_in(connection: AsyncConnection, bucket: Bucket) -> int:
    """Tell how much is held and spent in a bucket."""
    return await _used(connection, bucket) or 0


async def held_in(connection: AsyncConnection, bucket: Bucket) -> int:
    """Tell how much of that is held."""
    bucket_id = sa.select(buckets.c.id).where(_is(bucket)).scalar_subquery()
    held = await connection.scalar(
        sa.select(sa.func.sum(reservations.c.amount)).where(
            reservations.c.bucket_id == bucket_id, IS_HELD
        )
    )
    return int(held or 0)


async def _lower(connection: AsyncConnection, amounts: Mapping[int, int]) -> None:
    if not amounts:
        return
    for bucket_id in await _in_lock_order(connection, list(amounts)):
        await connection.execute(
            sa.update(buckets)
            .where(buckets.c.id == bucket_id)
            .values(used=buckets.c.used - amounts[bucket_id])
        )


async def _raise_used(connection: AsyncConnection, rule: Rule, *, amount: int) -> int | None:
    statement = sa.update(buckets).where(_is(rule.bucket))
    if rule.limit is not None and amount:  # what is free fits below a cap that was lowered, too
        statement = statement.where(buckets.c.used + amount <= rule.limit.amount)
    bucket_id: int | None = await connection.scalar(
        statement.values(used=buckets.c.used + amount).returning(buckets.c.id)
    )
    return bucket_id


async def _raise_new(connection: AsyncConnection, rule: Rule, *, amount: int, now: datetime) -> int:
    """Make the bucket, unless the first try failed because it is there and full."""
    used = await _used(connection, rule.bucket)
    bucket_id = None
    if used is None:
        await connection.execute(insert_missing(buckets, {**asdict(rule.bucket), "used": 0}))
        bucket_id = await _raise_used(connection, rule, amount=amount)
    if bucket_id is None:
        assert rule.limit is not None, "a bucket without a limit always has room"  # noqa: S101
        raise QuotaExceeded(usage(rule.limit, used=used or 0, now=now))
    return bucket_id


async def _used(connection: AsyncConnection, bucket: Bucket) -> int | None:
    used: int | None = await connection.scalar(sa.select(buckets.c.used).where(_is(bucket)))
    return used


async def _in_lock_order(connection: AsyncConnection, bucket_ids: list[int]) -> list[int]:
    rows = await connection.execute(sa.select(buckets).where(buckets.c.id.in_(bucket_ids)))
    orders = {
        row["id"]: Bucket(**{name: row[name] for name in _KEY}).lock_order
        for row in rows.mappings()
    }
    return sorted(orders, key=orders.__getitem__)


def _is(bucket: Bucket) -> sa.ColumnElement[bool]:
    return sa.and_(*(buckets.c[name] == value for name, value in asdict(bucket).items()))
