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


# Built once, as in `db.transitions`.
_PRESENT = served_so_far()
_OF_MEMBER = members.c.user_id == sa.bindparam("of_member")
_START = (
    sa.select(sa.case((members.c.last_tag > _PRESENT, members.c.last_tag), else_=_PRESENT))
    .where(_OF_MEMBER)
    .with_for_update()
)
_MOVED = (
    sa.update(members)
    .where(_OF_MEMBER)
    .values(
        last_tag=sa.bindparam("start", type_=sa.Double)
        + sa.bindparam("length", type_=sa.Double) / members.c.weight
    )
)


async def next_tag(connection: AsyncConnection, *, user_id: int, cost: int) -> float:
    """Give the member's next job its place, and remember it."""
    await connection.execute(
        insert_missing(members, {"user_id": user_id, "last_tag": 0.0, "weight": 1.0})
    )
    start = await connection.execute(_START, {"of_member": user_id})
    tag = float(start.scalar_one())
    length = max(cost, _LEAST_COST)
    await connection.execute(_MOVED, {"of_member": user_id, "start": tag, "length": length})
    return tag
