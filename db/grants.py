"""Grants: pictures on top of a member's own rules, each made once, until they expire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Ledger, Limit, Scope, Window
from db.quota_models import Grant, OpenGrant, Whom
from db.quota_schema import grants
from db.rules import Bucket, Requester, Rule
from db.schema import buckets
from db.windows import EPOCH


async def open_grant(
    connection: AsyncConnection, requester: Requester, *, now: datetime
) -> Rule | None:
    """Find the grant to make a picture from: the one with something left that expires first.

    In a community event there are none: its own rules count.
    """
    for found in await open_grants(connection, requester, now=now):
        if found.remaining:
            return rule_of(found.grant, user_id=requester.user_id)
    return None


async def open_grants(
    connection: AsyncConnection, requester: Requester, *, now: datetime
) -> Sequence[OpenGrant]:
    """List the grants that a member has here, the one that expires first at the head."""
    if not requester.guild_id or requester.event_id:
        return ()
    theirs = sa.or_(
        (grants.c.scope == Scope.MEMBER) & (grants.c.scope_id == requester.user_id),
        (grants.c.scope == Scope.ROLE) & grants.c.scope_id.in_(requester.role_ids),
        grants.c.scope == Scope.SERVER,
    )
    where = theirs & (grants.c.guild_id == requester.guild_id)
    order = (grants.c.expires_at, grants.c.id)
    user_id = requester.user_id
    return await _open(connection, where, order=order, user_id=user_id, now=now)


async def open_grants_of(
    connection: AsyncConnection, whom: Whom, *, guild_id: int, now: datetime
) -> Sequence[OpenGrant]:
    """List what was granted to just this member, role or server, newest first.

    How much of it is used is known of a member alone; of the others' it counts as nothing.
    """
    where = sa.and_(
        grants.c.guild_id == guild_id,
        grants.c.scope == whom.scope,
        grants.c.scope_id == whom.scope_id,
    )
    user_id = whom.scope_id if whom.scope is Scope.MEMBER else 0
    order = (grants.c.id.desc(),)
    return await _open(connection, where, order=order, user_id=user_id, now=now)


async def _open(
    connection: AsyncConnection,
    where: sa.ColumnElement[bool],
    *,
    order: Sequence[sa.ColumnElement[Any]],
    user_id: int,
    now: datetime,
) -> Sequence[OpenGrant]:
    used = (
        sa.select(buckets.c.used)
        .where(
            buckets.c.grant_id == grants.c.id,
            buckets.c.scope_id == user_id,
            # the rest of the key, so that it is found by it
            buckets.c.ledger == Ledger.QUOTA,
            buckets.c.scope == Scope.MEMBER,
            buckets.c.guild_id == grants.c.guild_id,
            buckets.c.event_id == 0,
        )
        .correlate(grants)
        .scalar_subquery()
    )
    rows = await connection.execute(
        sa.select(grants, sa.func.coalesce(used, 0).label("used"))
        .where(where, grants.c.expires_at > now, grants.c.amount > 0)
        .order_by(*order)
    )
    return [
        OpenGrant(
            grant=Grant(**{column.name: row[column.name] for column in grants.c}),
            used=row["used"],
        )
        for row in rows.mappings()
    ]


def rule_of(grant: Grant, *, user_id: int) -> Rule:
    """Make the rule that a member may use so much of a grant."""
    limit = Limit(
        ledger=Ledger.QUOTA,
        scope=Scope.MEMBER,
        scope_id=user_id,
        guild_id=grant.guild_id,
        window=Window.TOTAL,
        amount=grant.amount,
    )
    bucket = Bucket(
        ledger=Ledger.QUOTA,
        scope=Scope.MEMBER,
        scope_id=user_id,
        guild_id=grant.guild_id,
        grant_id=grant.id,
        window=Window.TOTAL,
        window_start=EPOCH,
    )
    return Rule(bucket=bucket, limit=limit)
