"""How moments are written so that everybody reads them in their own time."""

from __future__ import annotations

from datetime import datetime


def timestamp(moment: datetime, style: str = "R") -> str:
    """Write a moment for Discord, which shows it in the reader's own time."""
    return f"<t:{int(moment.timestamp())}:{style}>"
