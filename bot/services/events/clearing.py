"""Deletes community events whose time to be kept is over, with their files, and old downloads."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections import Counter
from pathlib import Path

from bot.services.events.downloads import Downloads
from db.event_retention import EventRetentionRepository

EVENTS, DRAFTS = "community events", "drafts of events"
DOWNLOADS = "downloads"
EVENT_PICTURES, FOLDERS = "pictures of events", "folders of no event"
STRAY_SECONDS = 3600.0  # a folder without a row is older than that only if its row never comes

_log = logging.getLogger(__name__)


class EventClearing:
    """Looks after the folder of events: one folder each, named by its number."""

    def __init__(
        self, folder: Path, *, retention: EventRetentionRepository, downloads: Downloads
    ) -> None:
        self._folder = folder
        self._retention = retention
        self._downloads = downloads

    async def sweep(self) -> Counter[str]:
        """Delete what is due; tell what went. Files go first: a kill leaves a row to go on with."""
        done: Counter[str] = Counter()
        done[DRAFTS] += len(await self._retention.delete_old_drafts())
        for event_id in await self._retention.list_expired():
            if await self._delete_folder(self._folder / str(event_id)):
                done[EVENT_PICTURES] += await self._retention.delete(event_id)
                done[EVENTS] += 1
        done[DOWNLOADS] += await self._downloads.sweep()
        done[FOLDERS] += await self._delete_strays()
        return done

    async def _delete_strays(self) -> int:
        known = await self._retention.list_all()
        strays = await asyncio.to_thread(_strays, self._folder, known)
        return sum([await self._delete_folder(path) for path in strays])

    async def _delete_folder(self, path: Path) -> bool:
        try:
            await asyncio.to_thread(_remove, path)
        except OSError as error:  # one folder that stays must not keep the others
            _log.error("The files of event %s cannot be deleted: %s", path.name, error)
            return False
        return True


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _strays(folder: Path, known: frozenset[int]) -> list[Path]:
    """List folders of events that are not there, but leave alone what was just made."""
    if not folder.is_dir():
        return []
    oldest_left = time.time() - STRAY_SECONDS
    return [
        path
        for path in folder.iterdir()
        if path.name.isdecimal()
        and path.is_dir()
        and int(path.name) not in known
        and path.stat().st_mtime < oldest_left
    ]
