"""Orders that wait for their member's consent: in memory, few, and for minutes only."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

LIFE_SECONDS = 600.0
MOST = 500  # the oldest are forgotten first; their members type the command again

Resume = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Pending:
    resume: Resume
    until: float


class PendingOrders:
    """What each member was about to do when they were asked to agree; one order each."""

    def __init__(self) -> None:
        self._orders: dict[int, _Pending] = {}

    def put(self, user_id: int, resume: Resume) -> None:
        """Remember how to go on, in place of what was remembered before."""
        self._orders.pop(user_id, None)
        self._orders[user_id] = _Pending(resume, time.monotonic() + LIFE_SECONDS)
        while len(self._orders) > MOST:
            del self._orders[next(iter(self._orders))]

    def take(self, user_id: int) -> Resume | None:
        """Return how to go on, once; None if nothing waits or its time is over."""
        pending = self._orders.pop(user_id, None)
        if pending is None or pending.until < time.monotonic():
            return None
        return pending.resume
