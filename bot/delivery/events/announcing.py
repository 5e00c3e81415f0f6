"""Posts what is said of events, each once, and keeps their panels true.

What is to be said stands in the database. Before anything is posted, the channel is looked through
for it: an earlier process may have posted it and been killed before it could note so, or a copy of
the database was put back that does not know of it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import discord

from bot.delivery.events.noticeboard import Noticeboard
from bot.delivery.events.panels import Panels
from bot.delivery.events.posts import EventPosts, has_mark, mark, mark_of
from bot.delivery.events.telling import Teller
from bot.delivery.reasons import PlaceRefused
from bot.services.delivery import DeliveryPostponed, Posted
from bot.services.events.bell import Bell
from bot.services.events.showing import Trouble
from db.errors import EventNotFound, StorageError
from db.event_models import Event, EventNotice, EventState, NoticeKind
from db.event_times import warn_at
from db.events import EventRepository
from db.notices import NoticeRepository

LOOK_SECONDS = 5.0
FIRST_PAUSE = timedelta(seconds=2)  # before Discord is tried again; doubles
LONGEST_PAUSE = timedelta(minutes=1)
_MOST_DOUBLINGS = 5

_log = logging.getLogger(__name__)


class Announcer:
    """A sibling of the conductor: `run` beside it, `turn` in tests."""

    def __init__(
        self,
        *,
        client: discord.Client,
        events: EventRepository,
        posts: EventPosts,
        teller: Teller,
        marks: NoticeRepository,
        bell: Bell,
        clock: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._posts = posts
        self._teller = teller
        self._marks = marks
        self._bell = bell
        self._clock = clock
        self._board = Noticeboard(client)
        self._panels = Panels(events=events, posts=posts, board=self._board, clock=clock)
        self._failures: defaultdict[int, int] = defaultdict(int)  # in a row, by event
        self._not_before: dict[int, datetime] = {}

    async def run(self) -> None:
        """Post what there is until cancelled."""
        while True:
            try:
                await self.turn()
            except StorageError as error:
                _log.error("What is to be said of events cannot be read: %s", error)
            except Exception:  # noqa: BLE001 - tried again in a moment
                _log.exception("Something of an event could not be posted; it is tried again.")
            await self._bell.wait(LOOK_SECONDS)

    async def turn(self) -> None:
        """Post everything that is due, one event beside the other."""
        by_event: defaultdict[int, list[EventNotice]] = defaultdict(list)
        for notice in await self._events.list_unposted_notices():
            by_event[notice.event_id].append(notice)
        for event in await self._events.list_under_way():
            by_event.setdefault(event.id, [])
        looked_after = await asyncio.gather(
            *(self._look_after(*each) for each in by_event.items()), return_exceptions=True
        )
        for error in looked_after:  # once all have ended: turns must not overlap
            if error is not None:
                raise error

    async def _look_after(self, event_id: int, notices: Sequence[EventNotice]) -> None:
        not_before = self._not_before.get(event_id)
        if not_before is not None and self._clock() < not_before:
            return
        try:
            for notice in notices:
                await self._say(await self._events.get(event_id), notice.kind)
            await self._panels.keep_true(await self._events.get(event_id))
        except DeliveryPostponed as error:
            self._put_off(event_id, error)
        except EventNotFound:  # deleted at this moment
            return
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - one event must not keep the others
            _log.exception("Event %d: something could not be posted.", event_id)
            self._put_off(event_id, "a bug")
        else:
            self._failures.pop(event_id, None)
            self._not_before.pop(event_id, None)

    async def _say(self, event: Event, kind: NoticeKind) -> None:
        if event.state in {EventState.CLOSED, EventState.CANCELLED}:
            await self._panels.keep_true(event, at_once=True)  # nobody steps in after this
        try:
            posted = await self._post(event, kind)
        except PlaceRefused as refused:
            _log.warning("Event %d: %s cannot be posted: %s", event.id, kind, refused)
            posted = None
            if await self._marks.say_once(f"event {event.id} says nothing"):
                await self._teller.report(event, Trouble.NOTICES)
        await self._events.record_posted(
            event.id,
            kind,
            channel_id=posted.channel_id if posted else None,
            message_id=posted.message_id if posted else None,
        )

    async def _post(self, event: Event, kind: NoticeKind) -> Posted | None:
        number = mark_of(event.id, kind)
        found = await self._board.find(
            event.channel_id, lambda message: has_mark(message, number), since=_since(event, kind)
        )
        if found is not None:
            return found
        post = await self._posts.notice(event, kind)
        if post is None:
            return None
        mark(post.view, number)
        return await self._board.post(event.channel_id, post, nonce=f"event-{number}")

    def _put_off(self, event_id: int, why: object) -> None:
        failures = min(self._failures[event_id], _MOST_DOUBLINGS)
        self._failures[event_id] += 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**failures)
        self._not_before[event_id] = self._clock() + pause
        _log.warning("Event %d: what is to be posted has to wait: %s", event_id, why)


def _since(event: Event, kind: NoticeKind) -> datetime:
    """Say since when a notice may have been posted, by whatever process."""
    match kind:
        case NoticeKind.ANNOUNCED | NoticeKind.CANCELLED:
            return event.created_at
        case NoticeKind.TIME_WARNING:
            return min(warn_at(event), event.ends_at)
        case _:
            return event.starts_at
