"""Who may order in a community event: asked in the transaction that accepts the job."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import EventNotOpen, GuestBlocked
from db.event_lists import get
from db.event_models import Event, EventState
from db.event_schema import event_blocks


async def require_open(
    connection: AsyncConnection, event_id: int, user_id: int, *, now: datetime
) -> Event:
    """Raise EventNotFound, EventNotOpen or GuestBlocked if this guest can order nothing now.

    The end is looked at and not the state alone: nobody is let in after it because the one who
    closes the event comes a moment late.
    """
    event = await get(connection, event_id)
    if event.state is EventState.OPEN and now >= event.ends_at:
        raise EventNotOpen(event_id, EventState.CLOSING, opens_at=None)
    if event.state is not EventState.OPEN:
        is_to_come = event.state is EventState.SCHEDULED
        raise EventNotOpen(event_id, event.state, opens_at=event.starts_at if is_to_come else None)
    if await is_blocked(connection, event_id, user_id):
        raise GuestBlocked(event_id)
    return event


async def is_blocked(connection: AsyncConnection, event_id: int, user_id: int) -> bool:
    """Tell whether a moderator has shut this member out."""
    found = await connection.scalar(
        sa.select(sa.func.count()).where(
            event_blocks.c.event_id == event_id, event_blocks.c.user_id == user_id
        )
    )
    return bool(found)
