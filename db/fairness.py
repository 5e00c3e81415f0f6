"""The order of the queue: a start-time fair-queue tag, stored with the job.

A member with a hundred jobs waiting and one who just came take turns: each job moves its member's
tag on by its cost, and the lowest tag is served first.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.schema import IS_QUEUED, jobs, members
from db.sqlite import insert_missing

_LEAST_COST = 1  # a job that costs no credits still takes a turn


async def next_tag(connection: AsyncConnection, *, user_id: int, cost: int) -> float:
    """Give the member's next job its place, and remember it."""
    await connection.execute(
        insert_missing(members, {"user_id": user_id, "last_tag": 0.0, "weight": 1.0})
    )
    # Where the queue stands now: nobody gains by having been away.
    first = sa.select(sa.func.min(jobs.c.fair_tag)).where(IS_QUEUED).scalar_subquery()
    newest = sa.select(sa.func.max(jobs.c.fair_tag)).scalar_subquery()
    present = await connection.scalar(sa.select(sa.func.coalesce(first, newest, 0.0)))
    start = sa.case((members.c.last_tag > present, members.c.last_tag), else_=present)
    tag = await connection.scalar(
        sa.update(members)
        .where(members.c.user_id == user_id)
        .values(last_tag=start + max(cost, _LEAST_COST) / members.c.weight)
        .returning(members.c.last_tag)
    )
    return float(tag)
