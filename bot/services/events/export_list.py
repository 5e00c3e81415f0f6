"""What an export holds, in order, and how it is shared out to parts. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from db.event_models import EventPicture, PictureState
from db.members import NOBODY

FOLDER = "pictures"
ALLOWANCE = 1024  # bytes that the ZIP says of each file, and the pages beside them
PAGES = 300 * 1024  # bytes that all pages together may take
_LONGEST_SLUG = 40
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One picture of an export; `name` is that of its file below the ZIP's folder of pictures."""

    number: int
    name: str
    path: Path
    size: int
    filter_name: str
    caption: str
    votes: int
    guest: int | None  # a number in this export only, not Discord's; None: erased
    made_at: datetime
    state: PictureState
    width: int
    height: int

    @property
    def file(self) -> str:
        """Where it lies in the ZIP."""
        return f"{FOLDER}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """All entries, the oldest first; `missing`: files that are gone from the disk."""

    entries: tuple[Entry, ...]
    missing: int


def list_entries(pictures: Iterable[EventPicture], folder: Path) -> Listing:
    """Look for the files of an event's pictures below its folder, and number them."""
    guests: dict[int, int] = {}
    entries, missing = [], 0
    for number, picture in enumerate(sorted(pictures, key=lambda each: each.id), start=1):
        path = folder / picture.file
        try:
            size = path.stat().st_size
        except OSError:
            missing += 1
            continue
        guest = None
        if picture.user_id != NOBODY:
            guest = guests.setdefault(picture.user_id, len(guests) + 1)
        entries.append(
            Entry(
                number=number,
                name=f"{number:04}-{_slug(picture.filter_name)}{path.suffix}",
                path=path,
                size=size,
                filter_name=picture.filter_name,
                caption=picture.caption,
                votes=picture.votes,
                guest=guest,
                made_at=picture.created_at,
                state=picture.state,
                width=picture.width,
                height=picture.height,
            )
        )
    return Listing(entries=tuple(entries), missing=missing)


def share_out(entries: Sequence[Entry], limit: int) -> tuple[tuple[Entry, ...], ...]:
    """Split entries into parts whose ZIPs stay below a limit.

    A picture that is larger than any part has a part of its own, which is then too large.
    """
    parts: list[list[Entry]] = []
    room = 0
    for entry in entries:
        needed = entry.size + ALLOWANCE
        if not parts or needed > room:
            parts.append([])
            room = limit - PAGES
        parts[-1].append(entry)
        room -= needed
    return tuple(tuple(part) for part in parts)


def safe_name(text: str, *, otherwise: str) -> str:
    """Turn words into a file name that every system takes."""
    return _slug(text) if _slug(text) != "picture" else otherwise


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_PLAIN.sub("-", plain).strip("-")[:_LONGEST_SLUG].strip("-") or "picture"
