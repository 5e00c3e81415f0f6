"""A member's wish to cancel: carried out at once, or as soon as it is known what was sent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db import steps
from db.models import Job, JobState
from db.schema import jobs
from db.transitions import Change, Periods, change, locked_job, log


async def cancel(
    connection: AsyncConnection, job_id: int, *, now: datetime, periods: Periods
) -> Job:
    """Cancel a job, or, while it is being sent, write down that its member wishes so."""
    job = await locked_job(connection, job_id)
    if job.state is not JobState.SUBMITTING:
        return await change(connection, job_id, steps.cancelled(), now=now, periods=periods)
    if job.cancel_wished_at is not None:
        return job
    noted = await connection.execute(
        sa.update(jobs)
        .where(jobs.c.id == job_id)
        .values(cancel_wished_at=now, updated_at=now)
        .returning(jobs)
    )
    wished = Job(**noted.mappings().one())
    await log(connection, wished, origin=job.state, actor="member", detail="wishes to cancel")
    return wished


async def answered(
    connection: AsyncConnection, job_id: int, step: Change, *, now: datetime, periods: Periods
) -> Job:
    """Take the step that an answer to a submission asks for, and the wish into account.

    What was certainly not carried out is cancelled instead; an id is stored first, as the proof of
    what was paid.
    """
    job = await locked_job(connection, job_id)
    if job.cancel_wished_at is None or job.state is not JobState.SUBMITTING:
        return await change(connection, job_id, step, now=now, periods=periods)
    if step.to is JobState.SUBMITTED:
        await change(connection, job_id, step, now=now, periods=periods)
        return await change(connection, job_id, steps.cancelled(), now=now, periods=periods)
    unsent = steps.cancelled_unsent(step.token)
    return await change(connection, job_id, unsent, now=now, periods=periods)
