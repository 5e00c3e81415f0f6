"""What nobody needs any more of community events: drafts left lying, queued jobs, old rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.clock import Clock, utc_now
from db.database import Database
from db.event_limits import forget_event_limits, return_unused
from db.event_lists import get, to_event
from db.event_models import EventState
from db.event_schema import (
    event_blocks,
    event_notices,
    event_pictures,
    event_votes,
    events,
)
from db.models import Job, JobState
from db.schema import jobs
from db.steps import called_off
from db.transitions import Periods, change

BATCH = 50  # jobs; a transaction of that size holds up nobody
DRAFTS_KEEP = timedelta(hours=1)
RETURNS_SETTLE = timedelta(days=1)


class EventRetentionRepository:
    """Ends and deletes what is left of events; each call is one transaction."""

    def __init__(
        self, database: Database, *, clock: Clock = utc_now, periods: Periods | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._periods = periods or Periods()

    async def cancel_queued(self) -> int:
        """Cancel queued jobs of events that are called off, quota back; count them.

        At most BATCH; call again for more.
        """
        return await self._database.write(
            lambda c: _cancel_queued(c, now=self._clock(), periods=self._periods)
        )

    async def return_unused(self) -> int:
        """Give back what events that were over lately do not use after all; tell how much.

        Jobs may fail, or be cancelled, after their event was closed.
        """
        now = self._clock()
        was_over_lately = sa.and_(events.c.closed_at > now - RETURNS_SETTLE, events.c.set_aside > 0)

        async def unit(connection: AsyncConnection) -> int:
            rows = await connection.execute(sa.select(events).where(was_over_lately))
            over = [to_event(row) for row in rows.mappings()]
            return sum([await return_unused(connection, event, now=now) for event in over])

        return await self._database.write(unit)

    async def delete_old_drafts(self) -> tuple[int, ...]:
        """Delete the drafts nobody has created or discarded in an hour; name them."""
        is_old = events.c.created_at < self._clock() - DRAFTS_KEEP

        async def unit(connection: AsyncConnection) -> tuple[int, ...]:
            deleted = await connection.execute(
                sa.delete(events)
                .where(events.c.state == EventState.DRAFT, is_old)
                .returning(events.c.id)
            )
            return tuple(deleted.scalars().all())

        return await self._database.write(unit)

    async def list_expired(self) -> tuple[int, ...]:
        """Name the events whose time to be kept is over."""

        async def unit(connection: AsyncConnection) -> tuple[int, ...]:
            found = await connection.scalars(
                sa.select(events.c.id)
                .where(events.c.files_delete_at <= self._clock())
                .order_by(events.c.id)
            )
            return tuple(found.all())

        return await self._database.read(unit)

    async def count_by_state(self) -> dict[EventState, int]:
        """Count the events in each state; all states are there."""

        async def unit(connection: AsyncConnection) -> dict[EventState, int]:
            rows = await connection.execute(
                sa.select(events.c.state, sa.func.count()).group_by(events.c.state)
            )
            counts = dict.fromkeys(EventState, 0)
            counts.update((state, count) for state, count in rows.all())
            return counts

        return await self._database.read(unit)

    async def list_all(self) -> frozenset[int]:
        """Name all events that there are."""

        async def unit(connection: AsyncConnection) -> frozenset[int]:
            return frozenset((await connection.scalars(sa.select(events.c.id))).all())

        return await self._database.read(unit)

    async def delete(self, event_id: int) -> int:
        """Delete an event with all that is written about it; count its pictures.

        Its jobs stay as long as others: they are part of the accounts.
        """
        return await self._database.write(lambda c: _delete(c, event_id))


async def _cancel_queued(connection: AsyncConnection, *, now: datetime, periods: Periods) -> int:
    found = await connection.scalars(
        sa.select(jobs.c.id)
        .join(events, events.c.id == jobs.c.event_id)
        .where(
            events.c.state == EventState.CANCELLED,
            jobs.c.event_id.is_not(None),
            jobs.c.state == JobState.QUEUED,
        )
        .order_by(jobs.c.id)
        .limit(BATCH)
    )
    cancelled: list[Job] = [
        await change(connection, job_id, called_off(), now=now, periods=periods)
        for job_id in found.all()
    ]
    return len(cancelled)


async def _delete(connection: AsyncConnection, event_id: int) -> int:
    await forget_event_limits(connection, await get(connection, event_id))
    ours = sa.select(event_pictures.c.id).where(event_pictures.c.event_id == event_id)
    await connection.execute(sa.delete(event_votes).where(event_votes.c.picture_id.in_(ours)))
    deleted = await connection.execute(
        sa.delete(event_pictures).where(event_pictures.c.event_id == event_id)
    )
    for table in (event_notices, event_blocks):
        await connection.execute(sa.delete(table).where(table.c.event_id == event_id))
    await connection.execute(sa.delete(events).where(events.c.id == event_id))
    return deleted.rowcount
