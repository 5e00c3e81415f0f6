"""Which limits count for a job, and the bucket in which each of them is counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Ledger, Limit, Scope, Usage, Window
from db.schema import limits
from db.windows import EPOCH, window_end, window_start

# Buckets are always locked in this order, the one that everybody shares last: on a database with
# row locks any other order is a deadlock waiting for two jobs that meet.
_LOCK_RANK = {
    Scope.MEMBER: 0,
    Scope.ROLE: 1,
    Scope.SERVER: 2,
    Scope.COMMUNITY_EVENT: 3,
    Scope.OPERATOR: 4,
}
_WINDOW_RANK = {window: rank for rank, window in enumerate(Window)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What is counted together: its fields are the key of a row of `buckets`."""

    ledger: Ledger
    scope: Scope
    scope_id: int
    guild_id: int
    window: Window
    window_start: datetime

    @property
    def lock_order(self) -> tuple[int, int, int, int, datetime]:
        rank, window = _LOCK_RANK[self.scope], _WINDOW_RANK[self.window]
        return (rank, self.scope_id, self.guild_id, window, self.window_start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A bucket, and the limit it must stay within; None: it is only counted."""

    bucket: Bucket
    limit: Limit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """For whom limits are looked up; 0: none."""

    user_id: int
    guild_id: int
    event_id: int

    @property
    def scope_ids(self) -> dict[Scope, int]:
        return {
            Scope.MEMBER: self.user_id,
            Scope.SERVER: self.guild_id,
            Scope.COMMUNITY_EVENT: self.event_id,
        }


async def quota_rules(
    connection: AsyncConnection, requester: Requester, *, now: datetime
) -> list[Rule]:
    """Find the quota limits of this member, in this server and event, in lock order.

    A limit for one member, server or event takes the place of the general one beside it.
    """
    applicable = [_whole_service()]
    for scope, scope_id in requester.scope_ids.items():
        if scope_id:
            applicable.append((limits.c.scope == scope) & limits.c.scope_id.in_((0, scope_id)))
    rows = await connection.execute(
        sa.select(limits).where(
            limits.c.ledger == Ledger.QUOTA,
            limits.c.guild_id.in_((0, requester.guild_id)),
            sa.or_(*applicable),
        )
    )
    chosen: dict[tuple[Scope, int, Window], Limit] = {}
    for limit in sorted((Limit(**row) for row in rows.mappings()), key=lambda each: each.scope_id):
        chosen[limit.scope, limit.guild_id, limit.window] = limit  # 0, the general one, comes first
    scope_ids = requester.scope_ids
    return _in_lock_order(
        Rule(bucket=bucket_of(limit, scope_id=scope_ids.get(limit.scope, 0), now=now), limit=limit)
        for limit in chosen.values()
    )


async def credit_rules(connection: AsyncConnection, *, now: datetime) -> list[Rule]:
    """Find the operator's caps; all credits are counted in one bucket even where there is none."""
    rows = await connection.execute(_CAPS)
    rules = {CREDIT_BUCKET: Rule(bucket=CREDIT_BUCKET, limit=None)}
    for row in rows.mappings():
        limit = Limit(**row)
        bucket = bucket_of(limit, scope_id=0, now=now)
        rules[bucket] = Rule(bucket=bucket, limit=limit)
    return _in_lock_order(rules.values())


def usage(limit: Limit, *, used: int, now: datetime) -> Usage:
    """Say how much of a limit is used, and when it starts again."""
    return Usage(limit=limit, used=used, resets_at=window_end(limit.window, now))


def _whole_service() -> sa.ColumnElement[bool]:
    return (limits.c.scope == Scope.OPERATOR) & (limits.c.scope_id == 0) & (limits.c.guild_id == 0)


def bucket_of(limit: Limit, *, scope_id: int, now: datetime) -> Bucket:
    """Name the bucket in which this limit counts for one member, server or event just now."""
    return Bucket(
        ledger=limit.ledger,
        scope=limit.scope,
        scope_id=scope_id,
        guild_id=limit.guild_id,
        window=limit.window,
        window_start=window_start(limit.window, now),
    )


def _in_lock_order(rules: Iterable[Rule]) -> list[Rule]:
    return sorted(rules, key=lambda rule: rule.bucket.lock_order)


_CAPS = sa.select(limits).where(limits.c.ledger == Ledger.CREDITS, _whole_service())

CREDIT_BUCKET = Bucket(
    ledger=Ledger.CREDITS,
    scope=Scope.OPERATOR,
    scope_id=0,
    guild_id=0,
    window=Window.TOTAL,
    window_start=EPOCH,
)
