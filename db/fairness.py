"""The order of the queue: a start-time fair-queue tag, stored with the job.

A member with a hundred jobs waiting and one who just came take turns: a job's tag is where its
member's one before ends, each is as long as its cost divided by its weight, and the lowest tag is
served first. With k members waiting, whoever comes is served after at most k others. A job
that is cancelled before its turn takes none.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.models import Job
from db.schema import IS_WAITING, WAS_SERVED, jobs, members
from db.sqlite import insert_missing

_LEAST_COST = 1  # a job that costs no credits still takes a turn
_length = sa.case((jobs.c.cost > _LEAST_COST, jobs.c.cost), else_=_LEAST_COST) / jobs.c.weight


def served_so_far() -> sa.ColumnElement[float]:
    """Tell how far the queue has been served: nobody gains by having been away."""
    served = sa.select(sa.func.max(jobs.c.fair_tag)).where(WAS_SERVED).scalar_subquery()
    return sa.func.coalesce(served, 0.0)


async def next_tag(connection: AsyncConnection, *, user_id: int) -> float:
    """Tell the place of the member's next job: behind what they have had, and have waiting."""
    await connection.execute(insert_missing(members, {"user_id": user_id, "last_tag": 0.0}))
    last_tag = await connection.scalar(
        sa.select(members.c.last_tag).where(members.c.user_id == user_id).with_for_update()
    )
    waiting = (
        sa.select(sa.func.max(jobs.c.fair_tag + _length))
        .where(IS_WAITING, jobs.c.user_id == user_id)
        .scalar_subquery()
    )
    found = await connection.execute(sa.select(served_so_far(), waiting))
    return max([float(last_tag or 0), *(float(tag) for tag in found.one() if tag is not None)])


async def take_turn(connection: AsyncConnection, job: Job) -> None:
    """Note that the member's turn has come with this job."""
    end = job.fair_tag + max(job.cost, _LEAST_COST) / job.weight
    await connection.execute(
        sa.update(members)
        .where(members.c.user_id == job.user_id, members.c.last_tag < end)
        .values(last_tag=end)
    )
