"""Turns: of many that belong together only a few at the same time, in the order they came."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Turns:
    """At most `at_once` for each key; keys do not wait for each other."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._places: dict[int, asyncio.Semaphore] = {}
        self._users: dict[int, int] = {}

    @asynccontextmanager
    async def taken(self, key: int) -> AsyncGenerator[None]:
        """Wait for a place among those of this key, and hold it for the length of the block."""
        places = self._places.setdefault(key, asyncio.Semaphore(self._at_once))
        self._users[key] = self._users.get(key, 0) + 1
        try:
            async with places:
                yield
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._places[key]
