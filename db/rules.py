"""What a limit counts: its bucket, in which order buckets are locked, and the operator's caps.

Which limits count for a member stands in `db.quota_rules`.
"""

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
_LEDGER_RANK = {ledger: rank for rank, ledger in enumerate(Ledger)}
_WINDOW_RANK = {window: rank for rank, window in enumerate(Window)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """What is counted together: its fields are the key of a row of `buckets`."""

    ledger: Ledger
    scope: Scope
    scope_id: int
    guild_id: int
    event_id: int = 0
    grant_id: int = 0
    window: Window
    window_start: datetime

    @property
    def lock_order(self) -> tuple[int | datetime, ...]:
        return (
            _LEDGER_RANK[self.ledger],
            _LOCK_RANK[self.scope],
            self.scope_id,
            self.guild_id,
            self.event_id,
            self.grant_id,
            _WINDOW_RANK[self.window],
            self.window_start,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A bucket, and the limit it must stay within; None: it is only counted.

    `sources` are the stored limits that make this one, where it is not stored itself.
    """

    bucket: Bucket
    limit: Limit | None
    sources: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requester:
    """For whom limits are looked up; 0: none."""

    user_id: int
    guild_id: int
    event_id: int = 0
    role_ids: frozenset[int] = frozenset()


async def credit_rules(connection: AsyncConnection, *, now: datetime) -> list[Rule]:
    """Find the operator's caps; all credits are counted in one bucket even where there is none."""
    rows = await connection.execute(_CAPS)
    rules = {CREDIT_BUCKET: Rule(bucket=CREDIT_BUCKET, limit=None)}
    for row in rows.mappings():
        limit = Limit(**row)
        bucket = bucket_of(limit, scope_id=0, now=now)
        rules[bucket] = Rule(bucket=bucket, limit=limit)
    return in_lock_order(rules.values())


def usage(rule: Rule, *, used: int, now: datetime) -> Usage:
    """Say how much of a rule's limit is used, and when it starts again."""
    limit = rule.limit
    assert limit is not None, "what is only counted has no usage"  # noqa: S101
    resets_at = window_end(limit.window, now)
    return Usage(limit=limit, used=used, resets_at=resets_at, sources=rule.sources or (limit,))


def whole_service() -> sa.ColumnElement[bool]:
    """Select the limits that are everybody's together."""
    return (limits.c.scope == Scope.OPERATOR) & (limits.c.scope_id == 0) & (limits.c.guild_id == 0)


def bucket_of(limit: Limit, *, scope_id: int, now: datetime) -> Bucket:
    """Name the bucket in which this limit counts for one member, server or event just now."""
    return Bucket(
        ledger=limit.ledger,
        scope=limit.scope,
        scope_id=scope_id,
        guild_id=limit.guild_id,
        event_id=limit.event_id,
        window=limit.window,
        window_start=window_start(limit.window, now),
    )


def in_lock_order(rules: Iterable[Rule]) -> list[Rule]:
    """Sort rules as their buckets are to be locked."""
    return sorted(rules, key=lambda rule: rule.bucket.lock_order)


_CAPS = sa.select(limits).where(limits.c.ledger == Ledger.CREDITS, whole_service())

CREDIT_BUCKET = Bucket(
    ledger=Ledger.CREDITS,
    scope=Scope.OPERATOR,
    scope_id=0,
    guild_id=0,
    window=Window.TOTAL,
    window_start=EPOCH,
)
