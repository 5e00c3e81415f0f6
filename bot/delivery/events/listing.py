"""An event's listing among its server's own: Discord begins and ends it, we tell what we change.

Whether it is there already, after a kill or an answer that was lost, is told by its last line.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypedDict

import discord

from bot.delivery.reasons import PlaceRefused, reasons
from bot.naming import clean
from cogs.ui.events.page import where
from db.event_models import Event, EventState

LONGEST_NAME, LONGEST_TEXT = 100, 1000
SOON = timedelta(seconds=30)  # Discord lists nothing that has begun

_log = logging.getLogger(__name__)


class _Fields(TypedDict):
    name: str
    description: str
    start_time: datetime
    end_time: datetime
    location: str


class Listings:
    """Makes and follows listings; PlaceRefused: Discord does not let us, DeliveryPostponed: yet."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    async def make(self, guild: discord.Guild, event: Event) -> int:
        """List an event, unless it is listed; returns the listing's number."""
        async with reasons():
            for listing in await guild.fetch_scheduled_events(with_counts=False):
                if (listing.description or "").endswith(_mark(event)):
                    return listing.id
            mine = guild.me.guild_permissions
            if not (mine.create_events or mine.manage_events):
                raise PlaceRefused("without Create Events")
            made = await guild.create_scheduled_event(
                entity_type=discord.EntityType.external,
                privacy_level=discord.PrivacyLevel.guild_only,
                **self._fields(event),
            )
        return made.id

    async def follow(self, guild: discord.Guild, event: Event, number: int) -> None:
        """Bring a listing in line with its event; one that was deleted by hand stays deleted."""
        async with reasons():
            try:
                listing = await guild.fetch_scheduled_event(number, with_counts=False)
            except discord.NotFound:
                return
            if event.state is EventState.CANCELLED or not event.wants_listing:
                await self._call_off(listing)
            elif event.state.is_over:
                await self._finish(listing)
            else:
                await self._change(listing, event)

    async def _call_off(self, listing: discord.ScheduledEvent) -> None:
        if listing.status is discord.EventStatus.scheduled:
            await listing.cancel()
        else:
            await self._finish(listing)

    async def _finish(self, listing: discord.ScheduledEvent) -> None:
        if listing.status is discord.EventStatus.active:
            await listing.end()
        elif listing.status is discord.EventStatus.scheduled:
            await listing.cancel()

    async def _change(self, listing: discord.ScheduledEvent, event: Event) -> None:
        wanted = self._fields(event)
        if listing.status is not discord.EventStatus.scheduled or event.starts_at <= self._clock():
            wanted["start_time"] = listing.start_time  # it has begun, or begins this moment
        known = _Fields(
            name=listing.name,
            description=listing.description or "",
            start_time=listing.start_time,
            end_time=listing.end_time or listing.start_time,
            location=listing.location or "",
        )
        if known != wanted and listing.status in _UNFINISHED:
            await listing.edit(**wanted)

    def _fields(self, event: Event) -> _Fields:
        mark = _mark(event)
        about = event.about[: LONGEST_TEXT - len(mark) - 2]
        return _Fields(
            name=clean(event.name, longest=LONGEST_NAME),
            description=f"{about}\n\n{mark}".strip(),
            start_time=max(event.starts_at, self._clock() + SOON),
            end_time=event.ends_at,
            location=where_to(event),
        )


_UNFINISHED = {discord.EventStatus.scheduled, discord.EventStatus.active}


def where_to(event: Event) -> str:
    """Return the way to an event: its channel, which stays, whatever becomes of the panel."""
    return where(event).rpartition("/")[0] if event.panel_message_id else where(event)


def _mark(event: Event) -> str:
    return f"Photo booth event {event.id}"
