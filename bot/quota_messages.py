"""Every sentence about quotas and the rules behind them; pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.quota_errors import OnCooldown

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def duration(period: timedelta) -> str:
    """Write a period of whole seconds in the largest unit that it is a multiple of."""
    seconds = round(period.total_seconds())
    length, name = next(unit for unit in _UNITS if seconds % unit[0] == 0)
    count = seconds // length
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _moment(moment: datetime, style: str = "R") -> str:
    return f"<t:{int(moment.timestamp())}:{style}>"


def _on_cooldown(error: OnCooldown) -> str:
    return (
        f"This server asks everybody to wait {duration(error.cooldown)} between two pictures. You "
        f"can order the next one {_moment(error.ready_at)}."
    )


DESCRIPTIONS: dict[type[Exception], Callable[[Any], str]] = {
    OnCooldown: _on_cooldown,
}
