from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounds import Bounds
from db.checks import check_ledgers
from db.database import Database
from db.errors import QueueFull, TransitionRefused
from db.jobs import JobRepository
from db.models import Acceptance, FailureReason, JobState, Scope
from db.rules import Requester
from db.schema import IS_RUNNING, IS_WAITING
from db.schema import jobs as jobs_table
from tests.unit.db.tools import GUILD, MEMBER, START, ManualClock, claim, claimed, new_job

LATER = START + timedelta(hours=1)


@pytest.fixture
async def beside(database: Database, url: str) -> AsyncGenerator[Database]:
    """The same file a second time, so that two connections race for its write lock."""
    async with Database.open(url, exclusive=False, busy_timeout=timedelta(seconds=30)) as opened:
        yield opened


def bounded(database: Database, clock: ManualClock, **bounds: int) -> JobRepository:
    return JobRepository(database, clock=clock, bounds=Bounds(**bounds))


@pytest.mark.parametrize(
    ("bounds", "scope", "limit"),
    [
        (Bounds(waiting_per_member=7), Scope.MEMBER, 7),
        (Bounds(waiting_per_server=9), Scope.SERVER, 9),
        (Bounds(waiting=11), Scope.OPERATOR, 11),
        (Bounds(waiting_per_member=20, waiting_per_server=15, waiting=12), Scope.OPERATOR, 12),
    ],
)
async def test_never_one_job_more_waits_than_may(
    database: Database,
    beside: Database,
    bounds: Bounds,
    scope: Scope,
    limit: int,
) -> None:
    doors = [JobRepository(each, bounds=bounds) for each in (database, beside)]
    answers = await asyncio.gather(
        *(doors[number % 2].accept(new_job(number)) for number in range(60)),
        return_exceptions=True,
    )
    assert Counter(type(answer) for answer in answers) == {Acceptance: limit, QueueFull: 60 - limit}
    refused = next(answer for answer in answers if isinstance(answer, QueueFull))
    assert (refused.scope, refused.limit) == (scope, limit)
    assert (await doors[0].count_by_state())[JobState.QUEUED] == limit
    with pytest.raises(QueueFull):
        await doors[0].require_room(Requester(user_id=MEMBER, guild_id=GUILD), cost=2)
    assert await check_ledgers(database) == []


async def test_a_queue_counts_apart_for_each_member_and_server(
    database: Database, clock: ManualClock
) -> None:
    jobs = bounded(database, clock, waiting_per_member=2, waiting_per_server=3)
    await jobs.accept(new_job(1))
    await jobs.accept(new_job(2))
    await jobs.accept(new_job(3, user_id=MEMBER + 1))
    with pytest.raises(QueueFull) as full:
        await jobs.accept(new_job(4, user_id=MEMBER + 2))
    assert full.value.scope is Scope.SERVER
    with pytest.raises(QueueFull) as full:
        await jobs.accept(new_job(5, guild_id=None))
    assert full.value.scope is Scope.MEMBER
    for number in range(6, 10):  # direct messages are no server
        await jobs.accept(new_job(number, user_id=number, guild_id=None))
    await jobs.accept(new_job(10, user_id=MEMBER + 3, guild_id=GUILD + 1))


async def test_an_order_repeated_by_discord_is_not_refused(
    database: Database, clock: ManualClock
) -> None:
    jobs = bounded(database, clock, waiting_per_member=1)
    first = await jobs.accept(new_job(1))
    assert (await jobs.accept(new_job(1))).job == first.job


async def test_a_job_that_starts_or_ends_makes_room_for_the_next(
    database: Database, clock: ManualClock
) -> None:
    jobs = bounded(database, clock, waiting_per_member=1)
    await jobs.accept(new_job(1))
    await claimed(jobs)
    second = (await jobs.accept(new_job(2))).job
    with pytest.raises(QueueFull):
        await jobs.accept(new_job(3))
    await jobs.cancel(second.id)
    await jobs.accept(new_job(4))


async def test_never_one_job_more_runs_than_may(
    database: Database, beside: Database, clock: ManualClock
) -> None:
    """Jobs are claimed, submitted, given back and ended at random, from two sides at once."""
    bounds = Bounds(running_per_member=2, running_per_server=3, running=8)
    doors = [JobRepository(each, clock=clock, bounds=bounds) for each in (database, beside)]
    for number in range(120):
        await doors[0].accept(new_job(number, user_id=number % 7, guild_id=number % 3))
    dice = random.Random(7)
    peaks = {"member": 0, "server": 0, "all": 0}

    async def work(door: JobRepository) -> None:
        for _ in range(16):
            job = await claim(door)
            if job is None:
                await _end_one(door, dice)
                continue
            token = job.submit_token or ""
            await _look(door, peaks)
            if dice.random() < 0.2:
                await door.postpone(job.id, token, until=START)
            else:
                await door.record_submitted(job.id, token, f"remote-{job.id}", LATER)

    await asyncio.gather(*(work(doors[number % 2]) for number in range(6)))
    assert peaks == {"member": 2, "server": 3, "all": 8}
    assert await check_ledgers(database) == []


