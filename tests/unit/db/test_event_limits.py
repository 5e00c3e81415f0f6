"""What a community event may use: guests' limits, its pot, and its share of the server's pot."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checks import check, check_ledgers
from db.database import Database
from db.errors import QuotaExceeded
from db.event_limits import return_unused, set_aside, set_free, write_event_limits
from db.event_models import Event
from db.event_schema import events
from db.jobs import JobRepository
from db.ledgers import usages_of
from db.limits import LimitRepository
from db.models import FailureReason, Ledger, Limit, Scope, Window
from db.quota_rules import pot_rules
from tests.support.events import insert_event
from tests.unit.db.tools import GUILD, MEMBER, START, ManualClock, claimed, daily_quota, new_job

COST = 2  # of each job here


def pot_of_server(amount: int, window: Window = Window.DAY) -> Limit:
    return Limit(
        ledger=Ledger.POT,
        scope=Scope.SERVER,
        scope_id=GUILD,
        guild_id=GUILD,
        window=window,
        amount=amount,
    )


class Party:
    """An event with its limits, and what its server has left."""

    def __init__(self, database: Database, jobs: JobRepository, clock: ManualClock) -> None:
        self._database = database
        self._jobs = jobs
        self._clock = clock
        self._orders = 0
        self.event: Event

    async def begin(self, *, guest_limit: int = 5, pot: int | None = None) -> None:
        self.event = await insert_event(
            self._database,
            guest_limit=guest_limit,
            pot=pot,
            ends_at=START + timedelta(days=2),
        )
        await self._database.write(lambda c: write_event_limits(c, self.event))

    async def plan(self, **changes: object) -> None:
        self.event = dataclasses.replace(self.event, **changes)  # type: ignore[arg-type]
        await self._database.write(lambda c: write_event_limits(c, self.event))

    async def set_aside(self, credits: int) -> int:  # noqa: A002 - the word for it
        now = self._clock()
        return await self._database.write(
            lambda c: set_aside(c, self.event, credits=credits, now=now)
        )

    async def return_unused(self) -> int:
        now = self._clock()
        return await self._database.write(lambda c: return_unused(c, self.event, now=now))

    async def order(self, user_id: int = MEMBER, *, jobs: JobRepository | None = None) -> int:
        self._orders += 1
        new = new_job(self._orders, user_id=user_id, event_id=self.event.id, cost=COST)
        return (await (jobs or self._jobs).accept(new)).job.id

    async def used(self) -> dict[Window, int]:
        """Say how much of the server's pot is used."""
        now = self._clock()

        async def unit(connection: AsyncConnection) -> dict[Window, int]:
            rules = await pot_rules(connection, GUILD, now=now)
            found = await usages_of(connection, rules, now=now)
            return {usage.limit.window: usage.used for usage in found}

        return await self._database.read(unit)


@pytest.fixture
def party(database: Database, jobs: JobRepository, clock: ManualClock) -> Party:
    return Party(database, jobs, clock)


async def test_each_guest_has_the_events_limit_and_not_the_everyday_one(
    party: Party, jobs: JobRepository, limits: LimitRepository
) -> None:
    await limits.set(daily_quota(1))
    await party.begin(guest_limit=2)
    for guest in (1, 2):
        await party.order(guest)
        first = await party.order(guest)
        with pytest.raises(QuotaExceeded) as caught:
            await party.order(guest)
        assert caught.value.usage.limit.window is Window.EVENT
        assert (caught.value.usage.limit.event_id, caught.value.usage.used) == (party.event.id, 2)
        await jobs.cancel(first)
        await party.order(guest)  # what was given back
    await jobs.accept(new_job(100, user_id=1))  # and the everyday one is untouched


async def test_an_edit_counts_at_once(party: Party) -> None:
    await party.begin(guest_limit=1, pot=2)
    await party.order()
    with pytest.raises(QuotaExceeded):
        await party.order()
    await party.plan(guest_limit=3)
    await party.order()
    with pytest.raises(QuotaExceeded) as caught:
        await party.order()
    assert caught.value.usage.limit.scope is Scope.COMMUNITY_EVENT
    await party.plan(pot=None)
    await party.order()


@pytest.mark.parametrize(("guest_limit", "pot", "granted"), [(3, None, 12), (5, 7, 7), (1, 50, 4)])
async def test_orders_at_once_never_exceed_a_guests_limit_or_the_pot(
    party: Party, database: Database, url: str, *, guest_limit: int, pot: int | None, granted: int
) -> None:
    await party.begin(guest_limit=guest_limit, pot=pot)
    patience = timedelta(seconds=30)
    async with Database.open(url, exclusive=False, busy_timeout=patience) as beside:
        doors = [JobRepository(each, clock=lambda: START) for each in (database, beside)]
        orders = [
            party.order(guest, jobs=doors[number % 2])
            for number in range(12)
            for guest in range(1, 5)
        ]
        results = await asyncio.gather(*orders, return_exceptions=True)
    refused = [result for result in results if isinstance(result, QuotaExceeded)]
    assert len(results) - len(refused) == granted
    assert len([result for result in results if isinstance(result, int)]) == granted
    assert await check_ledgers(database) == []


