"""Rows of jobs that are over go after a time, and nothing that is still wanted goes with them."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checks import check
from db.database import Database
from db.errors import JobNotFound
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.members import MemberRepository
from db.models import FailureReason, Job, JobState, Ledger, Limit, Scope, Window
from db.retention import BATCH, RetentionRepository
from db.schema import buckets, job_log, jobs, members, reservations
from tests.support.quotas import usages_of
from tests.unit.db.tools import MEMBER, START, ManualClock, claimed, job_in, new_job

_ROOT = Path(__file__).parents[3]
LATER = timedelta(days=91)
KEPT = timedelta(days=90)


@pytest.fixture
def retention(database: Database) -> RetentionRepository:
    return RetentionRepository(database)


async def set_limits(limits: LimitRepository) -> None:
    for ledger, scope, window in (
        (Ledger.QUOTA, Scope.MEMBER, Window.DAY),
        (Ledger.CREDITS, Scope.OPERATOR, Window.MONTH),
    ):
        limit = Limit(
            ledger=ledger, scope=scope, scope_id=0, guild_id=0, window=window, amount=100_000
        )
        await limits.set(limit)


async def done_with(repository: JobRepository, job: Job) -> None:
    """Do what the bot does after a job's end: tell its member, delete its files."""
    await repository.record_told(job.id, job.state)
    if job.photo is not None:
        await repository.forget_photo(job.id)
    if job.picture is not None:
        await repository.forget_picture(job.id)


async def rows_of(database: Database, table: sa.Table) -> int:
    async def unit(connection: AsyncConnection) -> int:
        return int(await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)

    return await database.read(unit)


async def fill(database: Database, *, jobs_in_all: int) -> None:
    """Write finished jobs as the bot would, but all in one transaction for each state."""
    repository = JobRepository(database, clock=ManualClock())
    numbers = count(1)
    model = [
        await job_in(repository, state, interaction_id=next(numbers))
        for state in (JobState.DELIVERED, JobState.FAILED, JobState.CANCELLED)
    ]
    for job in model:
        await done_with(repository, job)
    each = jobs_in_all // len(model)

    async def copy(connection: AsyncConnection) -> None:
        for job in model:
            await _copy_rows(connection, job.id, times=each - 1)

    await database.write(copy)


async def _copy_rows(connection: AsyncConnection, job_id: int, *, times: int) -> None:
    row = (await connection.execute(sa.select(jobs).where(jobs.c.id == job_id))).mappings().one()
    theirs: dict[sa.Table, list[dict[str, object]]] = {}
    for table in (job_log, reservations):
        found = await connection.execute(sa.select(table).where(table.c.job_id == job_id))
        theirs[table] = [dict(each) for each in found.mappings()]
    first = int(await connection.scalar(sa.select(sa.func.max(jobs.c.id))) or 0) + 1
    for new_id in range(first, first + times):
        changes = {"id": new_id, "interaction_id": new_id + 10_000, "fair_tag": float(new_id)}
        remote = {"remote_id": f"remote-{new_id}"} if row["remote_id"] else {}
        await connection.execute(sa.insert(jobs).values(**(dict(row) | changes | remote)))
        for table, rows in theirs.items():
            for each in rows:
                kept = {name: value for name, value in each.items() if name != "id"}
                await connection.execute(sa.insert(table).values(**(kept | {"job_id": new_id})))
    for each in theirs[reservations]:
        counted = each["amount"] if each["state"] != "returned" else 0
        await connection.execute(
            sa.update(buckets)
            .where(buckets.c.id == each["bucket_id"])
            .values(used=buckets.c.used + times * int(str(counted)))
        )


