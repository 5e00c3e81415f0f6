"""What members and organisers are shown of quotas; reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.event_lists import to_event
from db.event_models import Event, EventState, ServerChoices
from db.event_schema import events, servers
from db.grants import open_grants
from db.ledgers import is_past, usages_of
from db.models import Ledger, Limit, Scope, Usage
from db.quota_models import (
    Counted,
    Grant,
    MemberUse,
    Perk,
    QuotaChange,
    QuotaOverview,
    ServerQuotas,
)
from db.quota_rules import pot_rules, ready_at, terms_of
from db.quota_schema import grants, perks, quota_changes
from db.rules import Requester
from db.schema import buckets, jobs, limits, reservations

_LATEST = 5  # of a member's pictures, and of the changes that concern them


class QuotaViews:
    """Questions about quotas, each answered from one snapshot."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def of_member(self, requester: Requester) -> QuotaOverview:
        """Tell a member what counts for them here, what is left, and what has happened."""

        async def unit(connection: AsyncConnection) -> QuotaOverview:
            now = self._clock()
            terms = await terms_of(connection, requester, now=now)
            ready = await ready_at(connection, terms, requester)
            rules = [*terms.own, *terms.shared]
            return QuotaOverview(
                usages=await usages_of(connection, rules, now=now),
                pot=await usages_of(connection, terms.pot, now=now),
                grants=tuple(await open_grants(connection, requester, now=now)),
                exempt=terms.exempt,
                weight=terms.weight,
                cooldown_seconds=round(terms.cooldown.total_seconds()),
                ready_at=ready if ready is not None and ready > now else None,
                events=await _open_events(connection, requester, now=now),
                pictures=await _pictures(connection, requester),
                changes=await _changes_about(connection, requester),
            )

        return await self._database.read(unit)

    async def of_server(self, guild_id: int, *, changes: int) -> ServerQuotas:
        """Tell organisers every rule of their server, with this many of the latest changes."""

        async def unit(connection: AsyncConnection) -> ServerQuotas:
            now = self._clock()
            found = await _limits_of(connection, guild_id)
            requester = Requester(user_id=0, guild_id=guild_id)
            terms = await terms_of(connection, requester, now=now)
            together = [rule for rule in terms.shared if rule.bucket.scope is Scope.SERVER]
            return ServerQuotas(
                choices=await _choices(connection, guild_id),
                limits=tuple(limit for limit in found if limit.guild_id),
                defaults=tuple(limit for limit in found if not limit.guild_id),
                pot=await usages_of(connection, terms.pot, now=now),
                together=await usages_of(connection, together, now=now),
                perks=await _perks(connection, guild_id),
                grants=await _grants(connection, guild_id, now=now),
                changes=await _latest_changes(connection, guild_id, limit=changes),
                use=await _use(connection, guild_id, now=now),
            )

        return await self._database.read(unit)

    async def pot_of(self, guild_id: int) -> tuple[tuple[Usage, ...], int | None]:
        """Tell how much of a server's pot is used, and where its organisers want to read of it."""

        async def unit(connection: AsyncConnection) -> tuple[tuple[Usage, ...], int | None]:
            now = self._clock()
            rules = await pot_rules(connection, guild_id, now=now)
            channel_id = await connection.scalar(
                sa.select(servers.c.log_channel_id).where(servers.c.guild_id == guild_id)
            )
            return await usages_of(connection, rules, now=now), channel_id

        return await self._database.read(unit)


async def _open_events(
    connection: AsyncConnection, requester: Requester, *, now: datetime
) -> tuple[tuple[Event, tuple[Usage, ...]], ...]:
    if not requester.guild_id:
        return ()
    rows = await connection.execute(
        sa.select(events)
        .where(
            events.c.guild_id == requester.guild_id,
            events.c.state == EventState.OPEN,
            events.c.ends_at > now,
        )
        .order_by(events.c.id)
    )
    found = []
    for row in rows.mappings():
        event = to_event(row)
        guest = Requester(
            user_id=requester.user_id,
            guild_id=requester.guild_id,
            event_id=event.id,
            role_ids=requester.role_ids,
        )
        terms = await terms_of(connection, guest, now=now)
        found.append((event, await usages_of(connection, [*terms.own, *terms.shared], now=now)))
    return tuple(found)


