"""What is to be said once and not again, also after a restart."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.schema import notices
from db.sqlite import insert_missing


class NoticeRepository:
    """Marks of what was said, by a key the caller chooses."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def say_once(self, key: str) -> bool:
        """Tell whether this is to be said now; True for the first who asks."""
        statement = insert_missing(notices, {"key": key, "at": self._clock()})

        async def unit(connection: AsyncConnection) -> bool:
            return (await connection.execute(statement)).rowcount == 1

        return await self._database.write(unit)

    async def forget(self, key: str) -> None:
        """Let it be said again."""
        statement = sa.delete(notices).where(notices.c.key == key)
        await self._database.write(lambda c: c.execute(statement))
