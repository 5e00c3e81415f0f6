"""The order of the queue: a start-time fair-queue tag, stored with the job.

A member with a hundred jobs waiting and one who just came take turns: a job's tag is where its
member's last one ended, each is as long as its cost, and the lowest tag is served first.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.schema import WAS_SERVED, jobs, members
from db.sqlite import insert_missing

_LEAST_COST = 1  # a job that costs no credits still takes a turn


def served_so_far() -> sa.ColumnElement[float]:
    """Tell how far the queue has been served: nobody gains by having been away."""
    served = sa.select(sa.func.max(jobs.c.fair_tag)).where(WAS_SERVED).scalar_subquery()
    return sa.func.coalesce(served, 0.0)


async def next_tag(connection: AsyncConnection, *, user_id: int, cost: int) -> float:
    """Give the member's next job its place, and remember it."""
    await connection.execute(
        insert_missing(members, {"user_id": user_id, "last_tag": 0.0, "weight": 1.0})
    )
    present = served_so_far()
    start = await connection.execute(
        sa.select(sa.case((members.c.last_tag > present, members.c.last_tag), else_=present))
        .where(members.c.user_id == user_id)
        .with_for_update()
    )
    tag = float(start.scalar_one())
    await connection.execute(
        sa.update(members)
        .where(members.c.user_id == user_id)
        .values(last_tag=tag + max(cost, _LEAST_COST) / members.c.weight)
    )
    return tag
