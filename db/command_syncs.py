"""Which commands Discord was last given, so that an unchanged tree is not sent again."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.database import Database
from db.schema import command_syncs
from db.sqlite import insert_or_replace

_KEY = ("application_id", "guild_id")


class CommandSyncRepository:
    """A digest of the command tree for each application and server; server 0: everywhere."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def digest(self, application_id: int, *, guild_id: int = 0) -> str | None:
        """Read what was last sent; None: nothing yet."""
        statement = sa.select(command_syncs.c.digest).where(
            command_syncs.c.application_id == application_id,
            command_syncs.c.guild_id == guild_id,
        )

        async def unit(connection: AsyncConnection) -> str | None:
            found: str | None = await connection.scalar(statement)
            return found

        return await self._database.read(unit)

    async def record(self, application_id: int, *, digest: str, guild_id: int = 0) -> None:
        """Note what was sent."""
        values = {"application_id": application_id, "guild_id": guild_id, "digest": digest}
        statement = insert_or_replace(command_syncs, values, key=_KEY)
        await self._database.write(lambda c: c.execute(statement))
