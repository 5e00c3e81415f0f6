"""What the database says of the event's pictures while the bot runs, read from outside."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass

from tests.crash.book import Book

LOOK_AGAIN = 0.3
_PICTURES = """
    SELECT p.id, p.job_id, p.user_id, p.state, p.gallery_channel_id, p.gallery_message_id,
           j.interaction_id
    FROM event_pictures p LEFT JOIN jobs j ON j.id = p.job_id
"""
_BLOCKED = "SELECT user_id FROM event_blocks"
_EVENT = "SELECT state, ends_at FROM events WHERE id = ?"


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture, and which form it came from."""

    id: int
    job_id: int
    user_id: int
    state: str
    gallery_channel_id: int | None
    gallery_message_id: int | None
    interaction_id: int | None


class Facts:
    """Reads again and again: a file tells nobody when it changes."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.pictures: dict[int, PictureRow] = {}  # by number
        self.by_form: dict[int, PictureRow] = {}  # by the interaction that sent the form in
        self.blocked: set[int] = set()  # guests
        self.state = ""  # of the event

    async def keep_reading(self, event_id: int) -> None:
        while True:
            self.read(event_id)
            await asyncio.sleep(LOOK_AGAIN)

    def read(self, event_id: int) -> None:
        """Read once; while the bot makes its tables, what was read before stands."""
        try:
            rows = [PictureRow(*row) for row in self._book.query(_PICTURES)]
            blocked = self._book.query(_BLOCKED)
            states = self._book.query(_EVENT, event_id)
        except sqlite3.OperationalError:
            return
        self.pictures = {row.id: row for row in rows}
        self.by_form = {row.interaction_id: row for row in rows if row.interaction_id}
        self.blocked = {row[0] for row in blocked}
        self.state = states[0][0] if states else ""

    @property
    def waiting(self) -> int:
        return sum(row.state == "waiting" for row in self.pictures.values())
