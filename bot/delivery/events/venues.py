"""What an event has on its server besides messages: the thread of its gallery, and its listing.

A loop brings both in line with the database: at start, when rung, and now and then. What Discord
refuses is done without: pictures then go to the event's own channel, and there is no listing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Literal

import discord

from bot.delivery.events.listing import Listings
from bot.delivery.reasons import PlaceRefused, reasons
from bot.naming import clean
from bot.services.delivery import DeliveryPostponed
from bot.services.events.bell import Bell
from db.errors import StorageError
from db.event_models import Event, EventState, Place
from db.events import EventRepository

LOOK_EVERY = 60.0  # seconds; what organisers do rings
ARCHIVED_AFTER: Literal[10080] = 10080  # minutes of silence: a week, the longest there is
LONGEST_NAME = 100
_THREAD, _NEWS_THREAD = discord.ChannelType.public_thread, discord.ChannelType.news_thread

_log = logging.getLogger(__name__)


class Venues:
    """Makes places for events; what it did last is remembered, so that nothing is asked twice."""

    def __init__(
        self,
        *,
        client: discord.Client,
        events: EventRepository,
        bell: Bell,
        clock: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._events = events
        self._bell = bell
        self._listings = Listings(clock=clock)
        self._followed: dict[int, Event] = {}  # events as their listings show them
        self._without: dict[int, Event] = {}  # events as they were when they could not be listed

    async def run(self) -> None:
        """Look after all events until cancelled."""
        while True:
            try:
                await self.turn()
            except StorageError as error:
                _log.error("The places of events cannot be looked up: %s", error)
            await self._bell.wait(LOOK_EVERY)

    async def turn(self) -> None:
        """Do all that is to be done now."""
        due = {event.id: event for event in await self._events.list_under_way()}
        due |= {event.id: event for event in await self._events.list_to_unlist()}
        for event in due.values():
            await self._look_after(event)
        for known in (self._followed, self._without):
            for number in known.keys() - due.keys():
                del known[number]

    async def _look_after(self, event: Event) -> None:
        guild = self._client.get_guild(event.guild_id)
        if guild is None:  # thrown out, or Discord has not told us yet
            return
        try:
            if event.place is Place.THREAD and event.gallery_channel_id is None:
                await self._events.set_gallery_channel(event.id, await self._gallery(guild, event))
            await self._list(guild, event)
        except DeliveryPostponed as error:
            _log.warning("The places of event %d have to wait: %s", event.id, error)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - one event must not keep the others
            _log.exception("The places of event %d could not be looked after.", event.id)

    async def _gallery(self, guild: discord.Guild, event: Event) -> int:
        """Open the thread of an event's gallery; its own channel where that is refused."""
        channel = guild.get_channel(event.channel_id)
        if not isinstance(channel, discord.TextChannel):
            return event.channel_id
        name = clean(event.name, longest=LONGEST_NAME)
        for thread in channel.threads:  # of a process that was killed before it was written down
            is_ours = thread.owner_id == guild.me.id and thread.name == name
            if is_ours and thread.created_at and thread.created_at >= event.created_at:
                return thread.id
        try:
            async with reasons():
                made = await channel.create_thread(
                    name=name,
                    type=_NEWS_THREAD if channel.is_news() else _THREAD,
                    auto_archive_duration=ARCHIVED_AFTER,
                )
        except PlaceRefused as refused:
            _log.warning("Event %d: no thread can be opened: %s", event.id, refused)
            return event.channel_id
        return made.id

    async def _list(self, guild: discord.Guild, event: Event) -> None:
        try:
            if event.scheduled_event_id is not None:
                await self._follow(guild, event, event.scheduled_event_id)
            elif self._is_to_be_listed(event):
                number = await self._listings.make(guild, event)
                await self._events.set_listing(event.id, number)
        except PlaceRefused as refused:
            _log.warning("Event %d cannot be listed: %s", event.id, refused)
            self._without[event.id] = event
            if event.state.is_over:  # whatever Discord shows, nothing can be done about it
                await self._events.set_listing(event.id, None)

    def _is_to_be_listed(self, event: Event) -> bool:
        is_ahead = event.state in {EventState.SCHEDULED, EventState.OPEN}
        return event.wants_listing and is_ahead and self._without.get(event.id) != event

    async def _follow(self, guild: discord.Guild, event: Event, number: int) -> None:
        if self._followed.get(event.id) == event:
            return
        await self._listings.follow(guild, event, number)
        self._followed[event.id] = event
        if event.state.is_over or not event.wants_listing:
            await self._events.set_listing(event.id, None)