async def _pictures(connection: AsyncConnection, requester: Requester) -> tuple[Counted, ...]:
    """List what was counted for a member here last; a picture of several rules once."""
    rows = await connection.execute(
        sa.select(
            jobs.c.id,
            jobs.c.created_at,
            jobs.c.event_id,
            sa.func.min(reservations.c.state, type_=reservations.c.state.type).label("state"),
            sa.func.max(buckets.c.grant_id).label("grant_id"),
        )
        .join(reservations, reservations.c.job_id == jobs.c.id)
        .join(buckets, buckets.c.id == reservations.c.bucket_id)
        .where(
            jobs.c.user_id == requester.user_id,
            jobs.c.guild_id == (requester.guild_id or None),
            buckets.c.ledger == Ledger.QUOTA,
            buckets.c.scope == Scope.MEMBER,
        )
        .group_by(jobs.c.id)
        .order_by(jobs.c.id.desc())
        .limit(_LATEST)
    )
    return tuple(
        Counted(
            job_id=row.id,
            at=row.created_at,
            state=row.state,
            granted=bool(row.grant_id),
            in_event=row.event_id is not None,
        )
        for row in rows
    )


async def _changes_about(
    connection: AsyncConnection, requester: Requester
) -> tuple[QuotaChange, ...]:
    about = sa.or_(
        (quota_changes.c.scope == Scope.MEMBER) & (quota_changes.c.scope_id == requester.user_id),
        (quota_changes.c.scope == Scope.ROLE) & quota_changes.c.scope_id.in_(requester.role_ids),
        quota_changes.c.scope == Scope.SERVER,
    )
    return await _changes(
        connection, about & (quota_changes.c.guild_id == requester.guild_id), limit=_LATEST
    )


async def _latest_changes(
    connection: AsyncConnection, guild_id: int, *, limit: int
) -> tuple[QuotaChange, ...]:
    return await _changes(connection, quota_changes.c.guild_id == guild_id, limit=limit)


async def _changes(
    connection: AsyncConnection, which: sa.ColumnElement[bool], *, limit: int
) -> tuple[QuotaChange, ...]:
    rows = await connection.execute(
        sa.select(quota_changes).where(which).order_by(quota_changes.c.id.desc()).limit(limit)
    )
    return tuple(QuotaChange(**row) for row in rows.mappings())


async def _limits_of(connection: AsyncConnection, guild_id: int) -> Sequence[Limit]:
    """List the server's own rules, and the operator's for every member and server."""
    rows = await connection.execute(
        sa.select(limits)
        .where(
            limits.c.ledger != Ledger.CREDITS,
            limits.c.event_id == 0,
            sa.or_(
                limits.c.guild_id == guild_id,
                (limits.c.guild_id == 0) & limits.c.scope_id.in_((0, guild_id)),
            ),
        )
        .order_by(*limits.primary_key)
    )
    return [Limit(**row) for row in rows.mappings()]


async def _choices(connection: AsyncConnection, guild_id: int) -> ServerChoices:
    rows = await connection.execute(sa.select(servers).where(servers.c.guild_id == guild_id))
    row = rows.mappings().one_or_none()
    return ServerChoices(guild_id=guild_id) if row is None else ServerChoices(**row)


async def _perks(connection: AsyncConnection, guild_id: int) -> tuple[Perk, ...]:
    rows = await connection.execute(
        sa.select(perks).where(perks.c.guild_id == guild_id).order_by(*perks.primary_key)
    )
    return tuple(Perk(**row) for row in rows.mappings())


async def _grants(
    connection: AsyncConnection, guild_id: int, *, now: datetime
) -> tuple[Grant, ...]:
    rows = await connection.execute(
        sa.select(grants)
        .where(grants.c.guild_id == guild_id, grants.c.expires_at > now, grants.c.amount > 0)
        .order_by(grants.c.expires_at, grants.c.id)
    )
    return tuple(Grant(**row) for row in rows.mappings())


async def _use(
    connection: AsyncConnection, guild_id: int, *, now: datetime
) -> tuple[MemberUse, ...]:
    """List what counts under this server's rules just now, members by their numbers."""
    rows = await connection.execute(
        sa.select(buckets.c.scope_id, buckets.c.window, buckets.c.used)
        .where(
            buckets.c.ledger == Ledger.QUOTA,
            buckets.c.scope == Scope.MEMBER,
            buckets.c.scope_id != 0,
            buckets.c.guild_id == guild_id,
            buckets.c.event_id == 0,
            buckets.c.grant_id == 0,
            ~is_past(now),
        )
        .order_by(buckets.c.scope_id, buckets.c.window)
    )
    return tuple(MemberUse(user_id=row.scope_id, window=row.window, used=row.used) for row in rows)
