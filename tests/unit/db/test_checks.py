from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checks import check, check_ledgers
from db.database import Database
from db.event_limits import set_aside
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.migrate import pending
from db.models import JobState, Ledger, Scope
from tests.support.events import insert_event
from tests.unit.db.tools import START, daily_quota, job_in


@pytest.fixture(autouse=True)
async def quota(limits: LimitRepository) -> None:
    await limits.set(daily_quota(50))


async def _spoil(database: Database, statement: str) -> None:
    async def unit(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql(statement)

    await database.write(unit)


async def test_every_state_is_sound(database: Database, jobs: JobRepository) -> None:
    for number, state in enumerate(state for state in JobState if state is not JobState.QUEUED):
        await job_in(jobs, state, interaction_id=number)
    await job_in(jobs, JobState.QUEUED, interaction_id=99)
    assert await check(database) == []


@pytest.mark.parametrize(
    ("state", "damage", "sentence"),
    [
        (JobState.SUBMITTING, "submit_token = NULL", "has no submit token"),
        (JobState.SUBMITTED, "deadline_at = NULL", "has no deadline"),
        (JobState.QUEUED, "submit_token = 'x'", "names a submission"),
        (JobState.QUEUED, "photo = NULL", "has nothing to make a picture from"),
        (JobState.COMPLETED, "picture = NULL, picture_delete_at = NULL", "has no picture"),
        (JobState.FAILED, "finished_at = NULL", "its time of ending says otherwise"),
        (JobState.QUEUED, "finished_at = 1", "its time of ending says otherwise"),
    ],
)
async def test_a_row_that_does_not_fit_its_state_is_named(
    database: Database, jobs: JobRepository, state: JobState, damage: str, sentence: str
) -> None:
    await job_in(jobs, state)
    assert await check(database) == []
    await _spoil(database, f"UPDATE jobs SET {damage}")  # noqa: S608
    assert await check(database) == [f"Job 1 is {state}, but {sentence}."]


@pytest.mark.parametrize(
    ("state", "damage", "sentence"),
    [
        (
            JobState.QUEUED,
            "UPDATE buckets SET used = used + 1 WHERE ledger = 'quota'",
            "Bucket 1 (quota) says 2 used, but its jobs add up to 1.",
        ),
        (
            JobState.DELIVERED,
            "UPDATE reservations SET state = 'held' WHERE ledger = 'quota'",
            "Job 1 is delivered, but a reservation in its quota is held.",
        ),
        (
            JobState.UNCONFIRMED,
            "UPDATE reservations SET state = 'spent' WHERE ledger = 'credits'",
            "Job 1 is unconfirmed, but a reservation in its credits is spent.",
        ),
        (
            JobState.SUBMITTED,
            "UPDATE jobs SET cost = 3",
            "Job 1 is submitted and costs 3 credits, but 2 are written down.",
        ),
        (
            JobState.CANCELLED,
            "DELETE FROM job_log WHERE to_state = 'cancelled'",
            "Job 1 is cancelled, but its log ends with queued.",
        ),
        (
            JobState.CANCELLED,
            "DELETE FROM job_log",
            "Job 1 is cancelled, but its log ends with None.",
        ),
    ],
)
async def test_what_does_not_add_up_is_named(
    database: Database, jobs: JobRepository, state: JobState, damage: str, sentence: str
) -> None:
    await job_in(jobs, state)
    assert await check_ledgers(database) == []
    await _spoil(database, damage)
    assert sentence in await check_ledgers(database)
    assert sentence in await check(database)


async def test_rows_without_their_parent_are_named(database: Database, jobs: JobRepository) -> None:
    await job_in(jobs, JobState.QUEUED)
    with closing(sqlite3.connect(database.path)) as unchecked, unchecked:
        unchecked.execute(
            "INSERT INTO job_log (job_id, at, to_state, actor) VALUES (9, 0, 'queued', 'x')"
        )
    assert await check(database) == ["Row 2 of job_log points at a row of jobs that is gone."]


async def test_old_schema_is_named(tmp_path: Path) -> None:
    async with Database.open(f"sqlite:///{tmp_path}/empty.db") as empty:
        assert await check(empty) == [
            f"The schema is old; the next start applies step {', '.join(await pending(empty))}."
        ]


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("UPDATE set_asides SET returned = 1", "says 40 used, but its jobs add up to 39."),
        ("DELETE FROM set_asides", "says 40 used, but its jobs add up to 0."),
    ],
)
async def test_what_is_set_aside_for_events_must_add_up(
    database: Database, limits: LimitRepository, damage: str, sentence: str
) -> None:
    pot = replace(daily_quota(100), ledger=Ledger.POT, scope=Scope.SERVER)
    await limits.set(pot)
    event = await insert_event(database, pot=20)
    await database.write(lambda c: set_aside(c, event, credits=40, now=START))
    assert await check(database) == []
    await _spoil(database, damage)
    (problem,) = await check_ledgers(database)
    assert problem.endswith(sentence)
