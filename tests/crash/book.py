"""The bot's database as it can be read from outside, whether the bot is alive or not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOOK_AGAIN = 0.2
FINAL = frozenset({"delivered", "undeliverable", "failed", "cancelled", "unconfirmed"})
_JOBS = """
    SELECT id, interaction_id, user_id, state, told, message_id, photo, picture FROM jobs
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What members' and killers' steps depend on."""

    id: int
    interaction_id: int
    user_id: int
    state: str
    told: str | None
    message_id: int | None
    photo: str | None
    picture: str | None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more happens to it by itself."""
        return self.state in FINAL and self.told == self.state


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the file said at a moment."""

    at: datetime
    states: Counter[str]  # of the jobs to which something was still to happen
    open_orders: frozenset[int]  # interactions that were written down, and no jobs yet


class Book:
    """Reads the jobs again and again: a file tells nobody when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._news = asyncio.Condition()
        self.rows: dict[int, Row] = {}  # by interaction

    async def keep_reading(self) -> None:
        """Read until cancelled."""
        while True:
            self.read()
            async with self._news:
                self._news.notify_all()
            await asyncio.sleep(LOOK_AGAIN)

    async def until(self, holds: Callable[[], object], *, within: float) -> bool:
        """Wait until something is true of the rows; False when the time is over."""
        try:
            async with asyncio.timeout(within), self._news:
                await self._news.wait_for(lambda: bool(holds()))
        except TimeoutError:
            return bool(holds())
        return True

    def read(self) -> None:
        """Read once; while the bot makes its tables, what was read before stands."""
        try:
            self.rows = {row[1]: Row(*row) for row in self.query(_JOBS)}
        except sqlite3.OperationalError:
            return

    def look(self) -> Found:
        """Read once, and tell how things stand."""
        self.read()
        return Found(at=datetime.now(UTC), states=self.states(), open_orders=self.open_orders())

    def open_orders(self) -> frozenset[int]:
        """Read which interactions are orders that are no jobs yet."""
        try:
            found = self.query("SELECT interaction_id FROM open_orders")
        except sqlite3.OperationalError:  # the bot has no tables yet
            return frozenset()
        return frozenset(row[0] for row in found)

    def states(self) -> Counter[str]:
        """Count the jobs to which something is still to happen, by state."""
        return Counter(row.state for row in self.rows.values() if not row.is_over)

    def query(self, sql: str, *values: object) -> list[Any]:
        """Read only: closing the last connection that may write would tidy up after a kill."""
        uri = f"{self._path.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return connection.execute(sql, values).fetchall()

    def table(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Return rows by the names of their columns."""
        uri = f"{self._path.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, values)]
