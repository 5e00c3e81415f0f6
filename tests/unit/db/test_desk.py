from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from db.checks import check_ledgers
from db.database import Database
from db.errors import JobNotFound, JobUnderWay, NotKept, TransitionRefused
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.members import MemberRepository
from db.models import (
    Credits,
    FailureReason,
    JobKind,
    JobState,
    Ledger,
    ReservationState,
)
from tests.support.quotas import usages_of
from tests.unit.db.tools import (
    MEMBER,
    START,
    ManualClock,
    claim,
    claimed,
    daily_quota,
    desk_of,
    holdings,
    job_in,
    new_job,
)

HELD, SPENT, BACK = ReservationState.HELD, ReservationState.SPENT, ReservationState.RETURNED
UNDER_WAY = {JobState.QUEUED, JobState.SUBMITTING, JobState.SUBMITTED}
QUOTA_SPENT = {JobState.COMPLETED, JobState.DELIVERED, JobState.UNDELIVERABLE}


@pytest.fixture(autouse=True)
async def quota(limits: LimitRepository) -> None:
    await limits.set(daily_quota(50))


async def used(limits: LimitRepository) -> int:
    (usage,) = await usages_of(limits, MEMBER)
    return usage.used


async def test_jobs_are_found_by_state_member_and_time(
    jobs: JobRepository, clock: ManualClock
) -> None:
    desk = desk_of(jobs)
    first = await job_in(jobs, JobState.DELIVERED, interaction_id=1)
    clock.advance(timedelta(hours=2))
    second = await job_in(jobs, JobState.FAILED, interaction_id=2)
    third = (await jobs.accept(new_job(3, user_id=9))).job

    async def found(**wanted: object) -> list[int]:
        return [job.id for job in await desk.find(**{"limit": 10, **wanted})]  # type: ignore[arg-type]

    assert await found() == [third.id, second.id, first.id]
    assert await found(limit=2) == [third.id, second.id]
    assert await found(states={JobState.FAILED, JobState.QUEUED}) == [third.id, second.id]
    assert await found(user_id=9) == [third.id]
    assert await found(since=START + timedelta(hours=1)) == [third.id, second.id]
    assert await found(user_id=MEMBER, states={JobState.QUEUED}) == []


async def test_a_record_holds_log_and_ledgers(jobs: JobRepository) -> None:
    job = await job_in(jobs, JobState.DELIVERED)
    record = await desk_of(jobs).record(job.id)
    assert record.job == job
    assert [each.to_state for each in record.log] == [
        JobState.QUEUED,
        JobState.SUBMITTING,
        JobState.SUBMITTED,
        JobState.COMPLETED,
        JobState.DELIVERED,
    ]
    assert [(each.ledger, each.attempt, each.state) for each in record.entries] == [
        (Ledger.QUOTA, 0, SPENT),
        (Ledger.CREDITS, 1, SPENT),
    ]
    with pytest.raises(JobNotFound):
        await desk_of(jobs).record(99)


@pytest.mark.parametrize("state", list(JobState))
async def test_a_refund_gives_back_what_was_spent_once_and_is_logged(
    jobs: JobRepository, limits: LimitRepository, database: Database, state: JobState
) -> None:
    desk, job = desk_of(jobs), await job_in(jobs, state)
    if state in UNDER_WAY:
        with pytest.raises(JobUnderWay):
            await desk.refund(job.id)
        assert await used(limits) == 1
        return
    given = await asyncio.gather(*(desk.refund(job.id) for _ in range(4)))
    assert sorted(given) == [0, 0, 0, int(state in QUOTA_SPENT)]
    assert await used(limits) == 0
    assert await jobs.get(job.id) == job
    last = (await desk.record(job.id)).log[-1]
    assert (last.detail == "quota refunded") is (state in QUOTA_SPENT)
    assert last.to_state is state
    assert await check_ledgers(database) == []


async def test_a_job_cancelled_at_the_api_can_be_refunded_too(
    jobs: JobRepository, limits: LimitRepository
) -> None:
    job = await jobs.cancel((await job_in(jobs, JobState.SUBMITTED)).id)
    assert await desk_of(jobs).refund(job.id) == 1
    assert await used(limits) == 0
    assert await limits.credits() == Credits(held=0, spent=2)