async def _look(door: JobRepository, peaks: dict[str, int]) -> None:
    async def unit(connection: AsyncConnection) -> None:
        rows = await connection.execute(
            sa.select(jobs_table.c.user_id, jobs_table.c.guild_id).where(IS_RUNNING)
        )
        found = rows.all()
        peaks["all"] = max(peaks["all"], len(found))
        for name, column in (("member", 0), ("server", 1)):
            most = max(Counter(row[column] for row in found).values(), default=0)
            peaks[name] = max(peaks[name], most)

    await door._database.read(unit)


async def _end_one(door: JobRepository, dice: random.Random) -> None:
    running = await door.list_submitted()
    if running:
        job = dice.choice(running)
        try:
            await (door.complete(job.id, "p.png") if dice.random() < 0.5 else door.cancel(job.id))
        except TransitionRefused:
            return  # somebody else was quicker


async def test_who_runs_as_many_as_allowed_is_passed_over(
    database: Database, clock: ManualClock
) -> None:
    jobs = bounded(database, clock, running_per_member=2)
    for number in range(4):
        await jobs.accept(new_job(number, user_id=1, guild_id=None))
    await jobs.accept(new_job(10, user_id=2))
    taken = [await claimed(jobs) for _ in range(3)]
    assert [job.user_id for job, _ in taken] == [1, 2, 1]
    assert await claim(jobs) is None  # the other two of member 1 wait

    job, token = taken[0]
    await jobs.record_submitted(job.id, token, "r", LATER)
    assert await claim(jobs) is None  # the API has it now, so it still runs
    await jobs.complete(job.id, "p.png")
    assert (await claimed(jobs))[0].user_id == 1
    assert await claim(jobs) is None


async def test_places_in_the_queue_count_who_may_start_first(
    database: Database, clock: ManualClock
) -> None:
    jobs = bounded(database, clock, running_per_member=1, running_per_server=3)
    of_one = [(await jobs.accept(new_job(number, user_id=1))).job.id for number in range(3)]
    of_two = (await jobs.accept(new_job(10, user_id=2))).job.id
    assert [await jobs.position(each) for each in (*of_one, of_two)] == [1, 3, 4, 2]
    first, token = await claimed(jobs)
    of_three = (await jobs.accept(new_job(11, user_id=3))).job.id
    assert first.id == of_one[0]
    wanted = [of_two, of_three, *of_one[1:]]
    assert [await jobs.position(each) for each in wanted] == [1, 2, 3, 4]
    assert [job.id for job in await jobs.list_queued(limit=9)] == wanted
    await jobs.refuse(first.id, token, FailureReason.NO_FACE)
    assert await jobs.position(of_one[1]) == 3
    assert [(await claimed(jobs))[0].id for _ in range(2)] == [of_two, of_three]


async def test_a_server_that_runs_as_many_as_allowed_lets_the_others_pass(
    database: Database, clock: ManualClock
) -> None:
    jobs = bounded(database, clock, running_per_server=1)
    for number in range(3):
        await jobs.accept(new_job(number, user_id=number, guild_id=5))
    for number in range(3, 6):
        await jobs.accept(new_job(number, user_id=number, guild_id=None))
    await jobs.accept(new_job(9, user_id=9, guild_id=6))
    served = [(await claimed(jobs))[0].guild_id for _ in range(5)]
    assert Counter(served) == {5: 1, None: 3, 6: 1}
    assert await claim(jobs) is None


_COLUMNS = jobs_table.c


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (
            sa.select(sa.func.count()).where(IS_WAITING, _COLUMNS.user_id == MEMBER),
            "ix_jobs_waiting_member",
        ),
        (
            sa.select(sa.func.count()).where(IS_WAITING, _COLUMNS.guild_id == GUILD),
            "ix_jobs_waiting_server",
        ),
        (
            sa.select(sa.func.count()).select_from(jobs_table).where(IS_RUNNING),
            "ix_jobs_queue",
        ),
    ],
)
async def test_counting_uses_the_small_indexes(
    database: Database, statement: sa.Select[int], index: str
) -> None:
    async def plan(connection: AsyncConnection) -> str:
        compiled = statement.compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return " ".join(row.detail for row in rows)

    found = await database.read(plan)
    assert f"COVERING INDEX {index}" in found
