"""What the wall of an event shows, for whoever has its key.

A key is the event's number and a secret. So the event is found by its number, and the secret is
compared in a time that says nothing about it.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from pathlib import Path

from db.errors import PictureNotFound
from db.event_models import Event, EventPicture, EventState, PictureState
from db.event_pictures import EventPictureRepository
from db.events import EventRepository

MOST_SHOWN = 1000  # the newest: a page that is open for hours must not grow for ever

_KEY = re.compile(r"(?P<event>[1-9][0-9]{0,14})-[A-Za-z0-9_-]{22,86}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """An event as its wall shows it."""

    event: Event
    count: int  # approved pictures in all
    pictures: tuple[EventPicture, ...]  # newest first; none of a cancelled event
    winner: EventPicture | None  # None: not closed yet, or nobody voted


class Exhibition:
    """Opens what is behind a wall's key."""

    def __init__(
        self, *, events: EventRepository, pictures: EventPictureRepository, folder: Path
    ) -> None:
        self._events = events
        self._pictures = pictures
        self._folder = folder  # of all events; each has one named by its number below it

    async def find(self, key: str) -> Exhibit | None:
        """Return what this key shows; None if it shows nothing, for whatever reason."""
        event = await self._find_event(key)
        if event is None:
            return None
        if event.state is EventState.CANCELLED:
            return Exhibit(event=event, count=0, pictures=(), winner=None)
        is_decided = event.state is EventState.CLOSED
        return Exhibit(
            event=event,
            count=(await self._events.counts(event.id)).pictures,
            pictures=await self._pictures.list_approved(event.id, limit=MOST_SHOWN),
            winner=await self._pictures.winner(event.id) if is_decided else None,
        )

    async def find_file(self, key: str, picture_id: int) -> Path | None:
        """Return the file of a picture that this key shows at this moment."""
        event = await self._find_event(key)
        if event is None or event.state is EventState.CANCELLED:
            return None
        try:
            picture = await self._pictures.get(picture_id)
        except PictureNotFound:
            return None
        is_shown = picture.event_id == event.id and picture.state is PictureState.APPROVED
        return self._folder / str(event.id) / picture.file if is_shown else None

    async def _find_event(self, key: str) -> Event | None:
        event_id = event_of(key)
        event = None if event_id is None else await self._events.find(event_id)
        if event is None or event.wall_key is None:
            return None
        is_right = hmac.compare_digest(event.wall_key.encode(), key.encode())
        return event if is_right else None


def event_of(key: str) -> int | None:
    """Tell whose key this would be; None if it is not a key at all."""
    read = _KEY.fullmatch(key)
    return None if read is None else int(read["event"])


def alt_text(picture: EventPicture) -> str:
    """Describe a picture for those who do not see it."""
    described = f"A guest's picture with the filter {picture.filter_name}"
    return f"{described}: {picture.caption}" if picture.caption else described
