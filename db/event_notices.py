"""What is said of a community event once: a row each, posted by whoever comes to it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.event_models import EventNotice, NoticeKind
from db.event_schema import IS_UNPOSTED, event_notices
from db.sqlite import insert_missing

# Of these nobody needs to hear any more once an event is over.
_OF_A_RUNNING_EVENT = (
    NoticeKind.ANNOUNCED,
    NoticeKind.OPENED,
    NoticeKind.TIME_WARNING,
    NoticeKind.POT_WARNING,
    NoticeKind.POT_EMPTY,
)
_RANK = {kind: rank for rank, kind in enumerate(NoticeKind)}


async def note(
    connection: AsyncConnection, event_id: int, kind: NoticeKind, *, due_at: datetime
) -> None:
    """Have something said; a second time changes nothing."""
    values = {"event_id": event_id, "kind": kind, "due_at": due_at}
    await connection.execute(insert_missing(event_notices, values))


async def find(connection: AsyncConnection, event_id: int, kind: NoticeKind) -> EventNotice | None:
    """Read one notice."""
    rows = await connection.execute(sa.select(event_notices).where(*_is(event_id, kind)))
    row = rows.mappings().one_or_none()
    return None if row is None else EventNotice(**row)


async def said_of(connection: AsyncConnection, event_id: int) -> frozenset[NoticeKind]:
    """Name what was said of an event, or is about to be."""
    kinds = await connection.scalars(
        sa.select(event_notices.c.kind).where(event_notices.c.event_id == event_id)
    )
    return frozenset(kinds.all())


async def unposted(connection: AsyncConnection) -> tuple[EventNotice, ...]:
    """List what is still to be posted, in the order it is to be read."""
    rows = await connection.execute(sa.select(event_notices).where(IS_UNPOSTED))
    found = [EventNotice(**row) for row in rows.mappings()]
    return tuple(sorted(found, key=lambda each: (each.due_at, each.event_id, _RANK[each.kind])))


async def record_posted(
    connection: AsyncConnection,
    event_id: int,
    kind: NoticeKind,
    *,
    at: datetime,
    channel_id: int | None,
    message_id: int | None,
) -> None:
    """Note where it was posted; None: no place took it, and it is not tried again."""
    await connection.execute(
        sa.update(event_notices)
        .where(*_is(event_id, kind))
        .values(posted_at=at, channel_id=channel_id, message_id=message_id)
    )


async def drop_outdated(connection: AsyncConnection, event_id: int, *, at: datetime) -> None:
    """Let nothing be said any more that only mattered while the event ran."""
    await connection.execute(
        sa.update(event_notices)
        .where(
            event_notices.c.event_id == event_id,
            event_notices.c.kind.in_(_OF_A_RUNNING_EVENT),
            IS_UNPOSTED,
        )
        .values(posted_at=at)
    )


def _is(event_id: int, kind: NoticeKind) -> tuple[sa.ColumnElement[bool], ...]:
    return event_notices.c.event_id == event_id, event_notices.c.kind == kind
