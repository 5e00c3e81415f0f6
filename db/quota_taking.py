"""Taking pictures back from members, and having their windows begin anew."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.grants import open_grants_of
from db.ledgers import hold, is_past, lower_used, usages_of
from db.models import Ledger, ReservationState, Scope
from db.quota_models import Taken, Whom
from db.quota_rules import terms_of
from db.quota_schema import grants
from db.rules import Requester
from db.schema import buckets, jobs, reservations


async def take(
    connection: AsyncConnection,
    whom: Whom,
    *,
    guild_id: int,
    amount: int,
    requester: Requester | None,
    now: datetime,
) -> Taken:
    """Take up to so many pictures back: of open grants, then of what a member's rules leave."""
    of_grants = await _take_of_grants(connection, whom, guild_id=guild_id, amount=amount, now=now)
    of_rules = 0
    if requester is not None:
        of_rules = await _take_of_rules(connection, requester, amount=amount - of_grants, now=now)
    return Taken(of_grants=of_grants, of_rules=of_rules)


async def reset(
    connection: AsyncConnection,
    members: Collection[int] | None,
    *,
    guild_id: int,
    now: datetime,
) -> int:
    """Give back what counts against members' own rules in this server, but for what is held.

    `members`: theirs alone; None: everybody's. Returns how many pictures that are, the longest
    window counted.
    """
    own = _of_own_rules(now)
    if members is not None:
        own &= buckets.c.scope_id.in_(members)
    by_bucket = await _give_back(connection, own, guild_id=guild_id)
    taken = await connection.execute(
        sa.select(buckets.c.id, buckets.c.scope_id, buckets.c.archived).where(
            own, buckets.c.guild_id == guild_id, buckets.c.archived > 0
        )
    )
    for row in taken.all():
        await connection.execute(
            sa.update(buckets)
            .where(buckets.c.id == row.id)
            .values(used=buckets.c.used - row.archived, archived=0)
        )
        by_bucket[row.id] = by_bucket.get(row.id, 0) + row.archived
    return await _of_longest_windows(connection, by_bucket)


async def counted(connection: AsyncConnection, *, guild_id: int, now: datetime) -> frozenset[int]:
    """List the members of whom something counts in this server just now."""
    own = _of_own_rules(now) & (buckets.c.used > 0) & (buckets.c.scope_id != 0)
    here = sa.select(buckets.c.scope_id).where(own, buckets.c.guild_id == guild_id)
    everywhere = (
        sa.select(buckets.c.scope_id)
        .join(reservations, reservations.c.bucket_id == buckets.c.id)
        .join(jobs, jobs.c.id == reservations.c.job_id)
        .where(own, buckets.c.guild_id == 0, jobs.c.guild_id == guild_id)
    )
    return frozenset((await connection.scalars(here.union(everywhere))).all())


def _of_own_rules(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        buckets.c.ledger == Ledger.QUOTA,
        buckets.c.scope == Scope.MEMBER,
        buckets.c.event_id == 0,
        buckets.c.grant_id == 0,
        ~is_past(now),
    )


async def _give_back(
    connection: AsyncConnection, own: sa.ColumnElement[bool], *, guild_id: int
) -> dict[int, int]:
    """Return what was spent in these buckets by jobs of this server; amounts by bucket."""
    theirs = (
        sa.select(reservations.c.job_id, reservations.c.bucket_id)
        .join(buckets, buckets.c.id == reservations.c.bucket_id)
        .join(jobs, jobs.c.id == reservations.c.job_id)
        .where(own, jobs.c.guild_id == guild_id, reservations.c.state == ReservationState.SPENT)
        .subquery()
    )
    is_one = sa.exists().where(
        theirs.c.job_id == reservations.c.job_id, theirs.c.bucket_id == reservations.c.bucket_id
    )
    moved = await connection.execute(
        sa.update(reservations)
        .where(is_one, reservations.c.state == ReservationState.SPENT)
        .values(state=ReservationState.RETURNED)
        .returning(reservations.c.bucket_id, reservations.c.amount)
    )
    amounts: dict[int, int] = {}
    for row in moved.all():
        amounts[row.bucket_id] = amounts.get(row.bucket_id, 0) + row.amount
    await lower_used(connection, amounts)
    return amounts


async def _of_longest_windows(connection: AsyncConnection, by_bucket: dict[int, int]) -> int:
    """Count pictures once that counted in several windows of their member."""
    if not by_bucket:
        return 0
    rows = await connection.execute(
        sa.select(buckets.c.id, buckets.c.scope_id).where(buckets.c.id.in_(by_bucket))
    )
    most: dict[int, int] = {}
    for row in rows.all():
        most[row.scope_id] = max(most.get(row.scope_id, 0), by_bucket[row.id])
    return sum(most.values())


async def _take_of_grants(
    connection: AsyncConnection, whom: Whom, *, guild_id: int, amount: int, now: datetime
) -> int:
    """Take of the grants for just this member, role or server, the newest first."""
    left = amount
    for found in await open_grants_of(connection, whom, guild_id=guild_id, now=now):
        taken = min(left, found.remaining)
        if taken:
            await connection.execute(
                sa.update(grants)
                .where(grants.c.id == found.grant.id)
                .values(amount=grants.c.amount - taken)
            )
        left -= taken
    return amount - left


async def _take_of_rules(
    connection: AsyncConnection, requester: Requester, *, amount: int, now: datetime
) -> int:
    """Count pictures as used that were not made: under the rules of this server only."""
    terms = await terms_of(connection, requester, now=now)
    rules = [rule for rule in terms.own if rule.bucket.guild_id]
    usages = await usages_of(connection, rules, now=now)
    taken = min(amount, *(usage.remaining for usage in usages)) if usages else 0
    for held in await hold(connection, rules if taken else (), amount=taken, now=now):
        await connection.execute(
            sa.update(buckets)
            .where(buckets.c.id == held.bucket_id)
            .values(archived=buckets.c.archived + taken)
        )
    return taken
