"""How long files stay on disk, as the settings say."""

from __future__ import annotations

from bot.settings import Settings
from db.transitions import Periods


def periods_of(settings: Settings) -> Periods:
    """Return what the transitions of jobs need to know."""
    return Periods(
        short_time=settings.photo_keep,
        undelivered=settings.undelivered_keep,
        originals=settings.original_keep,
    )
