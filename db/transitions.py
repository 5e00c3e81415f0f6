"""Every way a job can go from one state to another, and what that does to money and files.

`TRANSITIONS` is the table; `change` is the only function that moves an existing job.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import JobNotFound, TransitionRefused
from db.ledgers import refund, settle
from db.models import Job, JobState, Ledger, ReservationState
from db.schema import job_log, jobs

_Q, _S, _U = JobState.QUEUED, JobState.SUBMITTING, JobState.UNCONFIRMED
_SPENT, _BACK = ReservationState.SPENT, ReservationState.RETURNED


class Keep(enum.Enum):
    """What becomes of a file when the job moves on."""

    AS_IT_WAS = enum.auto()
    WHILE_NEEDED = enum.auto()
    SHORT_TIME = enum.auto()  # for Again
    UNTIL_OFFERED = enum.auto()  # for /jobs
    FOR_DOWNLOAD = enum.auto()  # for Original
    NO_LONGER = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a transition settles, and what it does to the job's files; None: nothing."""

    quota: ReservationState | None = None
    credits: ReservationState | None = None
    refunds: bool = False  # quota that was spent comes back
    photo: Keep = Keep.AS_IT_WAS
    picture: Keep = Keep.AS_IT_WAS


TRANSITIONS: Mapping[tuple[JobState, JobState], Effects] = {
    (_Q, JobState.CANCELLED): Effects(quota=_BACK, photo=Keep.NO_LONGER),
    (_Q, JobState.FAILED): Effects(quota=_BACK, photo=Keep.NO_LONGER),
    (_Q, _U): Effects(quota=_BACK, photo=Keep.SHORT_TIME),  # `db.restoring` holds the credits
    (_Q, _S): Effects(),  # `db.queue.claim` holds the credits
    (_S, _Q): Effects(credits=_BACK),
    (_S, JobState.CANCELLED): Effects(quota=_BACK, credits=_BACK, photo=Keep.NO_LONGER),
    (_S, JobState.FAILED): Effects(quota=_BACK, credits=_BACK, photo=Keep.SHORT_TIME),
    (_S, JobState.SUBMITTED): Effects(credits=_SPENT),
    (_S, _U): Effects(quota=_BACK, photo=Keep.SHORT_TIME),
    (_U, JobState.SUBMITTED): Effects(credits=_SPENT, photo=Keep.WHILE_NEEDED),
    (_U, JobState.FAILED): Effects(),  # `JobRepository.resolve` settles the credits
    (JobState.SUBMITTED, JobState.COMPLETED): Effects(quota=_SPENT, photo=Keep.SHORT_TIME),
    (JobState.SUBMITTED, JobState.FAILED): Effects(quota=_BACK, photo=Keep.SHORT_TIME),
    (JobState.SUBMITTED, JobState.CANCELLED): Effects(quota=_SPENT, photo=Keep.NO_LONGER),
    (JobState.COMPLETED, JobState.DELIVERED): Effects(picture=Keep.NO_LONGER),
    (JobState.COMPLETED, JobState.UNDELIVERABLE): Effects(picture=Keep.UNTIL_OFFERED),
    (JobState.COMPLETED, JobState.FAILED): Effects(refunds=True),  # the picture is lost
    (JobState.UNDELIVERABLE, JobState.FAILED): Effects(refunds=True),
    (JobState.COMPLETED, JobState.CANCELLED): Effects(photo=Keep.NO_LONGER, picture=Keep.NO_LONGER),
    (JobState.UNDELIVERABLE, JobState.DELIVERED): Effects(picture=Keep.NO_LONGER),
    (JobState.UNDELIVERABLE, JobState.COMPLETED): Effects(picture=Keep.WHILE_NEEDED),
    (JobState.FAILED, _Q): Effects(photo=Keep.WHILE_NEEDED),  # on the house: no quota is held
}

