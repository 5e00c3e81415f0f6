"""What a guest of a community event is asked when they step in; knows no Discord."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import FilterGone
from bot.services.catalogue import Catalogue
from bot.services.events.refusals import refusals
from db.event_models import Event
from db.events import EventRepository
from faceswap.models import Filter

MOST_FILTERS = 25  # of a select


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """An event that a guest may order in, and the filters there are to choose from."""

    event: Event
    filters: tuple[Filter, ...]


class Guests:
    """Lets guests in."""

    def __init__(self, *, events: EventRepository, catalogue: Catalogue) -> None:
        self._events = events
        self._catalogue = catalogue

    async def enter(self, event_id: int, user_id: int) -> Entrance:
        """Return what a guest can choose; raises EventUnknown, NotOpenNow, BlockedFromEvent.

        FilterGone: none of the event's filters is left.
        """
        with refusals():
            event = await self._events.require_open(event_id, user_id)
        offered = await self._catalogue.offered()
        chosen = [each for each in offered if not event.filters or str(each.id) in event.filters]
        if not chosen:
            raise FilterGone
        return Entrance(event=event, filters=tuple(chosen[:MOST_FILTERS]))

    async def enter_with(self, event_id: int, user_id: int, filter_id: str) -> tuple[Event, Filter]:
        """Return the event and the filter that a form sent in names; raises as `enter`."""
        entrance = await self.enter(event_id, user_id)
        for each in entrance.filters:
            if str(each.id) == filter_id:
                return entrance.event, each
        raise FilterGone
