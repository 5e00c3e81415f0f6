"""The ledgers: what a job holds in which bucket, and how each holding is settled once.

A bucket's `used` is the sum of what is held and spent in it, of what is set aside for community
events, and of what no job's row says any more: `archived`. They are changed only here and in
`db.event_limits`, in the transaction that writes the reservation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import QuotaExceeded
from db.event_models import EventState
from db.event_schema import events
from db.models import Ledger, ReservationState, Usage, Window
from db.quota_schema import grants
from db.rules import Bucket, Rule, usage
from db.schema import IS_HELD, buckets, reservations
from db.sqlite import insert_missing
from db.windows import window_start

# What is held at acceptance is settled at once: the pot follows the member's quota.
SETTLED_TOGETHER: Mapping[Ledger, tuple[Ledger, ...]] = {
    Ledger.QUOTA: (Ledger.QUOTA, Ledger.POT),
    Ledger.CREDITS: (Ledger.CREDITS,),
}

_KEY = tuple(field.name for field in fields(Bucket))

# Built once, as in `db.transitions`.
_IS_THE_BUCKET = sa.and_(
    *(buckets.c[name] == sa.bindparam(f"of_{name}", type_=buckets.c[name].type) for name in _KEY)
)
_NUMBER = sa.select(buckets.c.id).where(_IS_THE_BUCKET)
_USED = sa.select(buckets.c.used).where(_IS_THE_BUCKET)
_BY = sa.bindparam("by", type_=sa.BigInteger)
_RAISED = (
    sa.update(buckets)
    .where(_IS_THE_BUCKET)
    .values(used=buckets.c.used + _BY)
    .returning(buckets.c.id)
)
_RAISED_WITHIN = _RAISED.where(buckets.c.used + _BY <= sa.bindparam("at_most", type_=sa.BigInteger))
_SETTLED = (
    sa.update(reservations)
    .where(
        reservations.c.job_id == sa.bindparam("of_job"),
        reservations.c.ledger.in_(sa.bindparam("of_ledgers", expanding=True)),
        IS_HELD,
    )
    .values(state=sa.bindparam("into", type_=reservations.c.state.type))
    .returning(reservations.c.bucket_id, reservations.c.amount)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An amount that was added to a bucket and is to be written down for a job."""

    bucket_id: int
    ledger: Ledger
    amount: int


async def hold(
    connection: AsyncConnection, rules: Sequence[Rule], *, amount: int, now: datetime
) -> list[Holding]:
    """Add `amount` to the bucket of each rule; QuotaExceeded if one has no room: none is changed.

    What others hold is never looked at first: whether there is room is part of the adding.
    """
    held: list[Holding] = []
    for rule in rules:
        bucket_id = await _raise_used(connection, rule, amount=amount)
        if bucket_id is None:
            try:
                bucket_id = await _raise_new(connection, rule, amount=amount, now=now)
            except QuotaExceeded:
                await let_go(connection, held)
                raise
        held.append(Holding(bucket_id=bucket_id, ledger=rule.bucket.ledger, amount=amount))
    return held


async def let_go(connection: AsyncConnection, held: Sequence[Holding]) -> None:
    """Take back what was added to buckets and is not to be written down."""
    await lower_used(connection, {holding.bucket_id: holding.amount for holding in held})


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
    of_job = {"of_job": job_id, "of_ledgers": SETTLED_TOGETHER[ledger], "into": into}
    settled = await connection.execute(_SETTLED, of_job)
    amounts = {row.bucket_id: row.amount for row in settled.all()}
    if into is ReservationState.RETURNED:
        await lower_used(connection, amounts)


async def refund(connection: AsyncConnection, *, job_id: int) -> int:
    """Give back the quota that a job has spent: its member got nothing for it after all.

    Returns how many pictures that were; a second time: 0.
    """
    moved = await connection.execute(
        sa.update(reservations)
        .where(
            reservations.c.job_id == job_id,
            reservations.c.ledger.in_(SETTLED_TOGETHER[Ledger.QUOTA]),
            reservations.c.state == ReservationState.SPENT,
        )
        .values(state=ReservationState.RETURNED)
        .returning(reservations.c.bucket_id, reservations.c.ledger, reservations.c.amount)
    )
    rows = moved.all()
    await lower_used(connection, {row.bucket_id: row.amount for row in rows})
    return max((row.amount for row in rows if row.ledger is Ledger.QUOTA), default=0)