async def test_a_thousand_jobs_go_and_the_ledgers_add_up(
    database: Database, limits: LimitRepository, retention: RetentionRepository
) -> None:
    await set_limits(limits)
    await fill(database, jobs_in_all=1002)
    before = await limits.credits()
    assert await check(database) == []

    gone = []
    while deleted := await retention.delete_jobs(finished_before=START + KEPT):
        gone.append(deleted)
        assert await check(database) == []

    assert max(gone) <= BATCH
    assert sum(gone) == 1001  # the one that was served last tells how far the queue has come
    assert await rows_of(database, jobs) == await rows_of(database, reservations) // 2 == 1
    assert await rows_of(database, job_log) == 3
    assert await limits.credits() == before
    assert before.spent > 0
    usage = (await usages_of(limits, MEMBER))[0]
    assert usage.used == 334  # what was delivered on that day still counts


async def test_what_is_open_or_wanted_stays(
    database: Database,
    jobs: JobRepository,
    limits: LimitRepository,
    clock: ManualClock,
    retention: RetentionRepository,
) -> None:
    await set_limits(limits)
    over = await job_in(jobs, JobState.DELIVERED, interaction_id=1)
    await done_with(jobs, over)
    untold = await job_in(jobs, JobState.FAILED, interaction_id=2)
    waiting = await job_in(jobs, JobState.UNDELIVERABLE, interaction_id=3)
    await jobs.record_told(waiting.id, waiting.state)
    await jobs.forget_photo(waiting.id)
    unconfirmed = await job_in(jobs, JobState.UNCONFIRMED, interaction_id=4)
    await done_with(jobs, unconfirmed)
    with_photo = await job_in(jobs, JobState.CANCELLED, interaction_id=5)
    await jobs.record_told(with_photo.id, with_photo.state)
    submitted = await job_in(jobs, JobState.SUBMITTED, interaction_id=6)
    queued = await job_in(jobs, JobState.QUEUED, interaction_id=7)
    clock.advance(LATER)

    assert await retention.delete_jobs(finished_before=clock.now - LATER) == 0
    assert await retention.delete_jobs(finished_before=clock.now - KEPT) == 1

    with pytest.raises(JobNotFound):
        await jobs.get(over.id)
    for job in (untold, waiting, unconfirmed, with_photo, submitted, queued):
        assert (await jobs.get(job.id)).state is job.state
    assert await check(database) == []


async def test_a_picture_nobody_fetched_in_time_keeps_no_row(
    jobs: JobRepository, clock: ManualClock, retention: RetentionRepository
) -> None:
    waited = await job_in(jobs, JobState.UNDELIVERABLE)
    await done_with(jobs, waited)
    last = await job_in(jobs, JobState.DELIVERED, interaction_id=2)
    clock.advance(LATER)
    assert await retention.delete_jobs(finished_before=clock.now - KEPT) == 1
    assert (await jobs.get(last.id)).state is JobState.DELIVERED


async def test_the_place_of_the_queue_is_not_forgotten(
    database: Database, jobs: JobRepository, clock: ManualClock, retention: RetentionRepository
) -> None:
    for number in range(1, 6):
        await done_with(jobs, await job_in(jobs, JobState.DELIVERED, interaction_id=number))
    clock.advance(LATER)
    assert await retention.delete_jobs(finished_before=clock.now - KEPT) == 4
    newcomer = (await jobs.accept(new_job(50, user_id=MEMBER + 1))).job
    assert newcomer.fair_tag == 8.0  # four jobs of two credits were served before the last one
    assert await check(database) == []


async def test_a_start_after_the_sweep_forgets_nothing_that_was_spent_under_a_cap(
    database: Database,
    jobs: JobRepository,
    limits: LimitRepository,
    clock: ManualClock,
    retention: RetentionRepository,
) -> None:
    await set_limits(limits)
    for number in (1, 2):
        await done_with(jobs, await job_in(jobs, JobState.DELIVERED, interaction_id=number))
    clock.advance(timedelta(days=2))  # within the month
    assert await retention.delete_jobs(finished_before=clock.now - timedelta(days=1)) == 1
    await set_limits(limits)  # as each start does
    assert [usage.used for usage in await limits.caps()] == [4]
    assert await check(database) == []


