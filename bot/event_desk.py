"""`faceswap-bot event`: what the operator does with community events, beside a running bot."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.event_errors import ExportProblem, ExportRefused
from bot.exits import CommandFailed
from bot.services.events.charting import Charting
from bot.services.events.downloads import Downloads
from bot.services.events.exporting import Exporting
from bot.services.events.reporting import Reporting
from bot.settings import Settings
from db.database import Database
from db.errors import EventNotFound
from db.event_pictures import EventPictureRepository
from db.events import EventRepository

_WHY = {
    ExportProblem.NO_PICTURES: "it has no pictures that are kept and approved",
    ExportProblem.DISK_FULL: "there is too little room on the disk (MIN_FREE_MB is kept free)",
}


async def export_event(settings: Settings, event_id: int, path: Path, *, with_waiting: bool) -> str:
    """Write an event's pictures into a ZIP; returns what was done."""
    if await asyncio.to_thread(path.exists):
        raise CommandFailed(f"{path} exists already; name a new file")
    async with Database.open(settings.database_url, exclusive=False) as database:
        pictures = EventPictureRepository(database)
        exporting = Exporting(
            settings.data_dir / "exports",
            events=settings.data_dir / "events",
            pictures=pictures,
            reporting=Reporting(pictures=pictures, charting=Charting()),
            downloads=Downloads(settings.data_dir / "downloads", base_url=None),
            least_free=settings.min_free_bytes,
        )
        try:
            event = await EventRepository(database).get(event_id)
            count = await exporting.write(event, path, with_waiting=with_waiting)
        except EventNotFound:
            raise CommandFailed(f"there is no event {event_id}") from None
        except ExportRefused as error:
            why = _WHY.get(error.problem, str(error))
            raise CommandFailed(f"event {event_id} cannot be exported: {why}") from None
        except OSError as error:
            raise CommandFailed(f"{path} cannot be written: {error.strerror}") from error
    return f"{path}: {count} {'picture' if count == 1 else 'pictures'} of event {event_id}"
