"""Frames and logos on disk, each below its event's folder, where its pictures are as well."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from bot.services.events.artwork import Frame, Logo
from db.event_models import Event

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artwork:
    """What an event's pictures are dressed with."""

    frame: bytes | None = field(default=None, repr=False)
    logo: bytes | None = field(default=None, repr=False)
    caption: str = ""


class ArtworkStore:
    """The folder of all events; an event's own is named by its number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, event_id: int, artwork: Frame | Logo) -> str:
        """Write a checked file; returns the name for the event's row.

        Each has a name of its own, so that until the row names the new one the old one is used.
        """
        kind = "frame" if isinstance(artwork, Frame) else "logo"
        name = f"{kind}-{secrets.token_hex(8)}.png"
        await asyncio.to_thread(self._write, event_id, name, artwork.data)
        return name

    async def of(self, event: Event) -> Artwork:
        """Read what an event has; one that is gone from the disk is done without."""
        frame, logo = await asyncio.to_thread(
            lambda: tuple(self._read(event.id, name) for name in (event.frame, event.logo))
        )
        return Artwork(frame=frame, logo=logo, caption=event.caption)

    async def delete(self, event_id: int, name: str) -> None:
        """Delete one that the row names no more; it may be gone already."""
        await asyncio.to_thread(self._path(event_id, name).unlink, missing_ok=True)

    def _path(self, event_id: int, name: str) -> Path:
        return self._folder / str(event_id) / name

    def _write(self, event_id: int, name: str, data: bytes) -> None:
        path = self._path(event_id, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        try:
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise

    def _read(self, event_id: int, name: str | None) -> bytes | None:
        if name is None:
            return None
        try:
            return self._path(event_id, name).read_bytes()
        except FileNotFoundError:
            _log.error("Event %d: its %s is gone from the disk.", event_id, name.partition("-")[0])
            return None