async def test_counts_of_past_windows_go_once_nothing_refers_to_them(
    database: Database,
    jobs: JobRepository,
    limits: LimitRepository,
    clock: ManualClock,
    retention: RetentionRepository,
) -> None:
    await set_limits(limits)
    await done_with(jobs, await job_in(jobs, JobState.DELIVERED, interaction_id=1))
    clock.advance(timedelta(days=1))
    await done_with(jobs, await job_in(jobs, JobState.DELIVERED, interaction_id=2))
    spent = (await limits.credits()).spent
    clock.advance(LATER)
    await MemberRepository(database, clock=clock).forget_past_windows()
    assert await retention.delete_counts(ended_before=clock.now - KEPT) == 0

    assert await retention.delete_jobs(finished_before=clock.now - KEPT) == 1
    assert await check(database) == []
    assert await retention.delete_counts(ended_before=clock.now - KEPT) == 1
    assert await check(database) == []
    assert (await limits.credits()).spent == spent


async def test_turns_of_those_who_left_go_and_of_the_others_stay(
    database: Database, jobs: JobRepository, clock: ManualClock, retention: RetentionRepository
) -> None:
    gone = await jobs.accept(new_job(1, user_id=1, photo=None))
    job, token = await claimed(jobs)
    await jobs.refuse(job.id, token, FailureReason.NO_FACE)
    await jobs.record_told(gone.job.id, JobState.FAILED)
    for number in (2, 3):
        await jobs.accept(new_job(number, user_id=2, photo=None))
        await claimed(jobs)
    clock.advance(LATER)
    assert await retention.forget_turns() == 0
    assert await retention.delete_jobs(finished_before=clock.now - KEPT) == 1
    assert await retention.forget_turns() == 1
    assert await rows_of(database, members) == 1


async def test_a_lost_picture_gives_the_quota_back_and_not_the_credits(
    database: Database, jobs: JobRepository, limits: LimitRepository
) -> None:
    await set_limits(limits)
    for number, state in enumerate((JobState.COMPLETED, JobState.UNDELIVERABLE), start=1):
        job = await job_in(jobs, state, interaction_id=number)
        assert (await usages_of(limits, MEMBER))[0].used == 1
        lost = await jobs.record_picture_lost(job.id)
        assert (lost.state, lost.failure) == (JobState.FAILED, FailureReason.PICTURE_LOST)
        assert (lost.picture, lost.picture_delete_at) == (None, None)
        assert (await usages_of(limits, MEMBER))[0].used == 0
        assert (await limits.credits()).spent == 2 * number
    assert await check(database) == []


_SWEEP = """
import asyncio, sys
from datetime import timedelta
from db.database import Database
from db.retention import RetentionRepository
from tests.unit.db.tools import START

async def main(url):
    async with Database.open(url) as database:
        retention = RetentionRepository(database)
        while deleted := await retention.delete_jobs(finished_before=START + timedelta(days=1)):
            print(deleted, flush=True)

asyncio.run(main(sys.argv[1]))
"""


async def test_killed_in_the_middle_of_a_sweep(url: str, tmp_path: Path, migrated: Path) -> None:
    shutil.copy(migrated, tmp_path / "bot.db")
    async with Database.open(url) as database:
        await set_limits(LimitRepository(database))
        await fill(database, jobs_in_all=999)
        before = await LimitRepository(database).credits()

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _SWEEP, url),
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    promised = [await process.stdout.readline() for _ in range(2)]
    process.send_signal(signal.SIGKILL)
    promised += (await process.stdout.read()).splitlines(keepends=True)
    assert await process.wait() == -signal.SIGKILL

    async with Database.open(url) as database:
        left = await rows_of(database, jobs)
        deleted = sum(int(line) for line in promised if line.endswith(b"\n"))
        assert left <= 999 - deleted
        assert left > 1
        assert await check(database) == []
        retention = RetentionRepository(database)
        while await retention.delete_jobs(finished_before=START + KEPT):
            pass
        assert await check(database) == []
        assert await LimitRepository(database).credits() == before
