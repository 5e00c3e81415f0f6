"""Questions about the pictures of community events."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import PictureNotFound
from db.event_models import EventPicture, EventState, PictureState
from db.event_schema import (
    IS_STILL_SHOWN,
    IS_UNDECIDED,
    IS_UNSHOWN,
    IS_UNTOLD,
    IS_WAITING,
    event_pictures,
    event_votes,
    events,
)

BATCH = 100  # of what is to be posted; the rest comes with the next question
VOTES_SETTLE = timedelta(hours=1)  # after an event's end, in which its messages get their counts

Events = frozenset[int]
NONE: Events = frozenset()

_VOTES = (
    sa.select(sa.func.count())
    .select_from(event_votes)
    .where(event_votes.c.picture_id == event_pictures.c.id)
    .correlate(event_pictures)
    .scalar_subquery()
)
_PICTURES = sa.select(event_pictures, _VOTES.label("votes"))

_WAITS = event_pictures.c.state == PictureState.WAITING
_IS_SHOWN = event_pictures.c.state == PictureState.APPROVED
_IS_NOT_CANCELLED = events.c.state != EventState.CANCELLED
# Most votes first; of several with as many, the one that was shown first.
_BEST_FIRST: tuple[sa.ColumnElement[Any], ...] = (
    sa.desc("votes"),
    event_pictures.c.shown_at,
    event_pictures.c.id,
)


async def get(connection: AsyncConnection, picture_id: int) -> EventPicture:
    """Return a picture; raises PictureNotFound."""
    found = await _list(connection, _PICTURES.where(event_pictures.c.id == picture_id))
    if not found:
        raise PictureNotFound(picture_id)
    return found[0]


async def find_of_job(connection: AsyncConnection, job_id: int) -> EventPicture | None:
    """Return the picture that a job made for its event."""
    found = await _list(connection, _PICTURES.where(event_pictures.c.job_id == job_id))
    return found[0] if found else None


async def find_shown_as(connection: AsyncConnection, message_id: int) -> EventPicture | None:
    """Return the picture that this message of a gallery, or of moderators, shows."""
    for column in (event_pictures.c.gallery_message_id, event_pictures.c.review_message_id):
        if found := await _list(connection, _PICTURES.where(column == message_id)):
            return found[0]
    return None


async def approved(
    connection: AsyncConnection, event_id: int, *, limit: int | None = None
) -> tuple[EventPicture, ...]:
    """List what may be seen of an event, the latest first, and no more than so many."""
    return await _list(
        connection,
        _PICTURES.where(event_pictures.c.event_id == event_id, _IS_SHOWN)
        .order_by(event_pictures.c.shown_at.desc(), event_pictures.c.id.desc())
        .limit(limit),
    )


async def waiting(connection: AsyncConnection, event_id: int) -> tuple[EventPicture, ...]:
    """List what waits for a moderator, the oldest first."""
    return await _list(
        connection,
        _PICTURES.where(event_pictures.c.event_id == event_id, _WAITS).order_by(
            event_pictures.c.id
        ),
    )


async def best(
    connection: AsyncConnection, event_id: int, *, limit: int
) -> tuple[EventPicture, ...]:
    """List the pictures with votes, the best first."""
    return await _list(
        connection,
        _PICTURES.where(event_pictures.c.event_id == event_id, _IS_SHOWN, _VOTES > 0)
        .order_by(*_BEST_FIRST)
        .limit(limit),
    )


async def of_member(connection: AsyncConnection, user_id: int) -> tuple[EventPicture, ...]:
    """List a member's pictures in all events."""
    return await _list(
        connection,
        _PICTURES.where(event_pictures.c.user_id == user_id).order_by(event_pictures.c.id),
    )


# --- what is to be done on Discord, but for events that are to be left alone


async def to_review(
    connection: AsyncConnection, *, skipping: Events = NONE
) -> tuple[EventPicture, ...]:
    """List what waits and is not before the moderators, or where they are no more."""
    is_elsewhere = sa.or_(
        event_pictures.c.review_message_id.is_(None),
        event_pictures.c.review_channel_id != events.c.review_channel_id,
    )
    asks = _of_event(events.c.review_channel_id.is_not(None), is_elsewhere, _IS_NOT_CANCELLED)
    return await _batch(connection, skipping, _PICTURES.where(IS_WAITING, asks))


async def to_repaint(
    connection: AsyncConnection, *, skipping: Events = NONE
) -> tuple[EventPicture, ...]:
    """List what was decided while the moderators' message says otherwise."""
    return await _batch(connection, skipping, _PICTURES.where(IS_UNDECIDED))


async def to_show(
    connection: AsyncConnection, *, skipping: Events = NONE
) -> tuple[EventPicture, ...]:
    """List what is approved and not in its gallery."""
    shows = _of_event(_IS_NOT_CANCELLED)
    return await _batch(connection, skipping, _PICTURES.where(IS_UNSHOWN, shows))


async def to_take_down(
    connection: AsyncConnection, *, skipping: Events = NONE
) -> tuple[EventPicture, ...]:
    """List what is in a gallery and must not be."""
    return await _batch(connection, skipping, _PICTURES.where(IS_STILL_SHOWN))


async def to_recount(
    connection: AsyncConnection, *, now: datetime, skipping: Events = NONE
) -> tuple[EventPicture, ...]:
    """List what has other votes than its message in the gallery says."""
    is_recent = sa.or_(events.c.closed_at.is_(None), events.c.closed_at > now - VOTES_SETTLE)
    return await _batch(
        connection,
        skipping,
        _PICTURES.where(
            event_pictures.c.event_id.in_(sa.select(events.c.id).where(is_recent)),
            _IS_SHOWN,
            event_pictures.c.gallery_message_id.is_not(None),
            event_pictures.c.votes_shown != _VOTES,
        ),
    )


async def untold(
    connection: AsyncConnection, *, skipping: Events = NONE
) -> tuple[EventPicture, ...]:
    """List what is not shown, or no more, while its guest was not told so."""
    return await _batch(connection, skipping, _PICTURES.where(IS_UNTOLD))


async def files(connection: AsyncConnection) -> frozenset[tuple[int, str]]:
    """Name the files that are still needed, each with its event."""
    rows = await connection.execute(
        sa.select(event_pictures.c.event_id, event_pictures.c.file).where(sa.or_(_WAITS, _IS_SHOWN))
    )
    return frozenset((row.event_id, row.file) for row in rows)


async def last_number(connection: AsyncConnection) -> int:
    """Return the highest number of a picture; 0 if there is none."""
    return await connection.scalar(sa.select(sa.func.max(event_pictures.c.id))) or 0


def _of_event(*conditions: sa.ColumnElement[bool]) -> sa.Exists:
    """Ask for pictures whose event is so; not by a join, in which `state` were two columns."""
    return sa.exists().where(events.c.id == event_pictures.c.event_id, *conditions)


async def _batch(
    connection: AsyncConnection, skipping: Events, statement: sa.Select[Any]
) -> tuple[EventPicture, ...]:
    if skipping:
        statement = statement.where(event_pictures.c.event_id.not_in(skipping))
    return await _list(connection, statement.order_by(event_pictures.c.id).limit(BATCH))


async def _list(connection: AsyncConnection, statement: sa.Select[Any]) -> tuple[EventPicture, ...]:
    rows = await connection.execute(statement)
    return tuple(EventPicture(**row) for row in rows.mappings())
