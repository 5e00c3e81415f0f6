"""What the wall of an event shows, for whoever has its key.

A key is the event's number and a secret. So the event is found by its number, and the secret is
compared in a time that says nothing about it.
"""

from __future__ import annotations

import hmac
import re
from pathlib import Path

from db.walls import Exhibit, ShownPicture, WallRepository

__all__ = ["Exhibit", "Exhibition", "ShownPicture", "alt_text"]

_KEY = re.compile(r"(?P<event>[1-9][0-9]{0,14})-[A-Za-z0-9_-]{22,86}", re.ASCII)


class Exhibition:
    """Opens what is behind a wall's key."""

    def __init__(self, walls: WallRepository, *, folder: Path) -> None:
        self._walls = walls
        self._folder = folder  # of all events; each has one named by its number below it

    async def find(self, key: str) -> Exhibit | None:
        """Return what this key shows; None if it shows nothing, for whatever reason."""
        event_id = event_of(key)
        if event_id is None:
            return None
        exhibit = await self._walls.find(event_id)
        return exhibit if exhibit is not None and _is(exhibit.wall_key, key) else None

    async def find_file(self, key: str, picture_id: int) -> Path | None:
        """Return the file of a picture that this key shows at this moment."""
        event_id = event_of(key)
        if event_id is None:
            return None
        found = await self._walls.find_file(event_id, picture_id)
        if found is None or not _is(found[0], key):
            return None
        return self._folder / str(event_id) / found[1]


def event_of(key: str) -> int | None:
    """Tell whose key this would be; None if it is not a key at all."""
    read = _KEY.fullmatch(key)
    return None if read is None else int(read["event"])


def alt_text(picture: ShownPicture) -> str:
    """Describe a picture for those who do not see it."""
    described = f"A guest's picture with the filter {picture.filter_name}"
    return f"{described}: {picture.caption}" if picture.caption else described


def _is(stored: str | None, key: str) -> bool:
    return stored is not None and hmac.compare_digest(stored.encode(), key.encode())