async def test_a_failed_job_is_sent_once_more_on_the_house(
    jobs: JobRepository, limits: LimitRepository, database: Database, clock: ManualClock
) -> None:
    job = await jobs.fail((await job_in(jobs, JobState.SUBMITTED)).id, FailureReason.DEADLINE)
    await jobs.record_told(job.id, JobState.FAILED)
    clock.advance(timedelta(minutes=5))

    again = await desk_of(jobs).retry(job.id)
    assert (again.state, again.failure, again.told, again.finished_at) == (
        JobState.QUEUED,
        None,
        None,
        None,
    )
    assert (again.remote_id, again.backend, again.submit_token) == (None, None, None)
    assert (again.photo, again.photo_delete_at, again.created_at) == ("photo.jpg", None, clock.now)
    assert await check_ledgers(database) == []

    _, token = await claimed(jobs)
    assert await limits.credits() == Credits(held=2, spent=2)
    assert await check_ledgers(database) == []
    await jobs.record_submitted(job.id, token, "second", START + timedelta(hours=1))
    await jobs.complete(job.id, "p.png")
    done = await jobs.record_delivered(job.id, 1, 2)
    assert done.state is JobState.DELIVERED
    assert await limits.credits() == Credits(held=0, spent=4)
    assert await used(limits) == 0
    assert await holdings(database, job.id) == {
        Ledger.QUOTA: [BACK],
        Ledger.POT: [],
        Ledger.CREDITS: [SPENT, SPENT],
    }
    assert await check_ledgers(database) == []


@pytest.mark.parametrize("end", ["cancel", "fail", "unconfirmed", "postpone"])
async def test_however_the_second_try_ends_the_ledgers_add_up(
    jobs: JobRepository, limits: LimitRepository, database: Database, end: str
) -> None:
    job = await jobs.fail((await job_in(jobs, JobState.SUBMITTED)).id, FailureReason.DEADLINE)
    await desk_of(jobs).retry(job.id)
    if end in {"cancel", "fail"}:
        step = jobs.cancel(job.id) if end == "cancel" else jobs.fail(job.id, FailureReason.TOO_OLD)
    else:
        _, token = await claimed(jobs)
        if end == "unconfirmed":
            step = jobs.record_unconfirmed(job.id, token)
        else:
            step = jobs.postpone(job.id, token, until=START)
    await step
    assert await used(limits) == 0
    assert (await limits.credits()).spent == 2
    assert await check_ledgers(database) == []


async def test_a_second_failure_is_told_again(jobs: JobRepository) -> None:
    job = await job_in(jobs, JobState.FAILED)
    await jobs.record_told(job.id, JobState.FAILED)
    await desk_of(jobs).retry(job.id)
    assert await jobs.list_untold() == ()
    await jobs.fail(job.id, FailureReason.TOO_OLD)
    assert [each.id for each in await jobs.list_untold()] == [job.id]


async def test_a_picture_without_a_place_is_posted_again(
    jobs: JobRepository, database: Database
) -> None:
    job = await job_in(jobs, JobState.UNDELIVERABLE)
    await jobs.record_told(job.id, JobState.UNDELIVERABLE)
    again = await desk_of(jobs).retry(job.id)
    assert (again.state, again.picture_delete_at) == (JobState.COMPLETED, None)
    assert again.finished_at == job.finished_at
    assert await jobs.list_untold() == (again,)  # so a running bot takes it up
    assert await check_ledgers(database) == []


async def test_what_is_deleted_or_about_to_be_cannot_be_tried_again(
    jobs: JobRepository, database: Database, clock: ManualClock
) -> None:
    desk = desk_of(jobs)
    failed = await job_in(jobs, JobState.FAILED, interaction_id=1)
    undeliverable = await job_in(jobs, JobState.UNDELIVERABLE, interaction_id=2)
    clock.advance(timedelta(minutes=15))
    clock.advance(timedelta(days=7))
    words = (await jobs.accept(new_job(3, kind=JobKind.PROMPT, prompt="x", photo=None))).job
    await jobs.fail(words.id, FailureReason.TOO_OLD)
    await MemberRepository(database, clock=clock).erase(MEMBER)
    for job, lost in ((failed, "photo"), (undeliverable, "picture"), (words, "prompt")):
        with pytest.raises(NotKept) as caught:
            await desk.retry(job.id)
        assert caught.value.what == lost


async def test_retries_and_claims_at_once_make_one_more_try(
    jobs: JobRepository, database: Database
) -> None:
    job = await job_in(jobs, JobState.FAILED)
    desk = desk_of(jobs)
    race = [desk.retry(job.id), claim(jobs), desk.retry(job.id), claim(jobs), claim(jobs)]
    outcomes = await asyncio.gather(*race, return_exceptions=True)
    assert sum(isinstance(each, TransitionRefused) for each in outcomes) == 1
    assert (await jobs.get(job.id)).attempts == 2
    assert await check_ledgers(database) == []