# Built once: SQLAlchemy takes longer to build a statement than to run it.
_ID = sa.bindparam("of_job", type_=jobs.c.id.type)
_LOCKED = sa.select(jobs).where(jobs.c.id == _ID).with_for_update()
_MOVED = sa.update(jobs).where(jobs.c.id == _ID).returning(jobs)
_LOGGED = sa.insert(job_log)
_UNFINISHED = frozenset({_Q, JobState.SUBMITTED})
_FINISHED = frozenset({JobState.COMPLETED, JobState.UNDELIVERABLE})
_OUTCOMES = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED, _U})


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """How long files stay on disk."""

    short_time: timedelta = timedelta(minutes=15)  # for which a photo outlives its job
    undelivered: timedelta = timedelta(days=7)  # a picture that no place took
    originals: timedelta = timedelta(days=1)  # of a picture that was posted in a smaller form


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A step a job is to take: from one of `origins`, under this submit token if there is one."""

    origins: frozenset[JobState]
    to: JobState
    actor: str  # who did it, never an id: member, worker, operator, start
    detail: str | None = None
    token: str | None = field(default=None, repr=False)
    picture: Keep | None = None  # None: as the table says
    values: Mapping[str, object] = field(default_factory=dict, repr=False)


async def change(
    connection: AsyncConnection, job_id: int, wanted: Change, *, now: datetime, periods: Periods
) -> Job:
    """Move the job on, settle what that settles, and log it; TransitionRefused changes nothing."""
    job = await locked_job(connection, job_id)
    is_ours = wanted.token is None or wanted.token == job.submit_token
    if job.state not in wanted.origins or not is_ours:
        raise TransitionRefused(job_id, job.state, wanted.to)
    effects = TRANSITIONS[job.state, wanted.to]
    values = {
        "state": wanted.to,
        "updated_at": now,
        **_finished_at(job.state, wanted.to, now=now),
        **_photo(job, effects.photo, now=now, periods=periods),
        **_picture(job, wanted.picture or effects.picture, now=now, periods=periods),
        **wanted.values,
    }
    moved = await connection.execute(_MOVED, {_ID.key: job_id, **values})
    changed = Job(**moved.mappings().one())
    await log(connection, changed, origin=job.state, actor=wanted.actor, detail=wanted.detail)
    for ledger, into in ((Ledger.QUOTA, effects.quota), (Ledger.CREDITS, effects.credits)):
        if into is not None:
            await settle(connection, ledger, job_id=job_id, into=into)
    if effects.refunds:
        await refund(connection, job_id=job_id)
    return changed


async def locked_job(connection: AsyncConnection, job_id: int) -> Job:
    """Read a job so that nobody else can move it in this transaction."""
    rows = await connection.execute(_LOCKED, {_ID.key: job_id})
    row = rows.mappings().one_or_none()
    if row is None:
        raise JobNotFound(job_id)
    return Job(**row)


async def log(
    connection: AsyncConnection,
    job: Job,
    *,
    origin: JobState | None,
    actor: str,
    detail: str | None = None,
    at: datetime | None = None,
) -> None:
    """Add to the job's log that it came into its present state, or what was done in it."""
    line = {
        "job_id": job.id,
        "at": at or job.updated_at,
        "from_state": origin,
        "to_state": job.state,
        "actor": actor,
        "detail": detail,
    }
    await connection.execute(_LOGGED, line)


def _finished_at(origin: JobState, to: JobState, *, now: datetime) -> dict[str, datetime | None]:
    """Note when the outcome was known; a late answer or a retry makes a job unfinished again."""
    if to in _UNFINISHED:
        return {"finished_at": None}
    return {"finished_at": now} if to in _OUTCOMES and origin not in _FINISHED else {}


def _photo(job: Job, keep: Keep, *, now: datetime, periods: Periods) -> dict[str, datetime | None]:
    if job.photo is None or keep is Keep.AS_IT_WAS:
        return {}
    return {"photo_delete_at": _delete_at(keep, now=now, periods=periods)}


def _picture(
    job: Job, keep: Keep, *, now: datetime, periods: Periods
) -> dict[str, datetime | None]:
    if job.picture is None or keep is Keep.AS_IT_WAS:
        return {}
    return {"picture_delete_at": _delete_at(keep, now=now, periods=periods)}


def _delete_at(keep: Keep, *, now: datetime, periods: Periods) -> datetime | None:
    match keep:
        case Keep.SHORT_TIME:
            return now + periods.short_time
        case Keep.UNTIL_OFFERED:
            return now + periods.undelivered
        case Keep.FOR_DOWNLOAD:
            return now + periods.originals
        case Keep.NO_LONGER:
            return now
        case _:
            return None
