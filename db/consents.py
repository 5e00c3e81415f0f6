"""Who agreed to which version of the text, and until when."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.models import Consent
from db.schema import consents
from db.sqlite import insert_or_replace


class ConsentRepository:
    """Consents given and withdrawn."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def give(self, user_id: int, version: int) -> None:
        """Note that the member agrees to this version, now or again."""
        values = {
            "user_id": user_id,
            "version": version,
            "given_at": self._clock(),
            "withdrawn_at": None,
        }
        statement = insert_or_replace(consents, values, key=("user_id", "version"))
        await self._database.write(lambda c: c.execute(statement))

    async def withdraw(self, user_id: int) -> None:
        """Note that the member agrees to nothing any more."""
        statement = (
            sa.update(consents)
            .where(consents.c.user_id == user_id, consents.c.withdrawn_at.is_(None))
            .values(withdrawn_at=self._clock())
        )
        await self._database.write(lambda c: c.execute(statement))

    async def current(self, user_id: int) -> Consent | None:
        """Read the newest version the member agrees to; None: to nothing."""
        statement = (
            sa.select(consents.c.user_id, consents.c.version, consents.c.given_at)
            .where(consents.c.user_id == user_id, consents.c.withdrawn_at.is_(None))
            .order_by(consents.c.version.desc())
            .limit(1)
        )

        async def unit(connection: AsyncConnection) -> Consent | None:
            row = (await connection.execute(statement)).mappings().one_or_none()
            return None if row is None else Consent(**row)

        return await self._database.read(unit)
