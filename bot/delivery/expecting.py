"""Which expected time a card shows: one that is rounded, and that does not wander. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

ROUND_SECONDS = 5
NEARLY = timedelta(seconds=10)  # a time that moved by no more is the same
NEARLY_PART = 0.25  # … or by no more than this part of what is left


def settle(
    shown: datetime | None, wanted: datetime | None, *, now: datetime, in_queue: bool
) -> datetime | None:
    """Choose between the time on the card and a newer one.

    A time that has passed stays for a job that was sent: that it takes longer than usual is true
    whatever is expected now.
    """
    if shown is None or wanted is None:
        return None if wanted is None else _rounded(wanted)
    if shown <= now:
        return _rounded(wanted) if in_queue and wanted - now > NEARLY else shown
    if abs(wanted - shown) <= max(NEARLY, (shown - now) * NEARLY_PART):
        return shown
    return _rounded(wanted)


def _rounded(moment: datetime) -> datetime:
    seconds = math.ceil(moment.timestamp() / ROUND_SECONDS) * ROUND_SECONDS
    return datetime.fromtimestamp(seconds, UTC)
