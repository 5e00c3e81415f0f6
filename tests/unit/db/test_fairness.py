"""The order of the queue as properties: whoever comes is served soon, and weights are kept."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounds import Bounds
from db.database import Database
from db.event_schema import servers
from db.jobs import JobRepository
from db.models import JobState, Scope
from db.quota_schema import perks
from tests.unit.db.tools import START, ManualClock, claim, claimed, new_job

NEWCOMER = 99


class Crowd:
    """Members who order, with numbers for their interactions."""

    def __init__(self, jobs: JobRepository, database: Database) -> None:
        self.jobs = jobs
        self._database = database
        self._interactions = 0

    async def order(self, user_id: int, count: int = 1, *, cost: int = 2) -> list[int]:
        made = []
        for _ in range(count):
            self._interactions += 1
            new = new_job(self._interactions, user_id=user_id, cost=cost, guild_id=user_id % 3)
            made.append((await self.jobs.accept(new)).job.id)
        return made

    async def serve(self) -> int:
        job, _ = await claimed(self.jobs)
        return job.user_id

    async def turns_until(self, user_id: int) -> int:
        for turn in range(1, 1000):
            if await self.serve() == user_id:
                return turn
        raise AssertionError

    async def weigh(self, user_id: int, weight: float) -> None:
        guild_id = user_id % 3  # where they order

        async def unit(connection: AsyncConnection) -> None:
            await connection.execute(sa.insert(servers).values(guild_id=guild_id))
            await connection.execute(
                sa.insert(perks).values(
                    guild_id=guild_id,
                    scope=Scope.MEMBER,
                    scope_id=user_id,
                    weight=weight,
                    exempt=False,
                )
            )

        await self._database.write(unit)


@pytest.fixture
def crowd(jobs: JobRepository, database: Database) -> Crowd:
    return Crowd(jobs, database)


@pytest.mark.parametrize("seed", range(12))
async def test_with_k_members_flooding_a_newcomer_is_served_within_k_and_one_turns(
    crowd: Crowd, seed: int
) -> None:
    dice = random.Random(seed)
    flooding = range(1, dice.randint(2, 9))
    for _ in range(3):  # floods of any length and cost, in any order, between any turns
        for user_id in dice.sample(flooding, len(flooding)):
            await crowd.order(user_id, dice.randint(1, 6), cost=dice.randint(0, 4))
        for _ in range(dice.randint(0, len(flooding))):
            await crowd.serve()
    await crowd.order(NEWCOMER, cost=dice.randint(0, 4))
    assert await crowd.turns_until(NEWCOMER) <= len(flooding) + 1


async def test_a_flood_after_a_newcomer_does_not_push_them_back(crowd: Crowd) -> None:
    await crowd.order(1, 5)
    await crowd.serve()
    await crowd.order(NEWCOMER)
    for user_id in range(2, 8):
        await crowd.order(user_id, 5)
    assert await crowd.turns_until(NEWCOMER) <= 2


@pytest.mark.parametrize(("weight", "share"), [(2.0, 20), (3.0, 22), (0.5, 10)])
async def test_weights_are_shares_of_what_is_served(
    crowd: Crowd, weight: float, share: int
) -> None:
    for user_id in (1, 2):
        await crowd.order(user_id)
        await crowd.serve()
    await crowd.weigh(1, weight)
    await crowd.order(1, 30)
    await crowd.order(2, 30)
    served = Counter([await crowd.serve() for _ in range(30)])
    assert abs(served[1] - share) <= 1


async def test_who_was_away_gains_and_loses_nothing(crowd: Crowd) -> None:
    await crowd.order(1)
    await crowd.serve()
    await crowd.order(2, 40)
    for _ in range(20):
        await crowd.serve()
    await crowd.order(1, 6)
    assert [await crowd.serve() for _ in range(10)].count(1) in {5, 6}


async def test_a_job_cancelled_before_its_turn_takes_none(crowd: Crowd) -> None:
    await crowd.order(1, 10)
    await crowd.serve()
    for job_id in await crowd.order(2, 8):
        await crowd.jobs.cancel(job_id)
    await crowd.order(2)
    assert await crowd.turns_until(2) <= 2


async def test_who_runs_enough_loses_no_turn_by_being_passed_over(
    database: Database, clock: ManualClock
) -> None:
    crowd = Crowd(
        JobRepository(database, clock=clock, bounds=Bounds(running_per_member=1)), database
    )
    await crowd.order(1, 3)
    await crowd.order(2, 1)
    await crowd.order(3, 1)
    first, token = await claimed(crowd.jobs)
    assert first.user_id == 1
    assert [await crowd.serve() for _ in range(2)] == [2, 3]
    assert await claim(crowd.jobs) is None
    await crowd.order(4, 1)
    await crowd.jobs.record_submitted(first.id, token, "r", START)
    await crowd.jobs.complete(first.id, "p.png")
    assert [await crowd.serve() for _ in range(2)] in ([1, 4], [4, 1])


async def test_a_hundred_members_each_get_a_turn_before_anybody_gets_a_second(
    crowd: Crowd,
) -> None:
    for user_id in range(1, 101):
        await crowd.order(user_id, 2)
    served = [await crowd.serve() for _ in range(200)]
    assert sorted(served[:100]) == sorted(served[100:]) == list(range(1, 101))
    assert (await crowd.jobs.count_by_state())[JobState.QUEUED] == 0