async def archive(connection: AsyncConnection, job_ids: Sequence[int]) -> int:
    """Delete the reservations of jobs that are over; their buckets keep what was spent.

    Returns how many there were.
    """
    theirs = reservations.c.job_id.in_(job_ids)
    rows = await connection.execute(
        sa.select(reservations.c.bucket_id, sa.func.sum(reservations.c.amount).label("amount"))
        .where(theirs, reservations.c.state == ReservationState.SPENT)
        .group_by(reservations.c.bucket_id)
    )
    amounts = {row.bucket_id: int(row.amount) for row in rows.all()}
    for bucket_id in await _in_lock_order(connection, list(amounts)):
        await connection.execute(
            sa.update(buckets)
            .where(buckets.c.id == bucket_id)
            .values(archived=buckets.c.archived + amounts[bucket_id])
        )
    return (await connection.execute(sa.delete(reservations).where(theirs))).rowcount


def is_past(moment: datetime) -> sa.ColumnElement[bool]:
    """Select the buckets whose window had ended by then, whose event or whose grant."""
    open_events = sa.select(events.c.id).where(
        sa.or_(events.c.closed_at.is_(None), events.c.closed_at > moment),
        events.c.state != EventState.CANCELLED,
    )
    open_grants = sa.select(grants.c.id).where(grants.c.expires_at > moment)
    return sa.or_(
        *(
            (buckets.c.window == window) & (buckets.c.window_start < window_start(window, moment))
            for window in Window
        ),
        (buckets.c.event_id != 0) & buckets.c.event_id.not_in(open_events),
        (buckets.c.grant_id != 0) & buckets.c.grant_id.not_in(open_grants),
    )


async def id_of(connection: AsyncConnection, bucket: Bucket) -> int | None:
    """Tell under which number a bucket is stored; None: nothing was ever counted in it."""
    found: int | None = await connection.scalar(_NUMBER, _key(bucket))
    return found


async def used_in(connection: AsyncConnection, bucket: Bucket) -> int:
    """Tell how much is held and spent in a bucket."""
    return await _used(connection, bucket) or 0


async def usages_of(
    connection: AsyncConnection, rules: Sequence[Rule], *, now: datetime
) -> tuple[Usage, ...]:
    """Tell how much of each rule's limit is held and spent."""
    return tuple(
        [
            usage(rule, used=await used_in(connection, rule.bucket), now=now)
            for rule in rules
            if rule.limit is not None
        ]
    )


async def held_in(connection: AsyncConnection, bucket: Bucket) -> int:
    """Tell how much of that is held."""
    held = await connection.scalar(
        sa.select(sa.func.sum(reservations.c.amount)).where(
            reservations.c.bucket_id == _NUMBER.scalar_subquery(), IS_HELD
        ),
        _key(bucket),
    )
    return int(held or 0)


async def lower_used(connection: AsyncConnection, amounts: Mapping[int, int]) -> None:
    """Take amounts out of buckets, by their numbers."""
    if not amounts:
        return
    for bucket_id in await _in_lock_order(connection, list(amounts)):
        await connection.execute(
            sa.update(buckets)
            .where(buckets.c.id == bucket_id)
            .values(used=buckets.c.used - amounts[bucket_id])
        )


async def _raise_used(connection: AsyncConnection, rule: Rule, *, amount: int) -> int | None:
    statement, values = _RAISED, {**_key(rule.bucket), "by": amount}
    if rule.limit is not None and amount:  # what is free fits below a cap that was lowered, too
        statement, values["at_most"] = _RAISED_WITHIN, rule.limit.amount
    bucket_id: int | None = await connection.scalar(statement, values)
    return bucket_id


async def _raise_new(connection: AsyncConnection, rule: Rule, *, amount: int, now: datetime) -> int:
    """Make the bucket, unless the first try failed because it is there and full."""
    used = await _used(connection, rule.bucket)
    bucket_id = None
    if used is None:
        await connection.execute(insert_missing(buckets, {**asdict(rule.bucket), "used": 0}))
        bucket_id = await _raise_used(connection, rule, amount=amount)
    if bucket_id is None:
        raise QuotaExceeded(usage(rule, used=used or 0, now=now))
    return bucket_id


async def _used(connection: AsyncConnection, bucket: Bucket) -> int | None:
    used: int | None = await connection.scalar(_USED, _key(bucket))
    return used


async def _in_lock_order(connection: AsyncConnection, bucket_ids: list[int]) -> list[int]:
    if not bucket_ids:
        return []
    rows = await connection.execute(sa.select(buckets).where(buckets.c.id.in_(bucket_ids)))
    orders = {
        row["id"]: Bucket(**{name: row[name] for name in _KEY}).lock_order
        for row in rows.mappings()
    }
    return sorted(orders, key=orders.__getitem__)


def _key(bucket: Bucket) -> dict[str, object]:
    return {f"of_{name}": getattr(bucket, name) for name in _KEY}
