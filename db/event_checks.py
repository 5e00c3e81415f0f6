"""Are the rows of community events whole: what must hold between them, and what is overdue."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.event_lists import progress_of, under_way
from db.event_models import EventState, NoticeKind, PictureState
from db.event_notices import unposted
from db.event_schema import event_notices, event_pictures, event_votes, events
from db.event_times import next_step

LATE = timedelta(
    hours=1
)  # the conductor comes every few seconds, and Discord is seldom away so long

_S = EventState
_OPENED = (_S.OPEN, _S.PAUSED, _S.CLOSING, _S.CLOSED)
_WRONG_EVENTS = (
    (events.c.state.in_(_OPENED) & events.c.opened_at.is_(None), "was never opened"),
    (
        events.c.state.in_((_S.DRAFT, _S.SCHEDULED)) & events.c.opened_at.is_not(None),
        "was opened already",
    ),
    (
        events.c.state.in_((_S.CLOSING, _S.CLOSED)) & events.c.closing_at.is_(None),
        "has no time of closing",
    ),
    (
        events.c.state.in_((_S.CLOSED, _S.CANCELLED)) != events.c.closed_at.is_not(None),
        "its time of ending says otherwise",
    ),
    (
        events.c.closed_at.is_not(None) & events.c.files_delete_at.is_(None),
        "its files would be kept for ever",
    ),
)
_LAST_WORDS = {_S.CLOSED: NoticeKind.CLOSED, _S.CANCELLED: NoticeKind.CANCELLED}


async def check_events(database: Database) -> list[str]:
    """Find events whose rows do not fit each other: a bug, or a hand in the file."""

    async def unit(connection: AsyncConnection) -> list[str]:
        return [
            *await _states(connection),
            *await _silences(connection),
            *await _votes(connection),
        ]

    return await database.read(unit)


async def check_punctuality(database: Database, *, clock: Clock = utc_now) -> list[str]:
    """Find what should have happened to events an hour ago; so it is while the bot is stopped."""

    async def unit(connection: AsyncConnection) -> list[str]:
        before = clock() - LATE
        return [*await _overdue(connection, before), *await _unsaid(connection, before)]

    return await database.read(unit)


async def _states(connection: AsyncConnection) -> list[str]:
    problems = []
    for wrong, words in _WRONG_EVENTS:
        rows = await connection.execute(
            sa.select(events.c.id, events.c.state).where(wrong).order_by(events.c.id)
        )
        problems += [f"Event {row.id} is {row.state}, but {words}." for row in rows]
    return problems


async def _silences(connection: AsyncConnection) -> list[str]:
    """Find events that are over without its being said, or to be said."""
    problems = []
    for state, kind in _LAST_WORDS.items():
        is_said = sa.exists().where(
            event_notices.c.event_id == events.c.id, event_notices.c.kind == kind
        )
        rows = await connection.execute(
            sa.select(events.c.id).where(events.c.state == state, ~is_said).order_by(events.c.id)
        )
        problems += [f"Event {row.id} is {state}, but nobody is told." for row in rows]
    return problems


async def _votes(connection: AsyncConnection) -> list[str]:
    """Find votes of guests for themselves, and pictures approved that nobody may have seen."""
    own = await connection.execute(
        sa.select(event_votes.c.picture_id)
        .join(event_pictures, event_pictures.c.id == event_votes.c.picture_id)
        .where(event_votes.c.user_id == event_pictures.c.user_id)
        .order_by(event_votes.c.picture_id)
    )
    waiting = await connection.execute(
        sa.select(event_pictures.c.id)
        .where(
            event_pictures.c.state == PictureState.WAITING,
            event_pictures.c.gallery_message_id.is_not(None),
        )
        .order_by(event_pictures.c.id)
    )
    return [
        *(f"Picture {row.picture_id} has the vote of its own guest." for row in own),
        *(f"Picture {row.id} waits for approval, but is in a gallery." for row in waiting),
    ]


async def _overdue(connection: AsyncConnection, before: datetime) -> list[str]:
    late = []
    for event in await under_way(connection):
        due = next_step(await progress_of(connection, event), before)
        if due is not None:
            late.append(f"event {event.id} is {event.state}, though its time has come")
    return late


async def _unsaid(connection: AsyncConnection, before: datetime) -> list[str]:
    return [
        f"event {each.event_id}: {each.kind} is not posted since {each.due_at:%Y-%m-%d %H:%M} UTC"
        for each in await unposted(connection)
        if each.due_at < before
    ]
