"""Wakes who sleeps until something is due: rung when something may be due sooner."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung by many, heard by one; a ring while nobody waits is kept.

    Bells that others listen to may hang on it: they ring with it.
    """

    def __init__(self, *others: Bell) -> None:
        self._rung = asyncio.Event()
        self._others = others

    def ring(self) -> None:
        self._rung.set()
        for other in self._others:
            other.ring()

    async def wait(self, seconds: float) -> None:
        """Return when it rings, or after so many seconds."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()
