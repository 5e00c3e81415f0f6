"""Orders whose card is shown and that are no job yet: what it takes to tell of them after a kill.

Nothing in a row names a member. It goes in the transaction that makes the order a job, when the
order is answered otherwise, or with its token's life.
"""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.models import OpenOrder
from db.schema import open_orders
from db.sqlite import insert_missing

# Built once, as in `db.transitions`.
_CLOSED = sa.delete(open_orders).where(
    open_orders.c.interaction_id == sa.bindparam("of_interaction")
)


async def close(connection: AsyncConnection, interaction_id: int) -> None:
    """Note that an order is a job, or will not become one; often there is nothing to note."""
    await connection.execute(_CLOSED, {"of_interaction": interaction_id})


async def close_all(connection: AsyncConnection) -> None:
    """Forget every open order."""
    await connection.execute(sa.delete(open_orders))


class OpenOrderRepository:
    """The open orders in storage; each method is one transaction."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def open(self, order: OpenOrder) -> None:
        """Note that a card is shown for an order; a second time changes nothing."""
        statement = insert_missing(open_orders, asdict(order))
        await self._database.write(lambda c: c.execute(statement))

    async def close(self, interaction_id: int) -> None:
        """Note that an order was answered."""
        await self._database.write(lambda c: close(c, interaction_id))

    async def list_all(self) -> tuple[OpenOrder, ...]:
        """List the open orders, oldest first."""
        statement = sa.select(open_orders).order_by(open_orders.c.interaction_id)

        async def unit(connection: AsyncConnection) -> tuple[OpenOrder, ...]:
            rows = await connection.execute(statement)
            return tuple(OpenOrder(**row) for row in rows.mappings())

        return await self._database.read(unit)

    async def forget_expired(self) -> int:
        """Delete orders of which Discord lets nobody tell any more; count them."""

        async def unit(connection: AsyncConnection) -> int:
            is_over = open_orders.c.expires_at <= self._clock()
            return (await connection.execute(sa.delete(open_orders).where(is_over))).rowcount

        return await self._database.write(unit)
