"""The files of community events: each event has a folder of its own, named by its number.

A picture is named after its job, so that a kill between file and row loses and doubles nothing.
Frames and logos lie beside the pictures, under names that are no numbers.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Set as AbstractSet
from pathlib import Path

from bot.services.sizes import Sized, fit

_PICTURE = re.compile(r"[0-9]+\.[a-z]+")
_EVENT = re.compile(r"[0-9]+")
_ENCODED_AT_ONCE = 2


class EventStore:
    """The folder of all events."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._encoding = asyncio.Semaphore(_ENCODED_AT_ONCE)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # nobody else on this machine is to see guests' pictures

    @property
    def folder(self) -> Path:
        return self._folder

    def path(self, event_id: int, name: str) -> Path:
        return self._folder / str(event_id) / name

    async def keep(self, event_id: int, job_id: int, data: bytes, *, suffix: str) -> str:
        """Keep the picture that a job made; returns its name. A second time replaces it."""
        name = f"{job_id}{suffix}"
        await asyncio.to_thread(self._keep, self.path(event_id, name), data)
        return name

    async def within(self, event_id: int, name: str, limit: int) -> Sized:
        """Return a picture in at most `limit` bytes; OSError when it is gone."""
        path = self.path(event_id, name)
        if (await asyncio.to_thread(path.stat)).st_size <= limit:
            return Sized(suffix=path.suffix, whole=True, content=path)
        async with self._encoding:
            return await asyncio.to_thread(lambda: fit(path.read_bytes(), limit=limit))

    async def delete(self, event_id: int, name: str) -> None:
        """Delete a picture, and what was made of it; it may be gone already."""
        await asyncio.to_thread(self._delete, self.path(event_id, name))

    async def delete_all_but(
        self, wanted: AbstractSet[tuple[int, str]], *, untouched_for: float
    ) -> int:
        """Delete pictures that may not be seen any more and are so many seconds old; count them."""
        return await asyncio.to_thread(self._delete_all_but, wanted, time.time() - untouched_for)

    def _keep(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def _delete(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        for smaller in path.parent.glob(f"*/{path.stem}-*"):  # for the wall
            smaller.unlink(missing_ok=True)

    def _delete_all_but(self, wanted: AbstractSet[tuple[int, str]], oldest: float) -> int:
        strays = [
            path
            for folder in self._folder.iterdir()
            if _EVENT.fullmatch(folder.name)
            for path in folder.iterdir()
            if _PICTURE.fullmatch(path.name)
            and (int(folder.name), path.name) not in wanted
            and path.stat().st_mtime <= oldest
        ]
        for path in strays:
            self._delete(path)
        return len(strays)
