"""Conducts community events by the clock: opens, warns and closes each of them, once.

All that it knows is in the database; `turn` does what is due at this moment, however late it is.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.services.events.bell import Bell
from bot.services.events.feed import EventFeed
from db.errors import StorageUnavailable
from db.event_models import Event, EventState
from db.event_retention import EventRetentionRepository
from db.event_times import was_missed
from db.events import EventRepository

LONGEST_SLEEP = 30.0  # seconds; the clock of the machine may be set, or have stood still
RETURNS_EVERY = timedelta(minutes=1)
FAILED_SLEEP = 1.0  # after a step that was due and could not be taken
WATCHFUL_SLEEP = 2.0  # while jobs are waited for, or a pot may run out

_log = logging.getLogger(__name__)


class Conductor:
    """A sibling of the worker: `run` beside it, `turn` in tests."""

    def __init__(
        self,
        *,
        events: EventRepository,
        retention: EventRetentionRepository,
        feed: EventFeed,
        bell: Bell,
        news: Bell,
        clock: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._retention = retention
        self._feed = feed
        self._bell = bell  # rung when an organiser has changed something
        self._news = news  # to be rung when there is something to post
        self._clock = clock
        self._seen: dict[int, Event] = {}
        self._returns_at = clock()

    async def run(self) -> None:
        """Take turns until cancelled."""
        while True:
            try:
                due_at = await self.turn()
            except StorageUnavailable as error:
                _log.error("Events cannot be looked after: %s", error)
                due_at = None
            except Exception:  # noqa: BLE001 - tried again in a moment
                _log.exception("Looking after events failed; it is tried again.")
                due_at = None
            await self._bell.wait(self._pause(due_at))

    async def turn(self) -> datetime | None:
        """Do everything that is due by now; tell when the clock makes something due next."""
        for event in await self._events.list_due():
            await self._advance(event)
        while cancelled := await self._retention.cancel_queued():
            _log.info("%d queued jobs of cancelled events were cancelled.", cancelled)
        await self._return_unused()
        await self._tell_of_changes()
        return await self._events.due_at()

    async def _advance(self, event: Event) -> None:
        try:
            _log_step(event, await self._events.advance(event.id))
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - one event must not keep the others
            _log.exception("A step of event %d failed; it is tried again.", event.id)
        else:
            self._news.ring()

    async def _return_unused(self) -> None:
        if self._clock() < self._returns_at:
            return
        self._returns_at = self._clock() + RETURNS_EVERY
        if returned := await self._retention.return_unused():
            _log.info("%d credits that events left over are back in their servers' pots.", returned)

    async def _tell_of_changes(self) -> None:
        """Let who shows an event know that it is not what it was."""
        now = {event.id: event for event in await self._events.list_under_way()}
        changed = {
            event_id
            for event_id in self._seen.keys() | now.keys()
            if self._seen.get(event_id) != now.get(event_id)
        }
        self._seen = now
        for event_id in changed:
            self._feed.changed(event_id)
        if changed:
            self._news.ring()

    def _pause(self, due_at: datetime | None) -> float:
        longest = (
            WATCHFUL_SLEEP if any(map(_needs_watching, self._seen.values())) else LONGEST_SLEEP
        )
        if due_at is None:
            return longest
        left = (due_at - self._clock()).total_seconds()
        return min(longest, left) if left > 0 else FAILED_SLEEP


def _needs_watching(event: Event) -> bool:
    has_pot = event.state is EventState.OPEN and event.pot is not None
    return has_pot or event.state is EventState.CLOSING


def _log_step(before: Event, after: Event) -> None:
    """Say in the log what an event has become; its name is its organiser's."""
    if before.state is after.state:
        return
    missed = " The bot was away over its whole time." if was_missed(after) else ""
    _log.info("Event %d: %s, was %s.%s", after.id, after.state, before.state, missed)
