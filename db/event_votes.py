"""Votes for pictures of community events: one of each member for each picture, to be taken back."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db import event_picture_lists as lists
from db.errors import VoteRefusal, VoteRefused
from db.event_models import EventState, PictureState
from db.event_schema import event_blocks, event_votes, events

_OVER = (EventState.CLOSED, EventState.CANCELLED)


async def vote(
    connection: AsyncConnection, picture_id: int, user_id: int, *, now: datetime
) -> bool:
    """Vote for a picture, or take the vote back; tells whether there is one now.

    Raises PictureNotFound, VoteRefused.
    """
    await _require_may_vote(connection, picture_id, user_id)
    taken_back = await connection.execute(
        sa.delete(event_votes).where(
            event_votes.c.picture_id == picture_id, event_votes.c.user_id == user_id
        )
    )
    if taken_back.rowcount:
        return False
    values = {"picture_id": picture_id, "user_id": user_id, "at": now}
    await connection.execute(sa.insert(event_votes).values(**values))
    return True


async def _require_may_vote(connection: AsyncConnection, picture_id: int, user_id: int) -> None:
    picture = await lists.get(connection, picture_id)
    if picture.state is not PictureState.APPROVED:
        raise VoteRefused(picture_id, VoteRefusal.NOT_SHOWN)
    if picture.user_id == user_id:
        raise VoteRefused(picture_id, VoteRefusal.OWN)
    state = await connection.scalar(
        sa.select(events.c.state).where(events.c.id == picture.event_id)
    )
    if state in _OVER:
        raise VoteRefused(picture_id, VoteRefusal.OVER)
    is_blocked = await connection.scalar(
        sa.select(sa.func.count())
        .select_from(event_blocks)
        .where(
            event_blocks.c.event_id == picture.event_id,
            event_blocks.c.user_id == user_id,
        )
    )
    if is_blocked:
        raise VoteRefused(picture_id, VoteRefusal.BLOCKED)
