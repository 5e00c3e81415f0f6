"""Room on the disk: new orders are refused while there is still enough for those accepted."""

from __future__ import annotations

import asyncio
import logging
import shutil
from pathlib import Path

from bot.errors import BoothClosed, ClosedReason

_MEBIBYTE = 1024 * 1024

_log = logging.getLogger(__name__)


class Disk:
    """Watches the disks that photos, pictures and the database are on."""

    def __init__(self, *folders: Path, least_free: int) -> None:
        self._folders = folders
        self._least_free = least_free
        self._is_tight = False

    async def require(self) -> None:
        """Raise BoothClosed if less is free than is kept for jobs under way."""
        folder, free = await asyncio.to_thread(self._fullest)
        is_tight = free < self._least_free
        if is_tight and not self._is_tight:
            _log.critical(
                "Orders are refused: %d MB are free where %s is, and MIN_FREE_MB is %d; make room.",
                free // _MEBIBYTE,
                folder,
                self._least_free // _MEBIBYTE,
            )
        elif self._is_tight and not is_tight:
            _log.warning("There is room on the disk again: orders are taken.")
        self._is_tight = is_tight
        if is_tight:
            raise BoothClosed(ClosedReason.DISK_FULL)

    def _fullest(self) -> tuple[Path, int]:
        free = ((folder, shutil.disk_usage(folder).free) for folder in self._folders)
        return min(free, key=lambda each: each[1])
