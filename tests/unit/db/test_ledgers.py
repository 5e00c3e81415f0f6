from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

import pytest

from db.checks import check_ledgers
from db.database import Database
from db.errors import QuotaExceeded
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.models import Credits, FailureReason, Job, JobState, Ledger, Limit, Scope, Window
from db.rules import Requester
from db.windows import window_end, window_start
from tests.support.events import insert_event
from tests.support.quotas import usages_of
from tests.unit.db.tools import GUILD, MEMBER, START, ManualClock, claim, claimed, job_in, new_job

EVENT = 77
_REQUESTER = Requester(user_id=MEMBER, guild_id=GUILD)


def limit(
    scope: Scope,
    amount: int,
    *,
    ledger: Ledger = Ledger.QUOTA,
    scope_id: int = 0,
    guild_id: int = 0,
    window: Window = Window.DAY,
) -> Limit:
    return Limit(
        ledger=ledger,
        scope=scope,
        scope_id=scope_id,
        guild_id=guild_id,
        window=window,
        amount=amount,
    )


async def _granted(jobs: JobRepository, start: int, **changes: object) -> int:
    """How many jobs of this kind are accepted before one is refused."""
    for number in range(20):
        try:
            await jobs.accept(new_job(start + number, **changes))
        except QuotaExceeded:
            return number
    return 20


@pytest.mark.parametrize(
    ("rules", "granted"),
    [
        ([], 20),
        ([limit(Scope.MEMBER, 3)], 3),
        ([limit(Scope.MEMBER, 0)], 0),
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 5, scope_id=MEMBER)], 5),
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 1, scope_id=MEMBER)], 1),
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 9, scope_id=MEMBER + 1)], 3),
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 2, guild_id=GUILD)], 2),
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 2, guild_id=GUILD + 1)], 3),
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 2, window=Window.HOUR)], 2),
        ([limit(Scope.SERVER, 4)], 4),
        ([limit(Scope.SERVER, 4), limit(Scope.SERVER, 6, scope_id=GUILD)], 6),
        ([limit(Scope.MEMBER, 0), limit(Scope.MEMBER, 2, guild_id=GUILD)], 0),  # it is shut
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 9, guild_id=GUILD)], 9),
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 9, guild_id=GUILD, window=Window.HOUR)], 3),
        ([limit(Scope.COMMUNITY_EVENT, 4)], 20),
        ([limit(Scope.OPERATOR, 7)], 7),
        ([limit(Scope.OPERATOR, 9, ledger=Ledger.CREDITS)], 4),
    ],
)
async def test_limits_that_count(
    jobs: JobRepository, limits: LimitRepository, rules: list[Limit], granted: int
) -> None:
    for rule in rules:
        await limits.set(rule)
    assert await _granted(jobs, 1) == granted


@pytest.mark.parametrize(
    ("rules", "granted"),
    [
        ([limit(Scope.MEMBER, 3), limit(Scope.MEMBER, 3, guild_id=GUILD)], 20),
        ([limit(Scope.MEMBER, 0)], 0),  # the operator's word
        ([limit(Scope.SERVER, 3, scope_id=GUILD, guild_id=GUILD)], 20),
        ([limit(Scope.COMMUNITY_EVENT, 4)], 4),
        ([limit(Scope.COMMUNITY_EVENT, 4), limit(Scope.COMMUNITY_EVENT, 2, scope_id=EVENT)], 2),
        ([limit(Scope.COMMUNITY_EVENT, 4, scope_id=EVENT + 1)], 20),
        ([limit(Scope.OPERATOR, 7)], 7),
    ],
)
async def test_in_an_event_everyday_rules_do_not_count(
    jobs: JobRepository,
    limits: LimitRepository,
    database: Database,
    rules: list[Limit],
    granted: int,
) -> None:
    await insert_event(database, id=EVENT)
    for rule in rules:
        await limits.set(rule)
    assert await _granted(jobs, 1, event_id=EVENT) == granted


