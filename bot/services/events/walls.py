"""Opens, renews and revokes the wall of an event: its key, and the short code that leads to it."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

from bot.errors import NoWall
from bot.services.events.feed import EventFeed
from db.events import EventRepository

KEY_BYTES = 24
# Nothing that is taken for another from afar, such as 0 and O, and no vowels: they make words.
CODE_LETTERS = "CDFGHJKMNPRTVWXYZ3479"
CODE_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WallLink:
    """How a wall is reached; whoever has the link or the code sees the pictures."""

    url: str = field(repr=False)
    join_url: str = field(repr=False)  # what the QR code on the wall holds
    code: str = field(repr=False)


class Walls:
    """The walls of all events; `base_url` is where their server is reached, None: nowhere."""

    def __init__(self, events: EventRepository, *, feed: EventFeed, base_url: str | None) -> None:
        self._events = events
        self._one_at_a_time = asyncio.Lock()  # of two who open a wall both are to have a link
        self._feed = feed
        self._base_url = base_url

    @property
    def is_available(self) -> bool:
        """Say whether there are walls at all; otherwise `open` and `renew` raise NoWall."""
        return self._base_url is not None

    async def open(self, event_id: int) -> WallLink:
        """Return the wall of an event, made if it has none. Raises NoWall, EventNotFound."""
        async with self._one_at_a_time:
            event = await self._events.get(event_id)
            if event.wall_key is not None and event.join_code is not None:
                return self._link(event.wall_key, event.join_code)
            return await self._give(event_id)

    async def renew(self, event_id: int) -> WallLink:
        """Give the wall of an event another link and code; pages that are open go dark."""
        async with self._one_at_a_time:
            return await self._give(event_id)

    async def revoke(self, event_id: int) -> bool:
        """Close the wall of an event and all pages of it; False if it had none."""
        async with self._one_at_a_time:
            was_open = (await self._events.get(event_id)).wall_key is not None
            await self._events.set_wall(event_id, None, None)
        self._feed.changed(event_id)
        return was_open

    async def find_key(self, typed: str) -> str | None:
        """Return the key of the wall whose code somebody typed."""
        code = read_code(typed)
        event = None if code is None else await self._events.find_by_join_code(code)
        return None if event is None else event.wall_key

    async def _give(self, event_id: int) -> WallLink:
        key, code = f"{event_id}-{secrets.token_urlsafe(KEY_BYTES)}", _new_code()
        while await self._events.find_by_join_code(code) is not None:
            code = _new_code()
        link = self._link(key, code)
        await self._events.set_wall(event_id, key, code)
        self._feed.changed(event_id)
        return link

    def _link(self, key: str, code: str) -> WallLink:
        if self._base_url is None:
            raise NoWall
        return WallLink(
            url=f"{self._base_url}/w/{key}",
            join_url=f"{self._base_url}/j/{code}",
            code=spell(code),
        )


def spell(code: str) -> str:
    """Write a code as people read and type it: in two halves."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def read_code(typed: str) -> str | None:
    """Read a code as somebody typed it, in any case, with or without the hyphen."""
    code = "".join(letter for letter in typed.upper() if letter not in " -")
    is_code = len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS)
    return code if is_code else None


def _new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
