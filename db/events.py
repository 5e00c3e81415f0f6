"""The community events in storage: each method is one transaction, wrong states change nothing.

What a step does stands in `db.event_steps`, when one is due in `db.event_times`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db import event_door, event_lists, event_notices, event_steps
from db.clock import Clock, utc_now
from db.database import Database
from db.errors import EventFieldFixed, EventStepRefused
from db.event_models import (
    Event,
    EventNotice,
    EventPlan,
    EventState,
    GuestCounts,
    NoticeKind,
    Progress,
)
from db.event_schema import events
from db.event_steps import Terms
from db.event_times import next_moment, next_step

# What stands still once people know of the event, and once they take part in it.
_FIXED_WHEN_KNOWN = ("channel_id", "place")
_FIXED_WHEN_OPEN = (*_FIXED_WHEN_KNOWN, "starts_at")


class EventRepository:
    """All that happens to community events."""

    def __init__(
        self, database: Database, *, clock: Clock = utc_now, terms: Terms | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._terms = terms or Terms()

    # --- plans

    async def draft(self, guild_id: int, organiser_id: int, plan: EventPlan) -> Event:
        """Keep a plan that nobody else sees yet."""
        now = self._clock()
        values = {
            **_chosen(plan),
            "guild_id": guild_id,
            "organiser_id": organiser_id,
            "state": EventState.DRAFT,
            "set_aside": 0,
            "created_at": now,
            "updated_at": now,
        }

        async def unit(connection: AsyncConnection) -> Event:
            made = await connection.execute(sa.insert(events).values(values).returning(events))
            return event_lists.to_event(made.mappings().one())

        return await self._database.write(unit)

    async def edit(self, event_id: int, plan: EventPlan) -> Event:
        """Change the plan; EventFieldFixed and EventStepRefused say what stands still by now."""

        async def unit(connection: AsyncConnection) -> Event:
            event = await event_steps.locked(connection, event_id)
            _require_free(event, plan)
            return await event_steps.edit(
                connection, event, _chosen(plan), now=self._clock(), terms=self._terms
            )

        return await self._database.write(unit)

    async def discard(self, event_id: int) -> bool:
        """Delete a draft; False: it is none, or none any more."""
        is_draft = (events.c.id == event_id) & (events.c.state == EventState.DRAFT)

        async def unit(connection: AsyncConnection) -> bool:
            return (await connection.execute(sa.delete(events).where(is_draft))).rowcount > 0

        return await self._database.write(unit)

    # --- from one state to the next: EventStepRefused if it is in another

    async def publish(self, event_id: int) -> Event:
        """Make a draft an event; TooManyEvents if its server has enough of them."""
        return await self._database.write(
            lambda c: event_steps.publish(c, event_id, now=self._clock(), terms=self._terms)
        )

    async def pause(self, event_id: int) -> Event:
        return await self._database.write(
            lambda c: event_steps.pause(c, event_id, now=self._clock())
        )

    async def resume(self, event_id: int) -> Event:
        return await self._database.write(
            lambda c: event_steps.resume(c, event_id, now=self._clock())
        )

    async def close_now(self, event_id: int) -> Event:
        """End it before its time: it is closing then, until what was ordered is made."""
        return await self._database.write(lambda c: event_steps.end(c, event_id, now=self._clock()))

    async def cancel(self, event_id: int) -> Event:
        return await self._database.write(
            lambda c: event_steps.cancel(c, event_id, now=self._clock(), terms=self._terms)
        )

    async def advance(self, event_id: int) -> Event:
        """Take every step that is due by now."""
        return await self._database.write(
            lambda c: event_steps.advance(c, event_id, now=self._clock(), terms=self._terms)
        )

    # --- what is known of them

    async def get(self, event_id: int) -> Event:
        return await self._database.read(lambda c: event_lists.get(c, event_id))

    async def find(self, event_id: int) -> Event | None:
        return await self._database.read(lambda c: event_lists.find(c, event_id))

    async def find_by_join_code(self, code: str) -> Event | None:
        return await self._database.read(lambda c: event_lists.find_by_join_code(c, code))

    async def list_for_server(self, guild_id: int) -> tuple[Event, ...]:
        """List a server's events but for drafts, newest first."""
        return await self._database.read(lambda c: event_lists.of_server(c, guild_id))

    async def list_under_way(self) -> tuple[Event, ...]:
        """List the events, of all servers, to which something happens by itself."""
        return await self._database.read(event_lists.under_way)

    async def list_to_unlist(self) -> tuple[Event, ...]:
        """List the events that are over, but not for Discord as far as is known."""
        return await self._database.read(event_lists.still_listed)

    async def list_due(self) -> tuple[Event, ...]:
        """List the events with a step that is due by now."""
        now = self._clock()
        return tuple(each.event for each in await self._progress() if next_step(each, now))

    async def due_at(self) -> datetime | None:
        """Say when the clock makes the next step due, of any event; None: of none."""
        moments = [next_moment(each) for each in await self._progress()]
        return min((moment for moment in moments if moment is not None), default=None)

    async def progress(self, event_id: int) -> Progress:
        async def unit(connection: AsyncConnection) -> Progress:
            event = await event_lists.get(connection, event_id)
            return await event_lists.progress_of(connection, event)

        return await self._database.read(unit)

    async def counts(self, event_id: int) -> GuestCounts:
        return await self._database.read(lambda c: event_lists.counts(c, event_id))

    async def require_open(self, event_id: int, user_id: int) -> Event:
        """Raise EventNotFound, EventNotOpen or GuestBlocked before anything is fetched."""
        return await self._database.read(
            lambda c: event_door.require_open(c, event_id, user_id, now=self._clock())
        )

    # --- notices

    async def list_unposted_notices(self) -> tuple[EventNotice, ...]:
        return await self._database.read(event_notices.unposted)

    async def find_notice(self, event_id: int, kind: NoticeKind) -> EventNotice | None:
        return await self._database.read(lambda c: event_notices.find(c, event_id, kind))

    async def record_posted(
        self,
        event_id: int,
        kind: NoticeKind,
        *,
        channel_id: int | None = None,
        message_id: int | None = None,
    ) -> None:
        """Note where a notice was posted; without a message: no place took it."""
        await self._database.write(
            lambda c: event_notices.record_posted(
                c,
                event_id,
                kind,
                at=self._clock(),
                channel_id=channel_id,
                message_id=message_id,
            )
        )

    # --- notes that change no state

    async def set_panel(self, event_id: int, message_id: int | None) -> None:
        await self._note(event_id, {"panel_message_id": message_id})

    async def set_gallery_channel(self, event_id: int, channel_id: int | None) -> None:
        await self._note(event_id, {"gallery_channel_id": channel_id})

    async def set_listing(self, event_id: int, scheduled_event_id: int | None) -> None:
        await self._note(event_id, {"scheduled_event_id": scheduled_event_id})

    async def set_wall(self, event_id: int, key: str | None, code: str | None) -> None:
        """Give the wall a link and a code; None takes them away, and nobody finds it any more."""
        await self._note(event_id, {"wall_key": key, "join_code": code})

    async def _note(self, event_id: int, values: Mapping[str, object]) -> None:
        await self._database.write(
            lambda c: event_steps.change(c, event_id, values, now=self._clock())
        )

    async def _progress(self) -> tuple[Progress, ...]:
        async def unit(connection: AsyncConnection) -> tuple[Progress, ...]:
            return tuple(
                [
                    await event_lists.progress_of(connection, event)
                    for event in await event_lists.under_way(connection)
                ]
            )

        return await self._database.read(unit)


def _chosen(plan: EventPlan) -> dict[str, object]:
    """Take what an organiser chooses, also of an event."""
    return {field.name: getattr(plan, field.name) for field in fields(EventPlan)}


def _require_free(event: Event, plan: EventPlan) -> None:
    """Refuse to change what guests rely on."""
    if event.state.is_over:
        raise EventStepRefused(event.id, event.state, event.state)
    fixed: tuple[str, ...] = ()
    if event.state is EventState.SCHEDULED:
        fixed = _FIXED_WHEN_KNOWN
    elif event.state is not EventState.DRAFT:
        fixed = _FIXED_WHEN_OPEN
    for name in fixed:
        if getattr(event, name) != getattr(plan, name):
            raise EventFieldFixed(event.id, name)
