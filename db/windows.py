"""Where a limit's window begins and ends, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from db.models import Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGER_THAN_A_MONTH = timedelta(days=32)


def window_start(window: Window, now: datetime) -> datetime:
    """Tell when the window that contains `now` began."""
    now = now.astimezone(UTC)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case Window.HOUR:
            return midnight.replace(hour=now.hour)
        case Window.DAY:
            return midnight
        case Window.WEEK:
            return midnight - timedelta(days=now.weekday())
        case Window.MONTH:
            return midnight.replace(day=1)
        case Window.EVENT | Window.TOTAL:
            return EPOCH


def window_end(window: Window, now: datetime) -> datetime | None:
    """Tell when the window that contains `now` ends; None if never, or when an event does."""
    start = window_start(window, now)
    match window:
        case Window.HOUR:
            return start + timedelta(hours=1)
        case Window.DAY:
            return start + timedelta(days=1)
        case Window.WEEK:
            return start + timedelta(weeks=1)
        case Window.MONTH:
            return (start + _LONGER_THAN_A_MONTH).replace(day=1)
        case Window.EVENT | Window.TOTAL:
            return None
