"""How many jobs may wait and run at the same time: of a member, of a server, and in all.

Counted in the transaction that adds one, under the write lock: two at once cannot both be the last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import QueueFull
from db.models import Scope
from db.schema import IS_RUNNING, IS_WAITING, SERVED_IN_ORDER, jobs

_running = jobs.alias("running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """At most so many jobs; None: any number. Direct messages belong to no server."""

    waiting_per_member: int | None = None
    waiting_per_server: int | None = None
    waiting: int | None = None
    running_per_member: int | None = None
    running_per_server: int | None = None
    running: int | None = None


async def require_room(
    connection: AsyncConnection, bounds: Bounds, *, user_id: int, guild_id: int | None
) -> None:
    """Raise QueueFull if one more job of this member would be one too many in the queue."""
    crowds = [
        (Scope.MEMBER, bounds.waiting_per_member, jobs.c.user_id == user_id),
        (Scope.OPERATOR, bounds.waiting, sa.true()),
    ]
    if guild_id is not None:
        crowds.insert(1, (Scope.SERVER, bounds.waiting_per_server, jobs.c.guild_id == guild_id))
    for scope, limit, whose in crowds:
        if limit is not None and await _count(connection, IS_WAITING, whose) >= limit:
            raise QueueFull(scope, limit)


async def has_free_place(connection: AsyncConnection, bounds: Bounds) -> bool:
    """Tell whether any job at all may start."""
    if bounds.running is None:
        return True
    return await _count(connection, IS_RUNNING, sa.true()) < bounds.running


def may_start(bounds: Bounds, *, of: sa.FromClause = jobs) -> list[sa.ColumnElement[bool]]:
    """Say which queued jobs may start: those whose member and server run fewer than they may."""
    conditions: list[sa.ColumnElement[bool]] = []
    if bounds.running_per_member is not None:
        busy = _busy(_running.c.user_id, bounds.running_per_member)
        conditions.append(of.c.user_id.not_in(busy))
    if bounds.running_per_server is not None:
        busy = _busy(_running.c.guild_id, bounds.running_per_server)
        conditions.append(sa.or_(of.c.guild_id.is_(None), of.c.guild_id.not_in(busy)))
    return conditions


def served_in_order(bounds: Bounds, *, of: sa.FromClause = jobs) -> list[sa.ColumnElement[Any]]:
    """Say in which order jobs are served as things stand: who runs enough, after the others."""
    conditions = may_start(bounds, of=of)
    order: list[sa.ColumnElement[Any]] = [of.c[column.name] for column in SERVED_IN_ORDER]
    if not conditions:
        return order
    return [sa.case((sa.and_(*conditions), 0), else_=1), *order]


def _busy(whose: sa.ColumnElement[int], limit: int) -> sa.Select[int]:
    return (
        sa.select(whose)
        .where(IS_RUNNING, whose.is_not(None))
        .group_by(whose)
        .having(sa.func.count() >= limit)
    )


async def _count(
    connection: AsyncConnection, which: sa.TextClause, whose: sa.ColumnElement[bool]
) -> int:
    statement = sa.select(sa.func.count()).select_from(jobs).where(which, whose)
    return int(await connection.scalar(statement) or 0)
