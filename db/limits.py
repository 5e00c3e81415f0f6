"""The limits in storage, and how much of them is used."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.budget import count_what_is_gone
from db.clock import Clock, utc_now
from db.database import Database
from db.ledgers import held_in, usages_of, used_in
from db.models import Credits, Ledger, Limit, Scope, Usage
from db.rules import CREDIT_BUCKET, credit_rules
from db.schema import limits
from db.sqlite import insert_or_replace

LIMIT_KEY = ("ledger", "scope", "scope_id", "guild_id", "event_id", "window")


class LimitRepository:
    """The rules of members, servers, community events and the operator."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def set(self, limit: Limit) -> None:
        """Make a limit, or change the amount of the one with the same scope and window.

        A cap on credits counts its whole window, as if it had been there from its beginning.
        """

        async def unit(connection: AsyncConnection) -> None:
            await connection.execute(insert_or_replace(limits, asdict(limit), key=LIMIT_KEY))
            if limit.ledger is Ledger.CREDITS and limit.scope is Scope.OPERATOR:
                await count_what_is_gone(connection, limit, now=self._clock())

        await self._database.write(unit)

    async def remove(self, limit: Limit) -> bool:
        """Remove the limit with this scope and window; False if there was none."""

        async def unit(connection: AsyncConnection) -> bool:
            matches = (limits.c[name] == getattr(limit, name) for name in LIMIT_KEY)
            removed = await connection.execute(sa.delete(limits).where(*matches))
            return removed.rowcount > 0

        return await self._database.write(unit)

    async def list(self) -> tuple[Limit, ...]:
        async def unit(connection: AsyncConnection) -> tuple[Limit, ...]:
            rows = await connection.execute(sa.select(limits).order_by(*limits.primary_key))
            return tuple(Limit(**row) for row in rows.mappings())

        return await self._database.read(unit)

    async def caps(self) -> tuple[Usage, ...]:
        """Tell how much of each of the operator's caps on credits is used."""

        async def unit(connection: AsyncConnection) -> tuple[Usage, ...]:
            now = self._clock()
            rules = await credit_rules(connection, now=now)
            return await usages_of(connection, rules, now=now)

        return await self._database.read(unit)

    async def credits(self) -> Credits:
        """Tell what the operator's money is doing, over all time."""

        async def unit(connection: AsyncConnection) -> Credits:
            held = await held_in(connection, CREDIT_BUCKET)
            return Credits(held=held, spent=await used_in(connection, CREDIT_BUCKET) - held)

        return await self._database.read(unit)