async def test_limits_count_apart_for_each_member_server_and_event(
    jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    for number in (5, 6):
        await insert_event(database, id=number)
    await limits.set(limit(Scope.MEMBER, 2))
    await limits.set(limit(Scope.SERVER, 3))
    await limits.set(limit(Scope.COMMUNITY_EVENT, 1))
    assert await _granted(jobs, 100) == 2
    assert await _granted(jobs, 200, user_id=1) == 1  # the server is full
    assert await _granted(jobs, 300, user_id=2, guild_id=None) == 2
    assert await _granted(jobs, 400, user_id=3, guild_id=1, event_id=5) == 1
    assert await _granted(jobs, 500, user_id=3, guild_id=1, event_id=6) == 1
    assert await _granted(jobs, 600, user_id=3, guild_id=1) == 2


async def test_refusal_says_which_limit_and_reserves_nothing(
    jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    rule = limit(Scope.SERVER, 1)
    await limits.set(limit(Scope.MEMBER, 5))
    await limits.set(rule)
    await jobs.accept(new_job(1))
    with pytest.raises(QuotaExceeded) as caught:
        await jobs.accept(new_job(2))
    assert (caught.value.usage.limit, caught.value.usage.used) == (rule, 1)
    assert caught.value.usage.remaining == 0
    assert caught.value.usage.resets_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert [usage.used for usage in await usages_of(limits, MEMBER, GUILD)] == [1, 1]
    assert await check_ledgers(database) == []


async def test_changed_limit_counts_at_once(jobs: JobRepository, limits: LimitRepository) -> None:
    await limits.set(limit(Scope.MEMBER, 1))
    assert await _granted(jobs, 1) == 1
    await limits.set(limit(Scope.MEMBER, 3))
    assert await _granted(jobs, 10) == 2
    await limits.set(limit(Scope.MEMBER, 2))
    assert await _granted(jobs, 20) == 0
    assert await limits.remove(limit(Scope.MEMBER, 0))
    assert not await limits.remove(limit(Scope.MEMBER, 0))
    assert await limits.list() == ()
    assert await _granted(jobs, 30) == 20


async def test_new_window_starts_empty_and_a_return_goes_to_the_old_one(
    jobs: JobRepository, limits: LimitRepository, clock: ManualClock, database: Database
) -> None:
    await limits.set(limit(Scope.MEMBER, 1))
    clock.now = datetime(2026, 11, 21, 23, 59, 59, 999999, tzinfo=UTC)
    late = (await jobs.accept(new_job(1))).job
    with pytest.raises(QuotaExceeded):
        await jobs.accept(new_job(2))
    clock.now = datetime(2026, 11, 22, tzinfo=UTC)
    await jobs.accept(new_job(3))

    await jobs.cancel(late.id)

    with pytest.raises(QuotaExceeded):
        await jobs.accept(new_job(4))
    clock.now -= timedelta(seconds=1)
    assert [usage.used for usage in await usages_of(limits, MEMBER)] == [0]
    assert await check_ledgers(database) == []


@pytest.mark.parametrize("window", list(Window))
async def test_operators_cap_lets_no_job_out_and_takes_nothing(
    jobs: JobRepository, limits: LimitRepository, database: Database, window: Window
) -> None:
    for number in range(3):
        await jobs.accept(new_job(number))
    cap = limit(Scope.OPERATOR, 5, ledger=Ledger.CREDITS, window=window)
    await limits.set(cap)
    first, token = await claimed(jobs)
    await claimed(jobs)
    with pytest.raises(QuotaExceeded) as caught:
        await claim(jobs)
    assert (caught.value.usage.limit, caught.value.usage.used) == (cap, 4)
    assert [(usage.limit, usage.used) for usage in await limits.caps()] == [(cap, 4)]
    assert await limits.credits() == Credits(held=4, spent=0)
    assert await check_ledgers(database) == []
    waiting = await jobs.get(3)
    assert (waiting.state, waiting.attempts, waiting.submit_token) == (JobState.QUEUED, 0, None)

    await jobs.refuse(first.id, token, FailureReason.NO_FACE)
    assert (await claimed(jobs))[0].id == 3


async def test_what_fits_into_a_cap_goes_ahead_of_what_does_not(
    jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    for number, cost in enumerate((2, 4, 1, 0, 2)):
        await jobs.accept(new_job(number, cost=cost))
    cap = limit(Scope.OPERATOR, 4, ledger=Ledger.CREDITS)
    await limits.set(cap)
    assert [(await claimed(jobs))[0].id for _ in range(3)] == [1, 3, 4]
    with pytest.raises(QuotaExceeded) as caught:
        await claim(jobs)
    assert (caught.value.usage.limit, caught.value.usage.used) == (cap, 3)
    assert await check_ledgers(database) == []
    await limits.remove(cap)
    assert [(await claimed(jobs))[0].id for _ in range(2)] == [2, 5]


async def test_an_order_that_would_only_wait_for_the_cap_is_refused(
    jobs: JobRepository, limits: LimitRepository, database: Database, clock: ManualClock
) -> None:
    cap = limit(Scope.OPERATOR, 5, ledger=Ledger.CREDITS)
    await limits.set(cap)
    await jobs.accept(new_job(1))
    await claimed(jobs)
    await jobs.accept(new_job(2))  # 2 are held and 2 promised
    for refused in (jobs.accept(new_job(3)), jobs.require_room(_REQUESTER, cost=2)):
        with pytest.raises(QuotaExceeded) as caught:
            await refused
        assert (caught.value.usage.limit, caught.value.usage.used) == (cap, 2)
        assert caught.value.usage.resets_at == window_end(Window.DAY, START)
    cheap = (await jobs.accept(new_job(4, cost=1))).job
    await jobs.accept(new_job(5, cost=0))  # what is free is never refused
    await limits.set(limit(Scope.OPERATOR, 0, ledger=Ledger.CREDITS))
    await jobs.cancel(2)
    await jobs.cancel(cheap.id)
    assert (await claimed(jobs))[0].cost == 0
    assert await check_ledgers(database) == []
    clock.advance(timedelta(days=1))
    with pytest.raises(QuotaExceeded):
        await jobs.accept(new_job(6))
    await limits.set(cap)
    await jobs.accept(new_job(7))


@pytest.mark.parametrize("window", [Window.DAY, Window.MONTH])
async def test_a_new_cap_counts_what_its_window_has_cost_already(
    jobs: JobRepository,
    limits: LimitRepository,
    database: Database,
    clock: ManualClock,
    window: Window,
) -> None:
    await job_in(jobs, JobState.DELIVERED, interaction_id=1)
    clock.advance(timedelta(days=40))
    unconfirmed = await job_in(jobs, JobState.UNCONFIRMED, interaction_id=2)
    await job_in(jobs, JobState.SUBMITTED, interaction_id=3)
    await job_in(jobs, JobState.FAILED, interaction_id=4)  # cost nothing
    cap = limit(Scope.OPERATOR, 6, ledger=Ledger.CREDITS, window=window)
    for _ in range(2):  # each start sets it
        await limits.set(cap)
        assert [usage.used for usage in await limits.caps()] == [4]
        assert await check_ledgers(database) == []
    await limits.remove(cap)
    await job_in(jobs, JobState.COMPLETED, interaction_id=5)
    await limits.set(cap)
    assert [usage.used for usage in await limits.caps()] == [6]
    await jobs.resolve(unconfirmed.id, charged=False, actor="operator")
    assert [usage.used for usage in await limits.caps()] == [4]
    assert await check_ledgers(database) == []


async def test_what_was_lost_after_midnight_counts_on_the_day_it_was_sent(
    jobs: JobRepository, limits: LimitRepository, database: Database, clock: ManualClock
) -> None:
    cap = limit(Scope.OPERATOR, 6, ledger=Ledger.CREDITS)
    await limits.set(cap)
    sending = await job_in(jobs, JobState.SUBMITTING)
    clock.advance(timedelta(days=1))
    await jobs.record_unconfirmed(sending.id, sending.submit_token or "")
    await limits.set(cap)
    assert [usage.used for usage in await limits.caps()] == [0]
    assert await check_ledgers(database) == []


async def test_a_cap_is_never_exceeded_by_one_credit(
    database: Database, url: str, limits: LimitRepository, clock: ManualClock
) -> None:
    """Two connections claim, give back, lose and spend at random; day and month count apart."""
    await _accept_all(JobRepository(database, clock=clock))
    await limits.set(limit(Scope.OPERATOR, 21, ledger=Ledger.CREDITS))
    await limits.set(limit(Scope.OPERATOR, 33, ledger=Ledger.CREDITS, window=Window.MONTH))
    dice = random.Random(3)
    seen: list[dict[Window, int]] = []

    async def work(door: JobRepository) -> None:
        for _ in range(10):
            try:
                job = await claim(door)
            except QuotaExceeded:
                continue
            assert job is not None
            seen.append({usage.limit.window: usage.used for usage in await limits.caps()})
            await _any_outcome(door, job, dice)

    async with Database.open(url, exclusive=False) as beside:
        doors = [JobRepository(each, clock=clock) for each in (database, beside)]
        await asyncio.gather(*(work(doors[number % 2]) for number in range(4)))
        clock.advance(timedelta(days=1))
        await asyncio.gather(*(work(doors[number % 2]) for number in range(4)))
    assert max(used[Window.DAY] for used in seen) in {20, 21}
    assert max(used[Window.MONTH] for used in seen) in {32, 33}
    assert await check_ledgers(database) == []


async def _accept_all(jobs: JobRepository) -> None:
    for number in range(150):
        await jobs.accept(new_job(number, user_id=number % 5, cost=1 + number % 3))


async def _any_outcome(jobs: JobRepository, job: Job, dice: random.Random) -> None:
    token, luck = job.submit_token or "", dice.random()
    if luck < 0.3:
        await jobs.postpone(job.id, token, until=START)
    elif luck < 0.5:
        await jobs.refuse(job.id, token, FailureReason.NO_FACE)
    elif luck < 0.7:
        await jobs.record_unconfirmed(job.id, token)
    else:
        await jobs.record_submitted(job.id, token, f"remote-{job.id}", START)


async def test_credits_of_an_unconfirmed_job_stay_held(
    jobs: JobRepository, limits: LimitRepository
) -> None:
    job = await job_in(jobs, JobState.UNCONFIRMED)
    await jobs.accept(new_job(2))
    await limits.set(limit(Scope.OPERATOR, 2, ledger=Ledger.CREDITS, window=Window.MONTH))
    with pytest.raises(QuotaExceeded):
        await claim(jobs)
    await jobs.resolve(job.id, charged=False, actor="operator")
    assert await claim(jobs) is not None


async def test_racing_ends_settle_once(
    jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    job = await job_in(jobs, JobState.SUBMITTED)
    ends = [jobs.cancel(job.id), jobs.complete(job.id, "p.png"), jobs.cancel(job.id)]
    ends += [jobs.fail(job.id, FailureReason.DEADLINE) for _ in range(3)]
    results = await asyncio.gather(*ends, return_exceptions=True)
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert await limits.credits() == Credits(held=0, spent=2)
    assert await check_ledgers(database) == []


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        (Window.HOUR, "2026-11-21T12:00", "2026-11-21T13:00"),
        (Window.DAY, "2026-11-21T00:00", "2026-11-22T00:00"),
        (Window.WEEK, "2026-11-16T00:00", "2026-11-23T00:00"),
        (Window.MONTH, "2026-11-01T00:00", "2026-12-01T00:00"),
        (Window.TOTAL, "1970-01-01T00:00", None),
    ],
)
def test_windows(window: Window, start: str, end: str | None) -> None:
    now = START + timedelta(minutes=34, seconds=5)
    assert window_start(window, now) == datetime.fromisoformat(start).replace(tzinfo=UTC)
    expected = None if end is None else datetime.fromisoformat(end).replace(tzinfo=UTC)
    assert window_end(window, now) == expected


@pytest.mark.parametrize("window", [Window.HOUR, Window.DAY, Window.WEEK, Window.MONTH])
def test_each_window_ends_where_the_next_begins(window: Window) -> None:
    for days in range(0, 800, 7):
        now = datetime(2027, 12, 31, 23, 30, tzinfo=UTC) + timedelta(days=days)
        end = window_end(window, now)
        assert end is not None
        assert window_start(window, now) <= now < end == window_start(window, end)
        assert window_start(window, end - timedelta(microseconds=1)) == window_start(window, now)
