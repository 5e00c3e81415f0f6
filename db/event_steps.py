"""Every way a community event can go from one state to another, and what is said because of it.

`move` is the only function that changes the state of an event. Each step is taken in the same
transaction as the notices it causes: so both happen once, or neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db import event_notices
from db.errors import EventNotFound, EventStepRefused, TooManyEvents
from db.event_limits import return_unused, set_aside, set_free, write_event_limits
from db.event_lists import count_under_way, has_winner, progress_of, to_event
from db.event_models import Event, EventState, NoticeKind
from db.event_schema import events
from db.event_times import Due, is_news, next_step, was_missed

ORIGINS: Mapping[EventState, frozenset[EventState]] = {
    EventState.SCHEDULED: frozenset({EventState.DRAFT}),
    EventState.OPEN: frozenset({EventState.SCHEDULED, EventState.PAUSED}),
    EventState.PAUSED: frozenset({EventState.OPEN}),
    EventState.CLOSING: frozenset({EventState.OPEN, EventState.PAUSED}),
    EventState.CLOSED: frozenset({EventState.CLOSING}),
    EventState.CANCELLED: frozenset({EventState.SCHEDULED, EventState.OPEN, EventState.PAUSED}),
}
_SHORTEST = timedelta(seconds=1)  # an event that ends as it begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the operator and the server let events do."""

    files_keep: timedelta = timedelta(days=30)  # after the end
    most_under_way: int = 10  # of a server
    picture_cost: int = 0  # credits


async def publish(
    connection: AsyncConnection, event_id: int, *, now: datetime, terms: Terms
) -> Event:
    """Make a draft an event that will take place."""
    event = await locked(connection, event_id)
    if await count_under_way(connection, event.guild_id) >= terms.most_under_way:
        raise TooManyEvents(terms.most_under_way)
    event = await move(connection, event, EventState.SCHEDULED, now=now)
    await write_event_limits(connection, event)
    await event_notices.note(connection, event_id, NoticeKind.ANNOUNCED, due_at=now)
    return event


async def edit(
    connection: AsyncConnection,
    event: Event,
    chosen: Mapping[str, object],
    *,
    now: datetime,
    terms: Terms,
) -> Event:
    """Change the plan of an event that is not over, and what it may use."""
    event = await change(connection, event.id, chosen, now=now)
    if event.state is not EventState.DRAFT:
        await write_event_limits(connection, event)
    if event.state in {EventState.OPEN, EventState.PAUSED}:
        event = await _set_aside(connection, event, now=now, terms=terms)
    return event


async def pause(connection: AsyncConnection, event_id: int, *, now: datetime) -> Event:
    """Take no orders for a while."""
    event = await locked(connection, event_id)
    return await move(connection, event, EventState.PAUSED, now=now)


async def resume(connection: AsyncConnection, event_id: int, *, now: datetime) -> Event:
    """Take orders again."""
    event = await locked(connection, event_id)
    if event.state is not EventState.PAUSED or now >= event.ends_at:
        raise EventStepRefused(event_id, event.state, EventState.OPEN)
    return await move(connection, event, EventState.OPEN, now=now)


async def end(connection: AsyncConnection, event_id: int, *, now: datetime) -> Event:
    """End an event before its time; what was ordered is still made."""
    event = await locked(connection, event_id)
    ends_at = min(event.ends_at, max(now, event.starts_at + _SHORTEST))
    return await _stop_orders(connection, event, now=now, ends_at=ends_at)


async def cancel(
    connection: AsyncConnection, event_id: int, *, now: datetime, terms: Terms
) -> Event:
    """Call an event off; whoever calls this has its queued jobs cancelled, too."""
    event = await locked(connection, event_id)
    event = await move(
        connection,
        event,
        EventState.CANCELLED,
        now=now,
        values={"closed_at": now, "files_delete_at": now + terms.files_keep},
    )
    await return_unused(connection, event, now=now)
    await _say_last(connection, event_id, NoticeKind.CANCELLED, now=now)
    return event


async def advance(
    connection: AsyncConnection, event_id: int, *, now: datetime, terms: Terms
) -> Event:
    """Take every step that is due at this moment, one after the other."""
    event = await locked(connection, event_id)
    while (due := next_step(await progress_of(connection, event), now)) is not None:
        event = await _take(connection, event, due, now=now, terms=terms)
    return event


