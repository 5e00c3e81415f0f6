"""Questions about community events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import EventNotFound
from db.event_models import Event, EventState, GuestCounts, PictureState, Progress
from db.event_notices import said_of
from db.event_schema import IS_UNDER_WAY, event_pictures, event_votes, events
from db.models import JobState, Ledger, Scope
from db.schema import buckets, jobs

UNFINISHED = (JobState.QUEUED, JobState.SUBMITTING, JobState.SUBMITTED, JobState.COMPLETED)
_NOBODY = 0


def to_event(row: Mapping[Any, Any]) -> Event:
    """Make the value of a row."""
    return Event(**{**row, "filters": tuple(row["filters"])})


async def find(connection: AsyncConnection, event_id: int) -> Event | None:
    """Read an event, if there is one of this number."""
    return await _one(connection, events.c.id == event_id)


async def get(connection: AsyncConnection, event_id: int) -> Event:
    """Read an event; EventNotFound if there is none."""
    event = await find(connection, event_id)
    if event is None:
        raise EventNotFound(event_id)
    return event


async def find_by_join_code(connection: AsyncConnection, code: str) -> Event | None:
    """Read the event whose wall has this code."""
    return await _one(connection, events.c.join_code == code)


async def of_server(connection: AsyncConnection, guild_id: int) -> tuple[Event, ...]:
    """List a server's events but for drafts, newest first."""
    statement = (
        sa.select(events)
        .where(events.c.guild_id == guild_id, events.c.state != EventState.DRAFT)
        .order_by(events.c.id.desc())
    )
    return await _all(connection, statement)


async def under_way(connection: AsyncConnection) -> tuple[Event, ...]:
    """List the events, of all servers, to which something happens by itself."""
    return await _all(connection, sa.select(events).where(IS_UNDER_WAY).order_by(events.c.id))


async def still_listed(connection: AsyncConnection) -> tuple[Event, ...]:
    """List the events that are over and may still be listed by Discord."""
    is_over = events.c.state.in_([state for state in EventState if state.is_over])
    is_listed = events.c.scheduled_event_id.is_not(None)
    return await _all(connection, sa.select(events).where(is_over, is_listed).order_by(events.c.id))


async def count_under_way(connection: AsyncConnection, guild_id: int) -> int:
    """Count a server's events of that kind."""
    statement = sa.select(sa.func.count()).select_from(events)
    found = await connection.scalar(statement.where(IS_UNDER_WAY, events.c.guild_id == guild_id))
    return int(found or 0)


async def progress_of(connection: AsyncConnection, event: Event) -> Progress:
    """Tell how far an event is."""
    return Progress(
        event=event,
        said=await said_of(connection, event.id),
        unfinished=await count_unfinished(connection, event.id),
        pot_used=0 if event.pot is None else await pot_used(connection, event.id),
    )


async def count_unfinished(connection: AsyncConnection, event_id: int) -> int:
    """Count the event's jobs whose guests have neither a picture nor a reason yet."""
    found = await connection.scalar(
        sa.select(sa.func.count()).where(jobs.c.event_id == event_id, jobs.c.state.in_(UNFINISHED))
    )
    return int(found or 0)


async def pot_used(connection: AsyncConnection, event_id: int) -> int:
    """Count the pictures that are taken from the event's pot, made or promised."""
    used = await connection.scalar(
        sa.select(sa.func.max(buckets.c.used)).where(
            buckets.c.ledger == Ledger.QUOTA,
            buckets.c.scope == Scope.COMMUNITY_EVENT,
            buckets.c.scope_id == event_id,
        )
    )
    return int(used or 0)


async def counts(connection: AsyncConnection, event_id: int) -> GuestCounts:
    """Give an event in figures."""
    ours = event_pictures.c.event_id == event_id
    in_state = {
        row.state: row.amount
        for row in await connection.execute(
            sa.select(event_pictures.c.state, sa.func.count().label("amount"))
            .where(ours)
            .group_by(event_pictures.c.state)
        )
    }
    return GuestCounts(
        guests=await _count_guests(connection, event_id),
        pictures=in_state.get(PictureState.APPROVED, 0),
        waiting=in_state.get(PictureState.WAITING, 0),
        votes=await _count_votes(connection, event_id),
    )


async def has_winner(connection: AsyncConnection, event_id: int) -> bool:
    """Tell whether a picture that is shown has a vote."""
    return await _count_votes(connection, event_id) > 0


async def _count_guests(connection: AsyncConnection, event_id: int) -> int:
    """Count who has ordered; an erased member is nobody."""
    guests = sa.union(
        sa.select(jobs.c.user_id).where(jobs.c.event_id == event_id),
        sa.select(event_pictures.c.user_id).where(event_pictures.c.event_id == event_id),
    ).subquery()
    statement = sa.select(sa.func.count()).select_from(guests)
    return int(await connection.scalar(statement.where(guests.c.user_id != _NOBODY)) or 0)


async def _count_votes(connection: AsyncConnection, event_id: int) -> int:
    found = await connection.scalar(
        sa.select(sa.func.count())
        .select_from(event_votes.join(event_pictures))
        .where(
            event_pictures.c.event_id == event_id,
            event_pictures.c.state == PictureState.APPROVED,
        )
    )
    return int(found or 0)


async def _one(connection: AsyncConnection, which: sa.ColumnElement[bool]) -> Event | None:
    rows = await connection.execute(sa.select(events).where(which))
    row = rows.mappings().one_or_none()
    return None if row is None else to_event(row)


async def _all(connection: AsyncConnection, statement: sa.Select[Any]) -> tuple[Event, ...]:
    rows = await connection.execute(statement)
    return tuple(to_event(row) for row in rows.mappings())
