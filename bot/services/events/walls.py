"""Opens, renews and revokes the wall of an event: its key, and the short code that leads to it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

from bot.errors import NoWall
from bot.services.events.feed import EventFeed
from db.walls import WallKey, WallRepository

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

    def __init__(self, walls: WallRepository, *, feed: EventFeed, base_url: str | None) -> None:
        self._walls = walls
        self._feed = feed
        self._base_url = base_url

    @property
    def is_available(self) -> bool:
        """Say whether there are walls at all; otherwise `open` and `renew` raise NoWall."""
        return self._base_url is not None

    async def open(self, event_id: int) -> WallLink:
        """Return the wall of an event, made if it has none."""
        return await self._link(event_id, self._walls.open)

    async def renew(self, event_id: int) -> WallLink:
        """Give the wall of an event another link and code; pages that are open go dark."""
        return await self._link(event_id, self._walls.renew)

    async def revoke(self, event_id: int) -> bool:
        """Close the wall of an event and all pages of it; False if it had none."""
        was_open = await self._walls.revoke(event_id)
        self._feed.changed(event_id)
        return was_open

    async def find_key(self, typed: str) -> str | None:
        """Return the key of the wall whose code somebody typed."""
        code = read_code(typed)
        return None if code is None else await self._walls.find_by_code(code)

    async def _link(self, event_id: int, give: _Give) -> WallLink:
        if self._base_url is None:
            raise NoWall
        given = None
        while given is None:  # a code that another event has
            given = await give(event_id, key=_new_key(event_id), code=_new_code())
        self._feed.changed(event_id)
        return WallLink(
            url=f"{self._base_url}/w/{given.key}",
            join_url=f"{self._base_url}/j/{given.code}",
            code=spell(given.code),
        )


class _Give(Protocol):
    def __call__(self, event_id: int, *, key: str, code: str) -> Awaitable[WallKey | None]: ...


def spell(code: str) -> str:
    """Write a code as people read and type it: in two halves."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def read_code(typed: str) -> str | None:
    """Read a code as somebody typed it, in any case, with or without the hyphen."""
    code = "".join(letter for letter in typed.upper() if letter not in " -")
    is_code = len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS)
    return code if is_code else None


def _new_key(event_id: int) -> str:
    return f"{event_id}-{secrets.token_urlsafe(KEY_BYTES)}"


def _new_code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
