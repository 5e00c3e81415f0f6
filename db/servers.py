"""What servers choose for their events: channels, roles, and the time zone written last."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.database import Database
from db.event_models import ServerChoices
from db.event_schema import servers
from db.sqlite import insert_or_replace


class ServerRepository:
    """The choices of each server; one that has made none has a row of nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int) -> ServerChoices:
        async def unit(connection: AsyncConnection) -> ServerChoices:
            rows = await connection.execute(
                sa.select(servers).where(servers.c.guild_id == guild_id)
            )
            row = rows.mappings().one_or_none()
            return ServerChoices(guild_id=guild_id) if row is None else ServerChoices(**row)

        return await self._database.read(unit)

    async def set_timezone(self, guild_id: int, timezone: str) -> None:
        await self._set(guild_id, "timezone", timezone)

    async def set_log_channel(self, guild_id: int, channel_id: int | None) -> None:
        await self._set(guild_id, "log_channel_id", channel_id)

    async def set_organiser_role(self, guild_id: int, role_id: int | None) -> None:
        await self._set(guild_id, "organiser_role_id", role_id)

    async def set_moderator_role(self, guild_id: int, role_id: int | None) -> None:
        await self._set(guild_id, "moderator_role_id", role_id)

    async def _set(self, guild_id: int, name: str, value: str | int | None) -> None:
        values = {"guild_id": guild_id, name: value}
        await self._database.write(
            lambda c: c.execute(insert_or_replace(servers, values, key=("guild_id",)))
        )
