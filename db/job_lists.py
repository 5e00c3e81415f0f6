"""Questions about jobs: nothing here changes a row."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.errors import JobNotFound
from db.models import Job, JobState, Made, ReferencedFiles
from db.schema import IS_UNTOLD, job_log, jobs

_BY_ID = sa.select(jobs).where(jobs.c.id == sa.bindparam("of_job"))  # built once: it is asked often
_FINAL = [state for state in JobState if state.is_final]
_WITH_PICTURE = (JobState.COMPLETED, JobState.DELIVERED, JobState.UNDELIVERABLE)
_AT_A_BACKEND = (JobState.SUBMITTING, JobState.SUBMITTED)


async def get(connection: AsyncConnection, job_id: int) -> Job:
    """Read one job; JobNotFound if there is none."""
    found = await connection.execute(_BY_ID, {"of_job": job_id})
    row = found.mappings().one_or_none()
    if row is None:
        raise JobNotFound(job_id)
    return Job(**row)


async def of_member(connection: AsyncConnection, user_id: int, *, limit: int) -> tuple[Job, ...]:
    """List a member's jobs, newest first."""
    statement = sa.select(jobs).where(jobs.c.user_id == user_id)
    return await _jobs(connection, statement.order_by(jobs.c.id.desc()).limit(limit))


async def kept_of_member(
    connection: AsyncConnection, user_id: int, *, now: datetime
) -> tuple[Job, ...]:
    """List a member's jobs that have a picture they may ask for, newest first."""
    statement = sa.select(jobs).where(
        jobs.c.user_id == user_id,
        jobs.c.state.in_((JobState.UNDELIVERABLE, JobState.DELIVERED)),
        jobs.c.picture_delete_at > now,
    )
    return await _jobs(connection, statement.order_by(jobs.c.id.desc()))


async def unfinished_of_member(connection: AsyncConnection, user_id: int) -> tuple[Job, ...]:
    """List a member's jobs that something will still happen to, oldest first."""
    statement = sa.select(jobs).where(jobs.c.user_id == user_id, jobs.c.state.not_in(_FINAL))
    return await _jobs(connection, statement.order_by(jobs.c.id))


async def in_state(connection: AsyncConnection, state: JobState) -> tuple[Job, ...]:
    """List all jobs in a state, oldest first."""
    return await _jobs(connection, sa.select(jobs).where(jobs.c.state == state).order_by(jobs.c.id))


async def untold(connection: AsyncConnection) -> tuple[Job, ...]:
    """List jobs whose outcome is known, but not shown to the member, oldest first."""
    return await _jobs(connection, sa.select(jobs).where(IS_UNTOLD).order_by(jobs.c.id))


async def may_be_posted(connection: AsyncConnection, job_id: int) -> bool:
    """Tell whether a job's picture was there to be posted when its member cancelled it."""
    cancelled_late = sa.exists().where(
        job_log.c.job_id == job_id,
        job_log.c.from_state == JobState.COMPLETED,
        job_log.c.to_state == JobState.CANCELLED,
    )
    return bool(await connection.scalar(sa.select(cancelled_late)))


async def queued_since(connection: AsyncConnection, before: datetime) -> tuple[Job, ...]:
    """List queued jobs that were accepted before this time, oldest first."""
    statement = sa.select(jobs).where(jobs.c.state == JobState.QUEUED, jobs.c.created_at < before)
    return await _jobs(connection, statement.order_by(jobs.c.id))


async def files_due(connection: AsyncConnection, now: datetime) -> tuple[Job, ...]:
    """List jobs with a photo or a picture whose time is up."""
    due = sa.or_(jobs.c.photo_delete_at <= now, jobs.c.picture_delete_at <= now)
    return await _jobs(connection, sa.select(jobs).where(due).order_by(jobs.c.id))


async def latest_made(connection: AsyncConnection, *, limit: int) -> tuple[Made, ...]:
    """List the latest jobs that a back end finished in time, oldest first."""
    rows = await connection.execute(
        sa.select(*(jobs.c[each.name] for each in fields(Made)))
        .where(
            jobs.c.state.in_(_WITH_PICTURE),
            jobs.c.submitted_at < jobs.c.finished_at,
            jobs.c.finished_at <= jobs.c.deadline_at,
        )
        .order_by(jobs.c.id.desc())
        .limit(limit)
    )
    return tuple(sorted((Made(**row) for row in rows.mappings()), key=lambda job: job.finished_at))


async def count_by_state(connection: AsyncConnection) -> dict[JobState, int]:
    """Count the jobs in each state; all states are there."""
    rows = await connection.execute(sa.select(jobs.c.state, sa.func.count()).group_by(jobs.c.state))
    counts = dict.fromkeys(JobState, 0)
    counts.update((state, count) for state, count in rows.all())
    return counts


async def referenced_files(connection: AsyncConnection) -> ReferencedFiles:
    """Name every file that a job still has."""
    photos = await connection.scalars(sa.select(jobs.c.photo).where(jobs.c.photo.is_not(None)))
    pictures = await connection.scalars(
        sa.select(jobs.c.picture).where(jobs.c.picture.is_not(None))
    )
    return ReferencedFiles(photos=frozenset(photos.all()), pictures=frozenset(pictures.all()))


async def backends_of_open_jobs(connection: AsyncConnection) -> frozenset[str]:
    """Name the back ends that jobs were sent to and are still to be asked about."""
    found = await connection.scalars(
        sa.select(jobs.c.backend).where(jobs.c.state.in_(_AT_A_BACKEND)).distinct()
    )
    return frozenset(found.all())


async def _jobs(connection: AsyncConnection, statement: sa.Select[object]) -> tuple[Job, ...]:
    rows = await connection.execute(statement)
    return tuple(Job(**row) for row in rows.mappings())
