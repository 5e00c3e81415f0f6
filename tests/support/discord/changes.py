"""Waiting for something to become true, woken by every change of the world, with a deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Wakes everyone who waits for a condition, and keeps the transcript that explains a miss."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._start = time.monotonic()
        self._lines: list[str] = []

    def notify(self) -> None:
        event, self._event = self._event, asyncio.Event()
        event.set()

    def note(self, line: str) -> None:
        """Add a line to the transcript, and wake the waiting."""
        self._lines.append(f"{time.monotonic() - self._start:8.3f}  {line}")
        self.notify()

    def transcript(self) -> str:
        return "\n".join(self._lines) or "(nothing happened)"

    async def until(
        self, predicate: Callable[[], T], *, within: float, what: str = "the condition"
    ) -> T:
        """Return the predicate's first true value; AssertionError with the transcript if late."""
        value = await self.wait(predicate, within=within)
        if not value:
            raise AssertionError(
                f"{what} did not come true within {within} s. What happened:\n{self.transcript()}"
            )
        return value

    async def wait(self, predicate: Callable[[], T], *, within: float) -> T:
        """Return the predicate's first true value, or its last one when the time is over."""
        deadline = time.monotonic() + within
        while not (value := predicate()):
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    await self._event.wait()
            except TimeoutError:
                return predicate()
        return value
