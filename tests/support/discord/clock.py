"""Time as Discord's side sees it: real, but movable, and the ids made from it."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta

EPOCH_MS = 1_420_070_400_000
_SEQUENCE_BITS = 22


class Clock:
    """Real time plus what the test has advanced; also the source of snowflakes."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._sequence = itertools.count(1)

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), tz=UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        self._offset += by

    def snowflake(self) -> int:
        """A new id: ordered by creation, and telling when that was."""
        milliseconds = int(self.now().timestamp() * 1000) - EPOCH_MS
        return (milliseconds << _SEQUENCE_BITS) + next(self._sequence) % (1 << _SEQUENCE_BITS)
