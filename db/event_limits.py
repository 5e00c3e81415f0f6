"""What a community event may use: its limits, and its share of the server's pot.

When it opens, so many credits as its pot of pictures may cost are set aside: they count as used in
the server's pot, in the windows of that moment. From then on the event's jobs draw on this share
alone. What they left is given back when it is over.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.event_models import Event
from db.event_schema import events
from db.ledgers import hold, lower_used, used_in
from db.limits import LIMIT_KEY
from db.members import forget_counts_of
from db.models import Ledger, Limit, Scope, Window
from db.quota_rules import pot_rules
from db.quota_schema import set_asides
from db.rules import Bucket, bucket_of
from db.schema import buckets, limits
from db.sqlite import insert_or_replace


async def write_event_limits(connection: AsyncConnection, event: Event) -> None:
    """Make the database hold what the event's plan says now: pictures for each guest and in all."""
    await _write(connection, _of_each_guest(event, event.guest_limit))
    if event.pot is None:
        await _remove(connection, _in_all(event, 0))
    else:
        await _write(connection, _in_all(event, event.pot))


async def set_aside(
    connection: AsyncConnection,
    event: Event,
    *,
    credits: int,  # noqa: A002 - the word for it
    now: datetime,
) -> int:
    """Take credits out of the server's pot for this event's jobs; never more than is left.

    Returns how many it has by now, and notes that in the event's row: 0 as well if the server has
    no pot, or nothing costs anything; the event's jobs are then not bound to a share. Once more,
    when the event's pot was raised, it takes the difference.
    """
    pot = await pot_rules(connection, event.guild_id, now=now)
    if not pot or credits <= 0:
        return 0
    has = await _share_of(connection, event, now=now)
    left = [
        rule.limit.amount - await used_in(connection, rule.bucket)
        for rule in pot
        if rule.limit is not None
    ]
    taken = max(0, min(credits - has, *left))
    for holding in await hold(connection, pot if taken else (), amount=taken, now=now):
        values = {
            "event_id": event.id,
            "bucket_id": holding.bucket_id,
            "amount": taken + await _taken_from(connection, event, holding.bucket_id),
            "returned": await _returned_to(connection, event, holding.bucket_id),
        }
        await connection.execute(
            insert_or_replace(set_asides, values, key=("event_id", "bucket_id"))
        )
    await _write(connection, _credits(event, has + taken))
    await connection.execute(
        sa.update(events).where(events.c.id == event.id).values(set_aside=has + taken)
    )
    return has + taken


async def set_free(connection: AsyncConnection, event: Event, *, now: datetime) -> None:
    """Have an event draw on the server's pot as it goes: its organiser took its own pot away."""
    await return_unused(connection, event, now=now)
    await _remove(connection, _credits(event, 0))


async def return_unused(connection: AsyncConnection, event: Event, *, now: datetime) -> int:
    """Give back to the server's pot what the event's jobs did not use of its share.

    Returns how many credits that are. Called again, it gives back only what has become free since:
    a job that failed after the event was closed.
    """
    used = await used_in(connection, _share(event, now=now))
    rows = await connection.execute(
        sa.select(set_asides, buckets.c.window, buckets.c.guild_id)
        .join(buckets, buckets.c.id == set_asides.c.bucket_id)
        .where(set_asides.c.event_id == event.id)
        .order_by(buckets.c.window_start.desc())
    )
    by_pot: dict[tuple[Window, int], list[sa.RowMapping]] = defaultdict(list)
    for row in rows.mappings():
        by_pot[row["window"], row["guild_id"]].append(row)
    returned = [await _give_back(connection, taken, used=used) for taken in by_pot.values()]
    return max(returned, default=0)


async def forget_event_limits(connection: AsyncConnection, event: Event) -> None:
    """Delete the limits of an event that is to be deleted; what it used stays used.

    Its counts by member become nobody's, and go with the last of its jobs.
    """
    await connection.execute(sa.delete(limits).where(limits.c.event_id == event.id))
    rows = await connection.execute(sa.select(set_asides).where(set_asides.c.event_id == event.id))
    for row in rows.mappings().all():
        await connection.execute(
            sa.update(buckets)
            .where(buckets.c.id == row["bucket_id"])
            .values(archived=buckets.c.archived + row["amount"] - row["returned"])
        )
    await connection.execute(sa.delete(set_asides).where(set_asides.c.event_id == event.id))
    await forget_counts_of(connection, event.id)


async def _give_back(connection: AsyncConnection, taken: list[sa.RowMapping], *, used: int) -> int:
    """Give back to the buckets of one pot, the newest window first: that is where it counts yet."""
    had = sum(row["amount"] - row["returned"] for row in taken)
    unused = left = max(0, int(had) - used)
    for row in taken:
        amount = min(left, row["amount"] - row["returned"])
        left -= amount
        is_it = (set_asides.c.event_id == row["event_id"]) & (
            set_asides.c.bucket_id == row["bucket_id"]
        )
        await connection.execute(
            sa.update(set_asides).where(is_it).values(returned=set_asides.c.returned + amount)
        )
        await lower_used(connection, {row["bucket_id"]: amount})
    return unused


async def _share_of(connection: AsyncConnection, event: Event, *, now: datetime) -> int:
    """Tell how many credits are set aside for the event; without a limit, what it has used."""
    key = _credits(event, 0)
    amount = await connection.scalar(
        sa.select(limits.c.amount).where(
            *(limits.c[name] == getattr(key, name) for name in LIMIT_KEY)
        )
    )
    return int(amount) if amount is not None else await used_in(connection, _share(event, now=now))


async def _taken_from(connection: AsyncConnection, event: Event, bucket_id: int) -> int:
    amount = await connection.scalar(
        sa.select(set_asides.c.amount).where(
            set_asides.c.event_id == event.id, set_asides.c.bucket_id == bucket_id
        )
    )
    return int(amount or 0)


async def _returned_to(connection: AsyncConnection, event: Event, bucket_id: int) -> int:
    amount = await connection.scalar(
        sa.select(set_asides.c.returned).where(
            set_asides.c.event_id == event.id, set_asides.c.bucket_id == bucket_id
        )
    )
    return int(amount or 0)


async def _remove(connection: AsyncConnection, limit: Limit) -> None:
    await connection.execute(
        sa.delete(limits).where(*(limits.c[name] == getattr(limit, name) for name in LIMIT_KEY))
    )


async def _write(connection: AsyncConnection, limit: Limit) -> None:
    await connection.execute(insert_or_replace(limits, asdict(limit), key=LIMIT_KEY))


def _of_each_guest(event: Event, amount: int) -> Limit:
    return _limit(event, Ledger.QUOTA, Scope.MEMBER, scope_id=0, amount=amount)


def _in_all(event: Event, amount: int) -> Limit:
    return _limit(event, Ledger.QUOTA, Scope.COMMUNITY_EVENT, scope_id=event.id, amount=amount)


def _credits(event: Event, amount: int) -> Limit:
    return _limit(event, Ledger.POT, Scope.COMMUNITY_EVENT, scope_id=event.id, amount=amount)


def _share(event: Event, *, now: datetime) -> Bucket:
    return bucket_of(_credits(event, 0), scope_id=event.id, now=now)


def _limit(event: Event, ledger: Ledger, scope: Scope, *, scope_id: int, amount: int) -> Limit:
    return Limit(
        ledger=ledger,
        scope=scope,
        scope_id=scope_id,
        guild_id=event.guild_id,
        window=Window.EVENT,
        amount=amount,
        event_id=event.id,
    )
