"""What the tests of storage share: a clock, new jobs, and the way to each state."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.database import Database
from db.desk import Desk
from db.jobs import JobRepository
from db.models import (
    FailureReason,
    Job,
    JobKind,
    JobState,
    Ledger,
    Limit,
    NewJob,
    ReservationState,
    Scope,
    Window,
)
from db.schema import job_log, reservations

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MEMBER, GUILD, CHANNEL = 700, 800, 900
API = "https://api.example"


class ManualClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


_PLAIN = NewJob(
    interaction_id=0,
    user_id=MEMBER,
    guild_id=GUILD,
    channel_id=CHANNEL,
    kind=JobKind.FILTER,
    cost=2,
    filter_id="12",
    photo="photo.jpg",
    interaction_token="secret",
    token_expires_at=START + timedelta(minutes=15),
)


def new_job(interaction_id: int = 1, **changes: object) -> NewJob:
    return dataclasses.replace(_PLAIN, interaction_id=interaction_id, **changes)  # type: ignore[arg-type]


async def claim(jobs: JobRepository, *, idempotent: bool = False) -> Job | None:
    return await jobs.claim(
        backend=API, swap_version="v6", prompt_version="v2", idempotent=idempotent
    )


async def claimed(jobs: JobRepository, *, idempotent: bool = False) -> tuple[Job, str]:
    job = await claim(jobs, idempotent=idempotent)
    assert job is not None
    assert job.submit_token is not None
    return job, job.submit_token


async def job_in(jobs: JobRepository, state: JobState, *, interaction_id: int = 1) -> Job:
    """Accept a job and take it along the shortest way to this state; it must be alone in queue."""
    job = (await jobs.accept(new_job(interaction_id))).job
    if state is JobState.QUEUED:
        return job
    if state is JobState.CANCELLED:
        return await jobs.cancel(job.id)
    job, token = await claimed(jobs)
    match state:
        case JobState.SUBMITTING:
            return job
        case JobState.UNCONFIRMED:
            return await jobs.record_unconfirmed(job.id, token)
        case JobState.FAILED:
            return await jobs.refuse(job.id, token, FailureReason.NO_FACE)
        case _:
            return await _submitted(jobs, job, token, state)


async def _submitted(jobs: JobRepository, job: Job, token: str, state: JobState) -> Job:
    deadline = job.created_at + timedelta(hours=1)
    submitted = await jobs.record_submitted(job.id, token, f"remote-{job.id}", deadline)
    if state is JobState.SUBMITTED:
        return submitted
    completed = await jobs.complete(job.id, f"picture-{job.id}.png")
    match state:
        case JobState.DELIVERED:
            return await jobs.record_delivered(job.id, CHANNEL, 1000 + job.id)
        case JobState.UNDELIVERABLE:
            return await jobs.record_undeliverable(job.id)
        case _:
            return completed


def desk_of(jobs: JobRepository) -> Desk:
    """The operator's desk on the same database, at the same time."""
    return Desk(jobs._database, periods=jobs._periods, clock=jobs._clock)


async def holdings(database: Database, job_id: int) -> dict[Ledger, list[ReservationState]]:
    """What a job holds in each ledger, in the order it was taken."""

    async def unit(connection: AsyncConnection) -> dict[Ledger, list[ReservationState]]:
        rows = await connection.execute(
            sa.select(reservations.c.ledger, reservations.c.state)
            .where(reservations.c.job_id == job_id)
            .order_by(reservations.c.attempt, reservations.c.bucket_id)
        )
        found: dict[Ledger, list[ReservationState]] = {ledger: [] for ledger in Ledger}
        for ledger, state in rows.all():
            found[ledger].append(state)
        return found

    return await database.read(unit)


async def log_of(database: Database, job_id: int) -> list[tuple[JobState | None, JobState, str]]:
    """What happened to a job, and who did it."""

    async def unit(connection: AsyncConnection) -> list[tuple[JobState | None, JobState, str]]:
        rows = await connection.execute(
            sa.select(job_log.c.from_state, job_log.c.to_state, job_log.c.actor)
            .where(job_log.c.job_id == job_id)
            .order_by(job_log.c.id)
        )
        return [(row.from_state, row.to_state, row.actor) for row in rows]

    return await database.read(unit)


def daily_quota(amount: int) -> Limit:
    """Make the rule that every member has so many pictures a day."""
    return Limit(
        ledger=Ledger.QUOTA,
        scope=Scope.MEMBER,
        scope_id=0,
        guild_id=0,
        window=Window.DAY,
        amount=amount,
    )
