"""From a finished picture of a community event to what is shown of it, and who decides that.

A state changes only from the one it is expected in, so that of two moderators one decides.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db import event_picture_lists as lists
from db.errors import EventCancelled, PictureDecided
from db.event_models import EventPicture, EventState, NewEventPicture, PictureState
from db.event_schema import event_blocks, event_pictures, event_votes, events
from db.members import NOBODY
from db.sqlite import insert_missing

_STANDING = (PictureState.WAITING, PictureState.APPROVED)


async def hand_over(
    connection: AsyncConnection, new: NewEventPicture, state: PictureState, *, now: datetime
) -> EventPicture:
    """Add a picture to its event, once for each job; that of a blocked guest is rejected.

    One that was to be shown at once waits where approval was switched on while it was framed.
    """
    found = await lists.find_of_job(connection, new.job_id)
    if found is not None:
        return found
    if state is PictureState.APPROVED and await _has_moderators(connection, new.event_id):
        state = PictureState.WAITING
    values: dict[str, object] = {"state": state}
    block = await _block_of(connection, new.event_id, new.user_id)
    if block is not None:
        values = _decided(
            PictureState.REJECTED, by=block["blocked_by"], reason=block["reason"], now=now
        )
    elif state is PictureState.APPROVED:
        values = {"state": state, "shown_at": now}
    picture_id = await connection.scalar(
        sa.insert(event_pictures)
        .values(**asdict(new), created_at=now, **values)
        .returning(event_pictures.c.id)
    )
    return await lists.get(connection, picture_id)


async def _has_moderators(connection: AsyncConnection, event_id: int) -> bool:
    review_channel_id: int | None = await connection.scalar(
        sa.select(events.c.review_channel_id).where(events.c.id == event_id)
    )
    return review_channel_id is not None


async def approve(
    connection: AsyncConnection, picture_id: int, *, by: int, now: datetime
) -> EventPicture:
    """Show what waits; raises PictureNotFound, PictureDecided, EventCancelled."""
    picture = await lists.get(connection, picture_id)
    state = await connection.scalar(
        sa.select(events.c.state).where(events.c.id == picture.event_id)
    )
    if state is EventState.CANCELLED:
        raise EventCancelled(picture.event_id)
    values = {**_decided(PictureState.APPROVED, by=by, reason=None, now=now), "shown_at": now}
    return await _decide(connection, picture_id, values)


async def reject(
    connection: AsyncConnection, picture_id: int, *, by: int | None, reason: str, now: datetime
) -> EventPicture:
    """Let what waits be seen by nobody; raises PictureNotFound, PictureDecided."""
    values = _decided(PictureState.REJECTED, by=by, reason=reason, now=now)
    return await _decide(connection, picture_id, values)


async def remove(
    connection: AsyncConnection, picture_id: int, *, by: int | None, now: datetime
) -> EventPicture:
    """Take down what is shown, or take back what waits; what is neither stays as it is.

    `by` is None where nobody knows: its message was deleted. Who removes their own knows of it.
    """
    values = _decided(PictureState.REMOVED, by=by, reason=None, now=now)
    is_own = event_pictures.c.user_id == sa.literal(by)
    values["told"] = sa.case((is_own, PictureState.REMOVED), else_=event_pictures.c.told)
    await connection.execute(
        sa.update(event_pictures)
        .where(event_pictures.c.id == picture_id, event_pictures.c.state.in_(_STANDING))
        .values(**values)
    )
    return await lists.get(connection, picture_id)


async def block(
    connection: AsyncConnection, event_id: int, user_id: int, *, by: int, reason: str, now: datetime
) -> tuple[EventPicture, ...]:
    """Shut a guest out; returns their pictures that this has rejected or taken down."""
    values = {"event_id": event_id, "user_id": user_id, "blocked_by": by, "reason": reason}
    await connection.execute(insert_missing(event_blocks, {**values, "at": now}))
    changed: list[int] = []
    for origin, into in (
        (PictureState.WAITING, PictureState.REJECTED),
        (PictureState.APPROVED, PictureState.REMOVED),
    ):
        rows = await connection.scalars(
            sa.update(event_pictures)
            .where(
                event_pictures.c.event_id == event_id,
                event_pictures.c.user_id == user_id,
                event_pictures.c.state == origin,
            )
            .values(**_decided(into, by=by, reason=reason, now=now))
            .returning(event_pictures.c.id)
        )
        changed += rows.all()
    return tuple([await lists.get(connection, picture_id) for picture_id in sorted(changed)])


async def unblock(connection: AsyncConnection, event_id: int, user_id: int) -> bool:
    """Let a guest in again; False if they were not blocked."""
    gone = await connection.execute(
        sa.delete(event_blocks).where(
            event_blocks.c.event_id == event_id, event_blocks.c.user_id == user_id
        )
    )
    return gone.rowcount > 0


async def erase(
    connection: AsyncConnection, user_id: int, *, now: datetime
) -> tuple[EventPicture, ...]:
    """Forget a member's pictures and votes; returns the pictures as they were.

    What is posted of them is found by `to_take_down` and `to_repaint`. A block stays, or erasing
    would lift it.
    """
    theirs = await lists.of_member(connection, user_id)
    await connection.execute(sa.delete(event_votes).where(event_votes.c.user_id == user_id))
    await connection.execute(
        sa.update(event_pictures)
        .where(event_pictures.c.user_id == user_id)
        .values(
            user_id=NOBODY,
            caption="",
            state=PictureState.REMOVED,
            reason=None,
            # said to be something else, so that the moderators' message is painted once more
            review_says=PictureState.WAITING,
            told=PictureState.REMOVED,  # nobody is left to be told
            decided_at=now,
        )
    )
    return theirs


async def _block_of(
    connection: AsyncConnection, event_id: int, user_id: int
) -> sa.RowMapping | None:
    rows = await connection.execute(
        sa.select(event_blocks.c.blocked_by, event_blocks.c.reason).where(
            event_blocks.c.event_id == event_id, event_blocks.c.user_id == user_id
        )
    )
    return rows.mappings().one_or_none()


def _decided(
    state: PictureState, *, by: int | None, reason: str | None, now: datetime
) -> dict[str, object]:
    return {"state": state, "decided_by": by, "decided_at": now, "reason": reason}


async def _decide(
    connection: AsyncConnection, picture_id: int, values: dict[str, object]
) -> EventPicture:
    decided = await connection.execute(
        sa.update(event_pictures)
        .where(event_pictures.c.id == picture_id, event_pictures.c.state == PictureState.WAITING)
        .values(**values)
    )
    picture = await lists.get(connection, picture_id)
    if not decided.rowcount:
        raise PictureDecided(picture_id, picture.state, picture.decided_by)
    return picture
