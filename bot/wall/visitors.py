"""Where visitors come from, and how often they may guess."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from aiohttp import web

WINDOW_SECONDS = 600.0
WRONG_PER_ADDRESS = 30  # within the window; a venue's guests share one address
WRONG_IN_ALL = 1000  # of 37 billion codes
_MOST_ADDRESSES = 10_000

Monotonic = Callable[[], float]


class WrongCodes:
    """Counts wrong codes by address and in all; who had too many waits."""

    def __init__(self, *, clock: Monotonic = time.monotonic) -> None:
        self._clock = clock
        self._in_all: deque[float] = deque()
        self._by_address: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Return after how many seconds another code may be tried; 0: now."""
        ours = self._by_address.get(address, deque())
        return max(
            self._until_fewer(ours, most=WRONG_PER_ADDRESS),
            self._until_fewer(self._in_all, most=WRONG_IN_ALL),
        )

    def note(self, address: str) -> None:
        """Count a wrong code."""
        now = self._clock()
        self._in_all.append(now)
        self._by_address.setdefault(address, deque(maxlen=WRONG_PER_ADDRESS)).append(now)
        self._by_address.move_to_end(address)
        if len(self._by_address) > _MOST_ADDRESSES:
            self._by_address.popitem(last=False)

    def _until_fewer(self, times: deque[float], *, most: int) -> float:
        now = self._clock()
        while times and now - times[0] >= WINDOW_SECONDS:
            times.popleft()
        return 0.0 if len(times) < most else WINDOW_SECONDS - (now - times[0])


def address_of(request: web.Request) -> str:
    """Tell whose request this is: behind a proxy on this machine or network, whom that names.

    Anybody can write the header, but only the entry that our proxy has added is read.
    """
    peer = request.remote or ""
    named = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return named if named and _is_near(peer) and _is_address(named) else peer


def _is_near(text: str) -> bool:
    return _is_address(text) and ipaddress.ip_address(text).is_private


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
