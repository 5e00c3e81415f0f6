"""Into the queue and out of it: accepting a job, and handing the next one to a worker."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounds import Bounds, has_free_place, may_start, require_room, served_in_order
from db.budget import require_credits, room_in
from db.event_door import require_open
from db.fairness import next_tag, take_turn
from db.ledgers import hold, write_down
from db.models import Acceptance, Job, JobKind, JobState, NewJob
from db.open_orders import close
from db.quota_rules import terms_of
from db.reserving import reserve
from db.rules import Requester, credit_rules
from db.schema import SERVED_IN_ORDER, jobs
from db.transitions import Change, Periods, change, log
from db.windows import EPOCH

_ACCEPTANCE = 0
_BOUNDS_KNOWN = 8  # those of this process, and of a test's

# Built once, as in `db.transitions`.
_OF_INTERACTION = sa.select(jobs).where(jobs.c.interaction_id == sa.bindparam("of_interaction"))
_INSERTED = sa.insert(jobs).returning(jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The back end a claimed job is about to be sent to."""

    backend: str
    swap_version: str
    prompt_version: str
    idempotent: bool

    def version_for(self, kind: JobKind) -> str:
        return self.swap_version if kind is JobKind.FILTER else self.prompt_version


async def accept(
    connection: AsyncConnection, new: NewJob, *, bounds: Bounds, now: datetime
) -> Acceptance:
    """Queue a job and reserve its quota; the same interaction a second time changes nothing.

    Of a community event: only while it is open, and from guests who are not blocked.
    """
    await close(connection, new.interaction_id)  # from now on the job itself says what to tell
    found = await connection.execute(_OF_INTERACTION, {"of_interaction": new.interaction_id})
    row = found.mappings().one_or_none()
    if row is not None:
        return Acceptance(job=Job(**row), created=False)
    # What may refuse comes first, and costs little.
    if new.event_id is not None:
        await require_open(connection, new.event_id, new.user_id, now=now)
    await require_room(connection, bounds, user_id=new.user_id, guild_id=new.guild_id)
    requester = Requester(
        user_id=new.user_id,
        guild_id=new.guild_id or 0,
        event_id=new.event_id or 0,
        role_ids=new.role_ids,
    )
    terms = await terms_of(connection, requester, now=now)
    held = await reserve(connection, requester, terms, cost=new.cost, now=now)
    await require_credits(connection, cost=new.cost, now=now)
    tag = await next_tag(connection, user_id=new.user_id)
    job = await _insert(connection, new, fair_tag=tag, weight=terms.weight, now=now)
    await log(connection, job, origin=None, actor="member")
    await write_down(connection, held, job_id=job.id, attempt=_ACCEPTANCE)
    return Acceptance(job=job, created=True)


async def _insert(
    connection: AsyncConnection, new: NewJob, *, fair_tag: float, weight: float, now: datetime
) -> Job:
    values = {
        **{name: value for name, value in asdict(new).items() if name in jobs.c},
        "state": JobState.QUEUED,
        "priority": 0,
        "fair_tag": fair_tag,
        "weight": weight,
        "attempts": 0,
        "idempotent": False,
        "created_at": now,
        "updated_at": now,
    }
    inserted = await connection.execute(_INSERTED, values)
    return Job(**inserted.mappings().one())


async def claim(
    connection: AsyncConnection,
    destination: Destination,
    *,
    accepted_after: datetime | None,
    bounds: Bounds,
    now: datetime,
    periods: Periods,
) -> Job | None:
    """Take the next job for submission under a new token, and hold the credits it will cost.

    A job that was not accepted after `accepted_after` is too old to be sent, and passed over. So is
    one whose member or server has as many running as `bounds` allow: others go ahead of it.

    Where the operator's caps have no room for it, the next job goes ahead that they have room for;
    QuotaExceeded if there is none.
    """
    if not await has_free_place(connection, bounds):
        return None
    rules = await credit_rules(connection, now=now)
    row = await _first_that_fits(
        connection,
        _next(bounds),
        room=await room_in(connection, rules),
        values={"now": now, "accepted_after": accepted_after or EPOCH},
    )
    if row is None:
        return None
    attempt = row.attempts + 1
    values = {
        "submit_token": uuid.uuid4().hex,
        "attempts": attempt,
        "not_before": None,
        "backend": destination.backend,
        "api_version": destination.version_for(row.kind),
        "idempotent": destination.idempotent,
    }
    wanted = Change(
        origins=frozenset({JobState.QUEUED}),
        to=JobState.SUBMITTING,
        actor="worker",
        detail=destination.backend,
        values=values,
    )
    job = await change(connection, row.id, wanted, now=now, periods=periods)
    await take_turn(connection, job)
    held = await hold(connection, rules, amount=row.cost, now=now)
    await write_down(connection, held, job_id=job.id, attempt=attempt)
    return job


async def _first_that_fits(
    connection: AsyncConnection,
    candidates: sa.Select[Any],
    *,
    room: int | None,
    values: Mapping[str, object],
) -> sa.Row[Any] | None:
    """Find the next job that costs no more than there is room for, or else the next of all."""
    for at_most in (room, None) if room is not None else (None,):
        found = await connection.execute(candidates, {**values, "at_most": at_most})
        row: sa.Row[Any] | None = found.one_or_none()
        if row is not None:
            return row
    return None


@lru_cache(maxsize=_BOUNDS_KNOWN)
def _next(bounds: Bounds) -> sa.Select[Any]:
    """Ask for the job that is to be sent at `now`, of those that came after `accepted_after`."""
    now = sa.bindparam("now", type_=jobs.c.not_before.type)
    accepted_after = sa.bindparam("accepted_after", type_=jobs.c.created_at.type)
    at_most = sa.bindparam("at_most", type_=jobs.c.cost.type)
    return (
        sa.select(jobs.c.id, jobs.c.kind, jobs.c.attempts, jobs.c.cost)
        .where(
            *may_start(bounds),
            jobs.c.state == JobState.QUEUED,
            sa.or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now),
            jobs.c.created_at > accepted_after,
            sa.or_(at_most.is_(None), jobs.c.cost <= at_most, jobs.c.cost == 0),
        )
        .order_by(*SERVED_IN_ORDER)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def position(connection: AsyncConnection, job_id: int, *, bounds: Bounds) -> int | None:
    """Count the jobs up to and with this one, in the order they are served; None: not queued."""
    return await connection.scalar(_count_ahead(bounds), {"of_job": job_id}) or None


@lru_cache(maxsize=_BOUNDS_KNOWN)
def _count_ahead(bounds: Bounds) -> sa.Select[int]:
    ahead, own = jobs.alias("ahead"), jobs.alias("own")
    is_served_before = sa.tuple_(*served_in_order(bounds, of=ahead)) <= sa.tuple_(
        *served_in_order(bounds, of=own)
    )
    return (
        sa.select(sa.func.count())
        .select_from(ahead)
        .join(own, is_served_before)
        .where(
            own.c.id == sa.bindparam("of_job"),
            own.c.state == JobState.QUEUED,
            ahead.c.state == JobState.QUEUED,
        )
    )


async def upcoming(connection: AsyncConnection, *, bounds: Bounds, limit: int) -> tuple[Job, ...]:
    """List queued jobs in the order they are served."""
    rows = await connection.execute(
        sa.select(jobs)
        .where(jobs.c.state == JobState.QUEUED)
        .order_by(*served_in_order(bounds))
        .limit(limit)
    )
    return tuple(Job(**row) for row in rows.mappings())
