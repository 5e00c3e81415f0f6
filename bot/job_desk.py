"""`faceswap-bot jobs`: what the operator asks and does about single jobs, beside a running bot."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime

from bot import job_tables
from bot.exits import CommandFailed
from bot.periods import periods_of
from bot.settings import Settings
from db.database import Database
from db.desk import Desk
from db.errors import JobNotFound, JobUnderWay, NotKept, TransitionRefused
from db.jobs import JobRepository
from db.models import JobState


async def list_jobs(
    settings: Settings,
    *,
    states: tuple[JobState, ...],
    member: int | None,
    since: datetime | None,
    limit: int,
    as_json: bool,
) -> str:
    """List jobs, newest first."""
    async with _open_desk(settings) as desk:
        found = await desk.find(states=states, user_id=member, since=since, limit=limit)
    return job_tables.jobs_as_json(found) if as_json else job_tables.jobs_as_table(found)


async def show_job(settings: Settings, job_id: int, *, as_json: bool) -> str:
    """Show one job, its log and its entries in both ledgers."""
    async with _open_desk(settings) as desk:
        record = await desk.record(job_id)
    return job_tables.record_as_json(record) if as_json else job_tables.record_as_text(record)


async def resolve_job(settings: Settings, job_id: int, *, charged: bool) -> str:
    """Close an unconfirmed job as the API's bill says."""
    async with _open(settings) as database:
        jobs = JobRepository(database, periods=periods_of(settings))
        try:
            job = await jobs.resolve(job_id, charged=charged, actor="operator")
        except TransitionRefused as error:
            raise CommandFailed(
                f"job {job_id} is {error.state}; only an unconfirmed job can be resolved"
            ) from None
    outcome = "spent" if charged else "free again"
    return f"job {job.id} is closed; its {job.cost} credits are {outcome}"


async def retry_job(settings: Settings, job_id: int) -> str:
    """Have a job tried again, at no cost to its member."""
    async with _open_desk(settings) as desk:
        try:
            job = await desk.retry(job_id)
        except NotKept as error:
            raise CommandFailed(
                f"job {job_id} cannot be tried again; its {error.what} is deleted"
            ) from None
        except TransitionRefused as error:
            remedy = "; resolve it first" if error.state is JobState.UNCONFIRMED else ""
            raise CommandFailed(
                f"job {job_id} is {error.state}; only what failed or could not be delivered can be "
                f"tried again{remedy}"
            ) from None
    if job.state is JobState.COMPLETED:
        return (
            f"the picture of job {job.id} is posted again, at no cost: by a running bot within 15 "
            "seconds, otherwise at its next start"
        )
    return (
        f"job {job.id} is sent once more, for {job.cost} credits of yours and nothing of its "
        "member's: by a running bot within 5 seconds, otherwise at its next start"
    )


async def refund_job(settings: Settings, job_id: int) -> str:
    """Give a member the quota back that a job has spent."""
    async with _open_desk(settings) as desk:
        try:
            pictures = await desk.refund(job_id)
        except JobUnderWay as error:
            raise CommandFailed(
                f"job {job_id} is {error.state}; quota can be given back once it has ended"
            ) from None
    if not pictures:
        return f"job {job_id} does not count against its member's quota; nothing was changed"
    return f"job {job_id} no longer counts against its member's quota"


@asynccontextmanager
async def _open(settings: Settings) -> AsyncGenerator[Database]:
    async with Database.open(settings.database_url, exclusive=False) as database:
        try:
            yield database
        except JobNotFound as error:
            raise CommandFailed(f"there is no job {error.job_id}") from None


@asynccontextmanager
async def _open_desk(settings: Settings) -> AsyncGenerator[Desk]:
    async with _open(settings) as database:
        yield Desk(database, periods=periods_of(settings))