async def test_what_is_set_aside_counts_in_every_window_of_the_servers_pot(
    party: Party, limits: LimitRepository, database: Database
) -> None:
    await limits.set(pot_of_server(100))
    await limits.set(pot_of_server(400, Window.MONTH))
    await party.begin(pot=20)
    assert await party.set_aside(20 * COST) == 40
    assert await party.used() == {Window.DAY: 40, Window.MONTH: 40}
    assert await party.set_aside(20 * COST) == 40  # asked again, it takes nothing more
    for guest in (1, 2, 3):
        await party.order(guest)
    assert await party.used() == {Window.DAY: 40, Window.MONTH: 40}
    assert await check(database) == []

    assert await party.return_unused() == 34
    assert await party.return_unused() == 0
    assert await party.used() == {Window.DAY: 6, Window.MONTH: 6}
    assert await check(database) == []


async def test_never_more_is_set_aside_than_is_left(
    party: Party, jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    await limits.set(pot_of_server(10))
    await jobs.accept(new_job(1000, cost=5))
    await party.begin(pot=20)
    assert await party.set_aside(40) == 5
    row = await database.read(lambda c: c.scalar(sa.select(events.c.set_aside)))
    assert row == 5
    for guest in (1, 2):
        await party.order(guest)
    with pytest.raises(QuotaExceeded) as caught:
        await party.order(3)
    assert caught.value.usage.limit.ledger is Ledger.POT
    assert caught.value.usage.limit.amount == 5
    with pytest.raises(QuotaExceeded):
        await jobs.accept(new_job(1001, cost=1))  # nothing is left for the others
    assert await party.return_unused() == 1
    await jobs.accept(new_job(1002, cost=1))
    assert await check(database) == []


async def test_an_empty_pot_of_the_server_leaves_an_event_nothing(
    party: Party, limits: LimitRepository
) -> None:
    await limits.set(pot_of_server(0))
    await party.begin(pot=3)
    assert await party.set_aside(6) == 0
    with pytest.raises(QuotaExceeded):
        await party.order()


async def test_a_server_without_a_pot_has_nothing_to_set_aside(party: Party) -> None:
    await party.begin(pot=1)
    assert await party.set_aside(2) == 0
    await party.order()
    assert await party.return_unused() == 0


async def test_without_a_share_an_events_jobs_draw_on_the_servers_pot(
    party: Party, limits: LimitRepository
) -> None:
    await limits.set(pot_of_server(3))
    await party.begin()
    await party.order()
    assert await party.used() == {Window.DAY: 2}
    with pytest.raises(QuotaExceeded) as caught:
        await party.order()
    assert caught.value.usage.resets_at == datetime(2026, 11, 22, tzinfo=UTC)


async def test_what_fails_comes_back_to_the_event_and_after_its_end_to_the_server(
    party: Party, jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    await limits.set(pot_of_server(100))
    await party.begin(pot=2)
    await party.set_aside(4)
    await party.order(1)
    job, token = await claimed(jobs)
    await party.order(2)
    with pytest.raises(QuotaExceeded):
        await party.order(3)
    await jobs.refuse(job.id, token, FailureReason.NO_FACE)
    await party.order(3)
    assert await party.return_unused() == 0
    late, token = await claimed(jobs)
    await jobs.refuse(late.id, token, FailureReason.NO_FACE)  # after the event was closed
    assert await party.return_unused() == 2
    assert await party.used() == {Window.DAY: 2}
    assert await check(database) == []


async def test_a_raised_pot_takes_the_difference_from_the_windows_of_that_moment(
    party: Party, limits: LimitRepository, clock: ManualClock, database: Database
) -> None:
    await limits.set(pot_of_server(10))
    await limits.set(pot_of_server(100, Window.MONTH))
    await party.begin(pot=5)
    assert await party.set_aside(10) == 10
    clock.now = START + timedelta(days=1)
    await party.plan(pot=9)
    assert await party.set_aside(18) == 18
    assert await party.used() == {Window.DAY: 8, Window.MONTH: 18}
    await party.order()
    assert await party.return_unused() == 16
    assert await party.used() == {Window.DAY: 0, Window.MONTH: 2}
    assert await check(database) == []


async def test_without_its_pot_an_event_draws_on_the_servers_again(
    party: Party, limits: LimitRepository, database: Database, clock: ManualClock
) -> None:
    await limits.set(pot_of_server(20))
    await party.begin(pot=1)
    assert await party.set_aside(2) == 2
    await party.order()
    with pytest.raises(QuotaExceeded):
        await party.order()
    await party.plan(pot=None)
    await database.write(lambda c: set_free(c, party.event, now=clock()))
    await party.order()
    assert await party.used() == {Window.DAY: 4}

    await party.plan(pot=5)  # and once more another
    assert await party.set_aside(10) == 10
    assert await party.used() == {Window.DAY: 12}
    assert await party.return_unused() == 8
    assert await party.return_unused() == 0
    assert await party.used() == {Window.DAY: 4}
    assert await check(database) == []


async def test_events_opened_at_once_share_what_is_left(
    database: Database, jobs: JobRepository, limits: LimitRepository, clock: ManualClock, url: str
) -> None:
    await limits.set(pot_of_server(50))
    parties = [Party(database, jobs, clock) for _ in range(8)]
    for party in parties:
        await party.begin(pot=10)
    taken = await asyncio.gather(*(party.set_aside(20) for party in parties))
    assert sorted(taken, reverse=True) == [20, 20, 10, 0, 0, 0, 0, 0]
    assert await parties[0].used() == {Window.DAY: 50}
    returned = await asyncio.gather(*(party.return_unused() for party in [*parties, *parties]))
    assert sum(returned) == 50
    assert await parties[0].used() == {Window.DAY: 0}
    assert await check(database) == []
