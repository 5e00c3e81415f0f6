"""The present time; a parameter wherever it matters, so that tests can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Tell the time as an aware UTC datetime."""
    return datetime.now(UTC)
