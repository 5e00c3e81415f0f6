"""Open pages of walls: one channel for each wall that is looked at, and any number of listeners.

A change is rendered once, by the channel. A listener only knows which version it has sent; one that
is slow catches up with the latest changes, or is sent everything anew. So nothing grows with
listeners that do not listen.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.services.events.exhibition import Exhibition, event_of
from bot.services.events.feed import EventFeed, Watch
from bot.wall import rendering
from db.clock import Clock, utc_now
from db.errors import StorageUnavailable

MOST_LISTENERS = 1000
BEAT_EVERY = timedelta(seconds=10)  # pages that hear nothing for three of them connect anew
GATHER = timedelta(seconds=0.4)  # changes that come together are sent together
KEPT_CHANGES = 32  # for listeners that are behind

_log = logging.getLogger(__name__)


class NoSuchWall(Exception):
    """This key shows nothing."""


class TooManyListeners(Exception):
    """As many pages are open as this server is willing to serve."""


class _Channel:
    """A wall that somebody looks at."""

    def __init__(self, key: str, *, exhibition: Exhibition, feed: EventFeed, clock: Clock) -> None:
        self._key = key
        self._exhibition = exhibition
        self._clock = clock
        self._present: rendering.Rendered | None = None
        self._whole: bytes | None = None  # of the present version, once somebody needs it
        self._version = 0
        self._changes: deque[bytes] = deque(maxlen=KEPT_CHANGES)
        self._bell: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._gone = False
        self.over = False
        self.listeners = 0
        self.task = asyncio.create_task(self._run(feed), name="wall")

    async def _run(self, feed: EventFeed) -> None:
        """Follow the event until its wall is gone, or nobody looks any more."""
        try:
            async with feed.watch(event_of(self._key) or 0) as watch:
                while await self._look():
                    self._ring()
                    await self._pause(watch)
        finally:
            self.over = True
            self._ring()

    async def listen(self) -> AsyncGenerator[bytes]:
        """Give what a page is to be sent, from its beginning; raises NoSuchWall."""
        while self._present is None and not self.over:
            await asyncio.shield(self._bell)
        if self._present is None:
            raise NoSuchWall
        seen = -1 - KEPT_CHANGES  # further behind than changes are kept: all of it first
        while not self.over:
            bell, version = self._bell, self._version  # both may change while this is sent
            yield self._since(seen, present=self._present)
            seen = version
            if bell is self._bell:
                await asyncio.shield(bell)
        if self._gone:
            yield rendering.gone()

    def _since(self, seen: int, *, present: rendering.Rendered) -> bytes:
        missed, now = self._version - seen, rendering.beat(now=self._clock())
        if missed == 0:
            return now
        if missed <= len(self._changes):
            return b"".join(list(self._changes)[-missed:])
        if self._whole is None:
            self._whole = rendering.whole(present)
        return now + self._whole

    async def _look(self) -> bool:
        """Find out what is shown now; False: nothing any more."""
        try:
            exhibit = await self._exhibition.find(self._key)
        except StorageUnavailable:
            _log.warning("A wall cannot be read just now; it shows what it showed.")
            return True
        if exhibit is None:
            self._gone = True
            return False
        before, self._present = self._present, rendering.render(exhibit)
        change = rendering.difference(before, self._present) if before is not None else None
        if change is not None:
            self._whole = None
            self._version += 1
            self._changes.append(change)
        return True

    async def _pause(self, watch: Watch) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEAT_EVERY.total_seconds()):
                await watch.next()
                await asyncio.sleep(GATHER.total_seconds())

    def _ring(self) -> None:
        bell, self._bell = self._bell, asyncio.get_running_loop().create_future()
        bell.set_result(None)


class Streams:
    """All channels; each lives while somebody looks."""

    def __init__(self, *, exhibition: Exhibition, feed: EventFeed, clock: Clock = utc_now) -> None:
        self._exhibition = exhibition
        self._feed = feed
        self._clock = clock
        self._channels: dict[str, _Channel] = {}
        self._listeners = 0

    @asynccontextmanager
    async def listen(self, key: str) -> AsyncGenerator[AsyncGenerator[bytes]]:
        """Open a page's stream of messages; raises TooManyListeners, and from within NoSuchWall."""
        if self._listeners >= MOST_LISTENERS:
            raise TooManyListeners
        channel = self._join(key)
        self._listeners += 1
        messages = channel.listen()
        try:
            yield messages
        finally:
            await messages.aclose()
            self._listeners -= 1
            await self._leave(key, channel)

    async def close(self) -> None:
        """End all streams; pages connect to the next process by themselves."""
        tasks = [channel.task for channel in self._channels.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _join(self, key: str) -> _Channel:
        channel = self._channels.get(key)
        if channel is None or channel.over:
            channel = self._channels[key] = _Channel(
                key, exhibition=self._exhibition, feed=self._feed, clock=self._clock
            )
        channel.listeners += 1
        return channel

    async def _leave(self, key: str, channel: _Channel) -> None:
        channel.listeners -= 1
        if channel.listeners:
            return
        if self._channels.get(key) is channel:
            del self._channels[key]
        channel.task.cancel()
        await asyncio.wait((channel.task,))
