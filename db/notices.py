"""What is to be said once and not again, also after a restart."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.schema import notices
from db.sqlite import insert_missing


async def note_once(connection: AsyncConnection, key: str, *, now: datetime) -> bool:
    """Make a mark; True if it was not there."""
    statement = insert_missing(notices, {"key": key, "at": now})
    return (await connection.execute(statement)).rowcount == 1


async def forget_notice(connection: AsyncConnection, key: str) -> None:
    """Take a mark away."""
    await connection.execute(sa.delete(notices).where(notices.c.key == key))


class NoticeRepository:
    """Marks of what was said, by a key the caller chooses."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def say_once(self, key: str) -> bool:
        """Tell whether this is to be said now; True for the first who asks."""
        return await self._database.write(lambda c: note_once(c, key, now=self._clock()))

    async def forget(self, key: str) -> None:
        """Let it be said again."""
        await self._database.write(lambda c: forget_notice(c, key))
