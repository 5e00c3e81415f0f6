"""Walls of events: their keys and codes, and what they show, read as one.

A wall shows the newest pictures only: a page that is open for hours must not grow for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.database import Database
from db.event_models import EventState, PictureState
from db.event_schema import event_pictures, event_votes, events

MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """An approved picture, without a word of who made it."""

    id: int
    file: str  # name below the event's folder
    width: int
    height: int
    caption: str
    filter_name: str
    votes: int
    shown_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """An event as its wall shows it."""

    event_id: int
    guild_id: int
    channel_id: int
    panel_message_id: int | None
    name: str
    about: str
    prize: str
    state: EventState
    starts_at: datetime
    ends_at: datetime
    wall_key: str | None = field(repr=False)
    join_code: str | None = field(repr=False)
    count: int  # approved pictures in all
    pictures: tuple[ShownPicture, ...]  # newest first; none of a cancelled event
    winner: ShownPicture | None  # None: not closed yet, or nobody voted


@dataclass(frozen=True, slots=True, kw_only=True)
class WallKey:
    """What leads to a wall."""

    key: str = field(repr=False)
    code: str = field(repr=False)


class WallRepository:
    """Reads events for their walls, and opens and closes these."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, event_id: int) -> Exhibit | None:
        """Read an event and its newest approved pictures."""

        async def unit(connection: AsyncConnection) -> Exhibit | None:
            row = (await connection.execute(_EVENT, {"event": event_id})).mappings().first()
            if row is None:
                return None
            if row["state"] is EventState.CANCELLED:
                return Exhibit(**row, count=0, pictures=(), winner=None)
            is_decided = row["state"] is EventState.CLOSED
            best = await _pictures(connection, _WINNER, event_id) if is_decided else ()
            return Exhibit(
                **row,
                count=await connection.scalar(_COUNT, {"event": event_id}) or 0,
                pictures=await _pictures(connection, _PICTURES, event_id),
                winner=next(iter(best), None),
            )

        return await self._database.read(unit)

    async def find_file(self, event_id: int, picture_id: int) -> tuple[str | None, str] | None:
        """Read the event's wall key and the file of one of its approved pictures."""

        async def unit(connection: AsyncConnection) -> tuple[str | None, str] | None:
            asked = {"event": event_id, "picture": picture_id}
            row = (await connection.execute(_FILE, asked)).first()
            return None if row is None else (row.wall_key, row.file)

        return await self._database.read(unit)

    async def find_by_code(self, code: str) -> str | None:
        """Return the key of the wall that this join code leads to."""
        query = sa.select(events.c.wall_key).where(events.c.join_code == code)

        async def unit(connection: AsyncConnection) -> str | None:
            key: str | None = await connection.scalar(query)
            return key

        return await self._database.read(unit)

    async def open(self, event_id: int, *, key: str, code: str) -> WallKey | None:
        """Return the key and code that an event has, or give it these; None: the code is taken."""

        async def unit(connection: AsyncConnection) -> WallKey | None:
            query = sa.select(events.c.wall_key, events.c.join_code).where(events.c.id == event_id)
            row = (await connection.execute(query)).one()
            if row.wall_key and row.join_code:
                return WallKey(key=row.wall_key, code=row.join_code)
            return await _give(connection, event_id, key=key, code=code)

        return await self._database.write(unit)

    async def renew(self, event_id: int, *, key: str, code: str) -> WallKey | None:
        """Give an event this key and code in place of those it has; None: the code is taken."""
        return await self._database.write(lambda c: _give(c, event_id, key=key, code=code))

    async def revoke(self, event_id: int) -> bool:
        """Take key and code from an event; False if it had none."""
        gone = sa.update(events).where(events.c.id == event_id, events.c.wall_key.is_not(None))

        async def unit(connection: AsyncConnection) -> bool:
            done = await connection.execute(gone.values(wall_key=None, join_code=None))
            return done.rowcount == 1

        return await self._database.write(unit)


async def _give(
    connection: AsyncConnection, event_id: int, *, key: str, code: str
) -> WallKey | None:
    if await connection.scalar(sa.select(events.c.id).where(events.c.join_code == code)):
        return None
    given = sa.update(events).where(events.c.id == event_id)
    await connection.execute(given.values(wall_key=key, join_code=code))
    return WallKey(key=key, code=code)


async def _pictures(
    connection: AsyncConnection, query: sa.Select[Any], event_id: int
) -> tuple[ShownPicture, ...]:
    rows = await connection.execute(query, {"event": event_id})
    return tuple([ShownPicture(**row) for row in rows.mappings()])


def _is_shown() -> tuple[sa.ColumnElement[bool], ...]:
    return (
        event_pictures.c.event_id == sa.bindparam("event"),
        event_pictures.c.state == PictureState.APPROVED,
    )


def _columns(*names: str) -> list[sa.Column[Any]]:
    return [event_pictures.c[name] for name in names]


_EVENT = sa.select(
    events.c.id.label("event_id"),
    events.c.guild_id,
    events.c.channel_id,
    events.c.panel_message_id,
    events.c.name,
    events.c.about,
    events.c.prize,
    events.c.state,
    events.c.starts_at,
    events.c.ends_at,
    events.c.wall_key,
    events.c.join_code,
).where(events.c.id == sa.bindparam("event"))

_COUNT = sa.select(sa.func.count()).select_from(event_pictures).where(*_is_shown())

_VOTES = (
    sa.select(sa.func.count())
    .where(event_votes.c.picture_id == event_pictures.c.id)
    .correlate(event_pictures)
    .scalar_subquery()
)

_SHOWN = sa.select(
    *_columns("id", "file", "width", "height", "caption", "filter_name", "shown_at"),
    _VOTES.label("votes"),
).where(*_is_shown())

_PICTURES = _SHOWN.order_by(event_pictures.c.shown_at.desc(), event_pictures.c.id.desc()).limit(
    MOST_SHOWN
)

# The most votes; of those the one that was shown first. After the end nothing takes part any more.
_WINNER = (
    _SHOWN.join(events, events.c.id == event_pictures.c.event_id)
    .where(event_pictures.c.shown_at <= events.c.ends_at, _VOTES > 0)
    .order_by(_VOTES.desc(), event_pictures.c.shown_at, event_pictures.c.id)
    .limit(1)
)

_FILE = (
    sa.select(events.c.wall_key, event_pictures.c.file)
    .join(events, events.c.id == event_pictures.c.event_id)
    .where(
        *_is_shown(),
        event_pictures.c.id == sa.bindparam("picture"),
        events.c.state != EventState.CANCELLED,
    )
)
