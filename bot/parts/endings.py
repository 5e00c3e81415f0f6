"""What is made of a community event when it is over: its report, and all of it to take home."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from bot.services.events.charting import Charting
from bot.services.events.downloads import Downloads
from bot.services.events.exporting import Exporting
from bot.services.events.reporting import Reporting
from bot.settings import Settings
from db.event_pictures import EventPictureRepository


class Endings(NamedTuple):
    """Both of them."""

    reporting: Reporting
    exporting: Exporting


def set_up_endings(
    settings: Settings,
    *,
    pictures: EventPictureRepository,
    downloads: Downloads,
    clock: Callable[[], datetime],
) -> Endings:
    """Build them; exports lie in a folder of their own until their links expire."""
    reporting = Reporting(pictures=pictures, charting=Charting())
    exporting = Exporting(
        settings.data_dir / "exports",
        events=settings.data_dir / "events",
        pictures=pictures,
        reporting=reporting,
        downloads=downloads,
        least_free=settings.min_free_bytes,
        clock=clock,
    )
    exporting.clear()
    return Endings(reporting=reporting, exporting=exporting)
