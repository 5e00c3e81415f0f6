"""What an organiser does with community events: plan, change, pause, end and look at them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.errors import FilterUnknown
from bot.event_errors import EventStandsElsewhere, EventUnknown, PlanProblem, PlanRejected
from bot.services.catalogue import Catalogue
from bot.services.events.bell import Bell
from bot.services.events.feed import EventFeed
from bot.services.events.local_time import Understood, understand_end, understand_start
from bot.services.events.plans import check_plan
from bot.services.events.refusals import refusals
from bot.services.events.zones import UTC_ZONE, find_zone
from db.event_models import Event, EventPlan, EventState, GuestCounts
from db.events import EventRepository
from db.servers import ServerRepository
from faceswap.models import Filter

USUAL_LENGTH = timedelta(hours=3)
SUGGESTIONS = 25  # Discord shows no more
_UNNAMED = "…"
_MOST_DIGITS = 19  # of a number that the database takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """An event with its figures and the filters that it offers."""

    event: Event
    counts: GuestCounts
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """What was understood of the times that an organiser wrote."""

    zone: str
    is_zone_chosen: bool  # by somebody, now or before
    starts: Understood
    ends: Understood


class Planning:
    """Everything an organiser can do with events; whether somebody is one is the shell's to ask.

    An event is found by the server it belongs to, so nobody reaches another server's.
    """

    def __init__(
        self,
        *,
        events: EventRepository,
        servers: ServerRepository,
        catalogue: Catalogue,
        bell: Bell,
        feed: EventFeed,
        clock: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._servers = servers
        self._catalogue = catalogue
        self._bell = bell
        self._feed = feed
        self._clock = clock

    # --- making one

    async def timezone_of(self, guild_id: int) -> tuple[str, bool]:
        """Tell in which zone a server's times are meant, and whether somebody has chosen it."""
        chosen = (await self._servers.get(guild_id)).timezone
        return chosen or UTC_ZONE, chosen is not None

    async def when(
        self,
        guild_id: int,
        *,
        start: str | None,
        end: str | None,
        zone: str | None = None,
        event: Event | None = None,
    ) -> When:
        """Understand times as they are written in a zone, or else in the server's.

        What is left out stays as it is in `event`. Raises TimeRejected and PlanRejected.
        """
        name, is_chosen = await self._zone(guild_id, zone, event)
        now = self._clock()
        starts, ends = _as_it_is(event, now=now)
        if start is not None:
            starts = understand_start(start, zone=name, now=now)
        if end is not None:
            ends = understand_end(end, zone=name, now=now, starts_at=starts.at)
        return When(zone=name, is_zone_chosen=is_chosen, starts=starts, ends=ends)

    async def _zone(self, guild_id: int, zone: str | None, event: Event | None) -> tuple[str, bool]:
        if zone is not None:
            found = find_zone(zone)
            if found is None:
                raise PlanRejected(PlanProblem.TIMEZONE)
            return found, True
        return (event.timezone, True) if event is not None else await self.timezone_of(guild_id)

    async def filters_named(self, text: str) -> tuple[Filter, ...]:
        """Find the filters of a list like `Neon, Vintage Portrait`; raises FilterUnknown.

        Nothing at all means all filters, and gives none.
        """
        if not text.strip():
            return ()
        try:
            return (await self._catalogue.find(text),)
        except FilterUnknown:
            if "," not in text:
                raise
        names = [name for name in text.split(",") if name.strip()]
        return tuple(dict.fromkeys([await self._catalogue.find(name) for name in names]))

    async def draft(
        self,
        guild_id: int,
        organiser_id: int,
        plan: EventPlan,
        *,
        gallery_channel_id: int | None = None,
    ) -> Event:
        """Keep a plan for its preview; PlanRejected says what is wrong with it.

        It may still lack its name: the form asks for it, and `edit` insists on it. Its gallery is a
        channel that there is already, or one that is made for it.
        """
        check_plan(_tidy(replace(plan, name=plan.name or _UNNAMED)), now=self._clock())
        plan = _tidy(plan)
        _require_apart(plan, gallery_channel_id)
        await self._require_filters(plan)
        await self._servers.set_timezone(guild_id, plan.timezone)
        draft = await self._events.draft(guild_id, organiser_id, plan)
        await self._events.set_gallery_channel(draft.id, gallery_channel_id)
        return replace(draft, gallery_channel_id=gallery_channel_id)

    async def publish(self, guild_id: int, event_id: int) -> Event:
        """Have a draft take place; one whose start has come meanwhile opens at once."""
        event = await self.get(guild_id, event_id)
        if event.ends_at <= self._clock():
            raise PlanRejected(PlanProblem.ENDS_IN_THE_PAST)
        with refusals():
            return self._rung(await self._events.publish(event.id))

    async def discard(self, guild_id: int, event_id: int) -> None:
        """Forget a draft; EventStandsElsewhere if it has become an event."""
        event = await self.get(guild_id, event_id)
        if not await self._events.discard(event.id):
            raise EventStandsElsewhere((await self.get(guild_id, event_id)).state)

    async def edit(self, guild_id: int, event_id: int, plan: EventPlan) -> Event:
        """Change the plan; FixedByNow names what cannot be changed any more."""
        event = await self.get(guild_id, event_id)
        plan = _tidy(plan)
        begins = event.state in {EventState.DRAFT, EventState.SCHEDULED}
        check_plan(plan, now=self._clock(), begins=begins and plan.starts_at != event.starts_at)
        _require_apart(plan, event.gallery_channel_id)
        if plan.filters != event.filters:
            await self._require_filters(plan)
        with refusals():
            changed = await self._events.edit(event.id, plan)
        await self._servers.set_timezone(guild_id, plan.timezone)
        return self._rung(changed)

    # --- running it

    async def pause(self, guild_id: int, event_id: int) -> Event:
        """Take no orders until it is resumed; the clock runs on."""
        event = await self.get(guild_id, event_id)
        with refusals():
            return self._rung(await self._events.pause(event.id))

    async def resume(self, guild_id: int, event_id: int) -> Event:
        """Take orders again."""
        event = await self.get(guild_id, event_id)
        with refusals():
            return self._rung(await self._events.resume(event.id))

    async def end(self, guild_id: int, event_id: int) -> Event:
        """End it now, as if its time were over: report and winner follow."""
        event = await self.get(guild_id, event_id)
        with refusals():
            return self._rung(await self._events.close_now(event.id))

    async def cancel(self, guild_id: int, event_id: int) -> Event:
        """Call it off: what waits in the queue is cancelled and does not count."""
        event = await self.get(guild_id, event_id)
        with refusals():
            return self._rung(await self._events.cancel(event.id))

    # --- looking at it

    async def get(self, guild_id: int, event_id: int) -> Event:
        """Return an event of this server; raises EventUnknown."""
        event = await self._events.find(event_id)
        if event is None or event.guild_id != guild_id:
            raise EventUnknown
        return event

    async def find(self, guild_id: int, text: str) -> Event:
        """Return the event of this number or name, the newest of several; raises EventUnknown."""
        wanted = text.strip().removeprefix("#")
        if wanted.isdecimal() and len(wanted) < _MOST_DIGITS:
            return await self.get(guild_id, int(wanted))
        for event in await self.list(guild_id):
            if event.name.casefold() == wanted.casefold():
                return event
        raise EventUnknown

    async def list(self, guild_id: int) -> tuple[Event, ...]:
        """Return a server's events, those to come and under way first, then the newest."""
        found = await self._events.list_for_server(guild_id)
        return tuple(sorted(found, key=lambda event: event.state.is_over))

    async def suggest(self, guild_id: int, typed: str) -> tuple[Event, ...]:
        """Return events for what was typed so far."""
        wanted = typed.strip().casefold()
        found = [
            event
            for event in await self.list(guild_id)
            if wanted in event.name.casefold() or wanted == str(event.id)
        ]
        return tuple(found[:SUGGESTIONS])

    async def show(self, guild_id: int, event_id: int) -> Overview:
        """Return an event with its figures; raises EventUnknown."""
        event = await self.get(guild_id, event_id)
        return Overview(
            event=event,
            counts=await self._events.counts(event.id),
            filters=self.filters_of(event),
        )

    def filters_of(self, event: EventPlan) -> tuple[Filter, ...]:
        """Return the filters an event offers, as far as they are still there; no choice is all."""
        there = self._catalogue.filters
        if not event.filters:
            return there
        return tuple(each for each in there if str(each.id) in event.filters)

    async def _require_filters(self, plan: EventPlan) -> None:
        if plan.filters:
            there = {str(each.id) for each in await self._catalogue.offered()}
            if not there.issuperset(plan.filters):
                raise PlanRejected(PlanProblem.FILTER_UNKNOWN)

    def _rung(self, event: Event) -> Event:
        self._bell.ring()
        self._feed.changed(event.id)
        return event


def _as_it_is(event: Event | None, *, now: datetime) -> tuple[Understood, Understood]:
    """Give an event's times; where there is none yet: from now on, for some hours."""
    if event is None:
        return Understood(at=now), Understood(at=now + USUAL_LENGTH)
    return Understood(at=event.starts_at), Understood(at=event.ends_at)


def _require_apart(plan: EventPlan, gallery_channel_id: int | None) -> None:
    """Refuse to have pictures wait where they are shown: everybody would see them."""
    if gallery_channel_id is not None and plan.review_channel_id == gallery_channel_id:
        raise PlanRejected(PlanProblem.REVIEW_IN_GALLERY)


def _tidy(plan: EventPlan) -> EventPlan:
    """Take away spaces that nobody meant."""
    return replace(
        plan,
        name=" ".join(plan.name.split()),
        about=plan.about.strip(),
        prize=plan.prize.strip(),
        caption=" ".join(plan.caption.split()),
    )
