"""How many status calls may be open at once, and who of more than that gets the next place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Place:
    """The right to one open call; `given_up` once others waited and its time was over."""

    def __init__(self, *, longest: float, shared: float) -> None:
        self._started = asyncio.get_running_loop().time()
        self._shared = self._started + shared
        self.given_up = False
        self.timeout = asyncio.timeout_at(self._started + longest)

    def share(self) -> None:
        """End the wait for an answer soon: others want the place."""
        ends = self.timeout.when()
        if ends is not None and ends > self._shared:
            self.timeout.reschedule(self._shared)
            self.given_up = True

    def keep(self) -> None:
        """Note that the answer has begun."""
        self.timeout.reschedule(None)
        self.given_up = False


class Places:
    """A fixed number of places, given in the order they were asked for.

    A call may be held open until its job ends, but only while nobody waits: then its place is
    taken away after `shared` seconds, so that every job is asked about in turn.
    """

    def __init__(self, number: int, *, longest: float, shared: float) -> None:
        self._free = asyncio.Semaphore(number)
        self._longest = longest
        self._shared = shared
        self._waiting = 0
        self._taken: set[Place] = set()

    @asynccontextmanager
    async def taken(self, *, within: float | None = None) -> AsyncGenerator[Place]:
        """Hold a place, once there is one; TimeoutError if no answer has begun in its time.

        `within`: a shorter time, in seconds, which also begins with having the place.
        """
        await self._wait()
        longest = self._longest if within is None else min(within, self._longest)
        place = Place(longest=longest, shared=self._shared)
        self._taken.add(place)
        try:
            async with place.timeout:
                if self._waiting:
                    place.share()
                yield place
        finally:
            self._taken.discard(place)
            self._free.release()

    async def _wait(self) -> None:
        self._waiting += 1
        try:
            if self._waiting == 1 and self._free.locked():
                for place in self._taken:
                    place.share()
            await self._free.acquire()
        finally:
            self._waiting -= 1
