"""How long rows live: jobs that are over are deleted in small batches, and both ledgers add up.

What they spent stays in their buckets. What was learned from them stays too: how far the queue has
been served is read from the job with the highest tag, which is kept.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.database import Database
from db.event_schema import events
from db.fairness import served_so_far
from db.ledgers import archive, is_past
from db.models import JobState, ReservationState, Window
from db.quota_schema import grants, set_asides
from db.schema import buckets, job_log, jobs, members, notices, reservations

BATCH = 100  # jobs; a transaction of that size holds up nobody

# Not the unconfirmed, which wait for the operator. An undeliverable one waits for its member while
# it has a picture.
_OVER = (JobState.DELIVERED, JobState.UNDELIVERABLE, JobState.FAILED, JobState.CANCELLED)


class RetentionRepository:
    """Deletes rows that nobody needs any more; each call is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def delete_jobs(self, *, finished_before: datetime) -> int:
        """Delete the oldest jobs that ended before then, with log and reservations; count them.

        At most BATCH; call again for more. A job stays while it has a photo or a picture, while
        its member was not told how it ended, and while anything is held for it.
        """
        return await self._database.write(lambda c: _delete_jobs(c, finished_before))

    async def delete_counts(self, *, ended_before: datetime) -> int:
        """Delete the counts of windows that ended before then and that no job is written to.

        Grants that expired before then go with their counts.
        """
        in_use = sa.exists().where(reservations.c.bucket_id == buckets.c.id)
        for_events = sa.exists().where(set_asides.c.bucket_id == buckets.c.id)
        its_event = sa.exists().where(events.c.id == buckets.c.event_id)
        is_over = sa.or_(
            sa.and_(buckets.c.window != Window.EVENT, is_past(ended_before)),
            sa.and_(buckets.c.window == Window.EVENT, ~its_event),
        )
        counts = sa.delete(buckets).where(is_over, ~in_use, ~for_events)
        is_counted = sa.exists().where(buckets.c.grant_id == grants.c.id)
        expired = sa.delete(grants).where(grants.c.expires_at <= ended_before, ~is_counted)

        async def unit(connection: AsyncConnection) -> int:
            deleted = (await connection.execute(counts)).rowcount
            await connection.execute(expired)
            return deleted

        return await self._database.write(unit)

    async def forget_turns(self) -> int:
        """Delete where members stand in the fair order who have no jobs and no claim to a turn."""
        has_jobs = sa.exists().where(jobs.c.user_id == members.c.user_id)
        statement = sa.delete(members).where(members.c.last_tag <= served_so_far(), ~has_jobs)
        return await self._count(statement)

    async def delete_notices(self, *, made_before: datetime) -> int:
        """Delete the marks of what was said before then."""
        return await self._count(sa.delete(notices).where(notices.c.at < made_before))

    async def _count(self, statement: sa.Delete) -> int:
        async def unit(connection: AsyncConnection) -> int:
            return (await connection.execute(statement)).rowcount

        return await self._database.write(unit)


async def _delete_jobs(connection: AsyncConnection, finished_before: datetime) -> int:
    holds_something = sa.exists().where(
        reservations.c.job_id == jobs.c.id, reservations.c.state == ReservationState.HELD
    )
    found = await connection.scalars(
        sa.select(jobs.c.id)
        .where(
            jobs.c.finished_at < finished_before,
            jobs.c.state.in_(_OVER),
            jobs.c.photo.is_(None),
            jobs.c.picture.is_(None),
            jobs.c.told == jobs.c.state,
            sa.or_(jobs.c.attempts == 0, jobs.c.fair_tag < served_so_far()),
            ~holds_something,
        )
        .order_by(jobs.c.finished_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    job_ids = found.all()
    if job_ids:
        await archive(connection, job_ids)
        await connection.execute(sa.delete(job_log).where(job_log.c.job_id.in_(job_ids)))
        await connection.execute(sa.delete(jobs).where(jobs.c.id.in_(job_ids)))
    return len(job_ids)