async def locked(connection: AsyncConnection, event_id: int) -> Event:
    """Read an event so that nobody else can move it in this transaction."""
    rows = await connection.execute(
        sa.select(events).where(events.c.id == event_id).with_for_update()
    )
    row = rows.mappings().one_or_none()
    if row is None:
        raise EventNotFound(event_id)
    return to_event(row)


async def move(
    connection: AsyncConnection,
    event: Event,
    to: EventState,
    *,
    now: datetime,
    values: Mapping[str, object] | None = None,
) -> Event:
    """Bring an event into another state; EventStepRefused changes nothing."""
    if event.state not in ORIGINS[to]:
        raise EventStepRefused(event.id, event.state, to)
    return await change(connection, event.id, {"state": to, **(values or {})}, now=now)


async def change(
    connection: AsyncConnection, event_id: int, values: Mapping[str, object], *, now: datetime
) -> Event:
    """Write something into an event's row."""
    changed = await connection.execute(
        sa.update(events)
        .where(events.c.id == event_id)
        .values(updated_at=now, **values)
        .returning(events)
    )
    row = changed.mappings().one_or_none()
    if row is None:
        raise EventNotFound(event_id)
    return to_event(row)


async def _take(
    connection: AsyncConnection, event: Event, due: Due, *, now: datetime, terms: Terms
) -> Event:
    match due:
        case Due.OPEN:
            return await _open(connection, event, now=now, terms=terms)
        case Due.STOP_ORDERS:
            return await _stop_orders(connection, event, now=now, ends_at=event.ends_at)
        case Due.CLOSE:
            return await _close(connection, event, now=now, terms=terms)
        case _:
            await event_notices.note(connection, event.id, _WARNINGS[due], due_at=now)
            return event


_WARNINGS = {
    Due.WARN_OF_TIME: NoticeKind.TIME_WARNING,
    Due.WARN_OF_POT: NoticeKind.POT_WARNING,
    Due.TELL_POT_EMPTY: NoticeKind.POT_EMPTY,
}


async def _open(connection: AsyncConnection, event: Event, *, now: datetime, terms: Terms) -> Event:
    event = await move(connection, event, EventState.OPEN, now=now, values={"opened_at": now})
    if was_missed(event):
        return event
    event = await _set_aside(connection, event, now=now, terms=terms)
    announced = await event_notices.find(connection, event.id, NoticeKind.ANNOUNCED)
    if announced is None or is_news(event, announced_at=announced.due_at):
        await event_notices.note(connection, event.id, NoticeKind.OPENED, due_at=now)
    return event


async def _set_aside(
    connection: AsyncConnection, event: Event, *, now: datetime, terms: Terms
) -> Event:
    if event.pot is None:
        await set_free(connection, event, now=now)
    credits = (event.pot or 0) * terms.picture_cost  # noqa: A001 - the word for it
    await set_aside(connection, event, credits=credits, now=now)
    return await locked(connection, event.id)


async def _stop_orders(
    connection: AsyncConnection, event: Event, *, now: datetime, ends_at: datetime
) -> Event:
    return await move(
        connection,
        event,
        EventState.CLOSING,
        now=now,
        values={"ends_at": ends_at, "closing_at": now},
    )


async def _close(
    connection: AsyncConnection, event: Event, *, now: datetime, terms: Terms
) -> Event:
    event = await move(
        connection,
        event,
        EventState.CLOSED,
        now=now,
        values={"closed_at": now, "files_delete_at": now + terms.files_keep},
    )
    await return_unused(connection, event, now=now)
    await _say_last(connection, event.id, NoticeKind.CLOSED, now=now)
    if await has_winner(connection, event.id):
        await event_notices.note(connection, event.id, NoticeKind.WINNER, due_at=now)
    return event


async def _say_last(
    connection: AsyncConnection, event_id: int, kind: NoticeKind, *, now: datetime
) -> None:
    await event_notices.drop_outdated(connection, event_id, at=now)
    await event_notices.note(connection, event_id, kind, due_at=now)
