"""Room in memory, given out in bytes: many may want some at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Room:
    """So many bytes may be held at once; who finds too few waits, first come, first served."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._free = size
        self._first = asyncio.Lock()  # held by who waits longest
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def taken(self, wanted: int) -> AsyncGenerator[None]:
        """Hold so many bytes for the length of the block; never more than there are."""
        wanted = min(wanted, self._size)
        async with self._first:
            while self._free < wanted:
                self._freed.clear()
                await self._freed.wait()
            self._free -= wanted
        try:
            yield
        finally:
            self._free += wanted
            self._freed.set()
