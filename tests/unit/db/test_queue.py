from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checks import check_ledgers
from db.database import Database
from db.errors import QuotaExceeded
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.models import Acceptance, Job, JobKind, JobState, Ledger, Limit, Scope, Window
from db.schema import IS_UNTOLD, WAS_SERVED
from db.schema import jobs as jobs_table
from tests.support.quotas import usages_of
from tests.unit.db.tools import MEMBER, START, ManualClock, claim, claimed, job_in, new_job


async def test_accepted_job_holds_all_that_was_asked_for(jobs: JobRepository) -> None:
    new = new_job(41, kind=JobKind.PROMPT, prompt="a lighthouse", photo=None, private=True)
    job = (await jobs.accept(new)).job
    assert (job.interaction_id, job.kind, job.prompt, job.private) == (
        41,
        JobKind.PROMPT,
        "a lighthouse",
        True,
    )
    assert (job.state, job.attempts, job.created_at) == (JobState.QUEUED, 0, START)
    assert "a lighthouse" not in repr(job)
    assert "secret" not in repr(job)


async def test_accepting_an_interaction_twice_gives_the_same_job(
    jobs: JobRepository, limits: LimitRepository
) -> None:
    await limits.set(_daily(1))
    first, second = await asyncio.gather(jobs.accept(new_job(1)), jobs.accept(new_job(1)))
    assert first.job == second.job
    assert {first.created, second.created} == {True, False}
    assert [usage.used for usage in await usages_of(limits, MEMBER)] == [1]


async def test_600_accepts_at_once_are_granted_exactly_50_times(
    jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    await limits.set(_daily(50))
    answers = await asyncio.gather(
        *(jobs.accept(new_job(number)) for number in range(600)), return_exceptions=True
    )
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {Acceptance: 50, QuotaExceeded: 550}
    assert (await jobs.count_by_state())[JobState.QUEUED] == 50
    assert await check_ledgers(database) == []


async def test_concurrent_claims_hand_each_job_out_once(
    jobs: JobRepository, database: Database
) -> None:
    for number in range(20):
        await jobs.accept(new_job(number, user_id=number))
    taken = [job for job in await asyncio.gather(*(claim(jobs) for _ in range(30))) if job]
    assert sorted(job.id for job in taken) == list(range(1, 21))
    assert len({job.submit_token for job in taken}) == 20
    assert await check_ledgers(database) == []


async def test_claim_is_marked_with_where_the_job_goes(jobs: JobRepository) -> None:
    await jobs.accept(new_job(1))
    await jobs.accept(new_job(2, kind=JobKind.PROMPT, prompt="a lighthouse"))
    swap, prompt = [
        await jobs.claim(backend="studio", swap_version="v6", prompt_version="v2", idempotent=True)
        for _ in range(2)
    ]
    assert swap is not None
    assert prompt is not None
    assert (swap.backend, swap.api_version, swap.idempotent, swap.attempts) == (
        "studio",
        "v6",
        True,
        1,
    )
    assert prompt.api_version == "v2"


async def test_cancel_and_claim_of_one_job_have_one_winner(
    jobs: JobRepository, database: Database
) -> None:
    outcomes = Counter[tuple[str, bool]]()
    for number in range(20):
        job = (await jobs.accept(new_job(number))).job
        if number % 2:
            _, taken = await asyncio.gather(jobs.cancel(job.id), claim(jobs))
        else:
            taken, _ = await asyncio.gather(claim(jobs), jobs.cancel(job.id))
        now = await jobs.get(job.id)
        assert (now.state is JobState.SUBMITTING) == (taken is not None)
        outcomes[now.state, now.cancel_wished_at is not None] += 1
    assert set(outcomes) == {(JobState.CANCELLED, False), (JobState.SUBMITTING, True)}
    assert await check_ledgers(database) == []


async def test_members_take_turns(jobs: JobRepository) -> None:
    for number in range(6):
        await jobs.accept(new_job(number, user_id=1))
    await claimed(jobs)
    for number in range(10, 13):
        await jobs.accept(new_job(number, user_id=2))
        await jobs.accept(new_job(number + 10, user_id=3))
    order = [(await claimed(jobs))[0].user_id for _ in range(11)]
    assert order[:8] != [1] * 8
    assert {*order[:3]} == {1, 2, 3} == {*order[3:6]} == {*order[6:9]}
    assert order[9:] == [1, 1]


async def test_being_away_saves_up_no_turns(jobs: JobRepository) -> None:
    for number in range(10):
        await jobs.accept(new_job(number, user_id=1))
        await claimed(jobs)
    for number in range(20, 23):
        await jobs.accept(new_job(number, user_id=2))
        await jobs.accept(new_job(number + 10, user_id=1))
    assert [(await claimed(jobs))[0].user_id for _ in range(6)] == [2, 1, 2, 1, 2, 1]


async def test_dearer_jobs_take_more_of_the_turns(jobs: JobRepository) -> None:
    for number in range(4):
        await jobs.accept(new_job(number, user_id=1, cost=4))
        await jobs.accept(new_job(number + 10, user_id=2, cost=2))
    served = [(await claimed(jobs))[0].user_id for _ in range(6)]
    assert Counter(served) == {1: 2, 2: 4}


async def test_jobs_without_cost_take_turns_too(jobs: JobRepository) -> None:
    for number in range(2):
        await jobs.accept(new_job(number, user_id=1, cost=0))
    await jobs.accept(new_job(10, user_id=2, cost=0))
    assert [(await claimed(jobs))[0].user_id for _ in range(3)] == [1, 2, 1]


async def test_position_counts_the_jobs_served_before(jobs: JobRepository) -> None:
    ids = [(await jobs.accept(new_job(number, user_id=1))).job.id for number in range(3)]
    late = (await jobs.accept(new_job(9, user_id=2))).job.id
    assert [await jobs.position(job_id) for job_id in (ids[0], late, ids[1], ids[2])] == [
        1,
        2,
        3,
        4,
    ]
    taken, _ = await claimed(jobs)
    assert taken.id == ids[0]
    assert await jobs.position(ids[0]) is None
    assert await jobs.position(late) == 1
    assert await jobs.position(999) is None


async def test_postponed_job_lets_the_others_pass(jobs: JobRepository, clock: ManualClock) -> None:
    first, token = await claimed_after_accept(jobs, 1)
    await jobs.postpone(first, token, until=START + timedelta(minutes=5))
    second = (await jobs.accept(new_job(2))).job.id
    assert (await claimed(jobs))[0].id == second
    assert await claim(jobs) is None
    clock.advance(timedelta(minutes=5))
    assert (await claimed(jobs))[0].id == first


async def claimed_after_accept(jobs: JobRepository, interaction_id: int) -> tuple[int, str]:
    await jobs.accept(new_job(interaction_id))
    job, token = await claimed(jobs)
    return job.id, token


async def test_restart_resends_only_where_that_costs_nothing(
    jobs: JobRepository, database: Database
) -> None:
    await jobs.accept(new_job(1))
    risky, _ = await claimed(jobs, idempotent=False)
    await jobs.accept(new_job(2))
    safe, token = await claimed(jobs, idempotent=True)
    await jobs.accept(new_job(3))

    restarted = JobRepository(database)
    recovered = await restarted.recover()

    assert [job.id for job in recovered.unconfirmed] == [risky.id]
    assert recovered.unconfirmed[0].state is JobState.UNCONFIRMED
    assert [(job.id, job.submit_token) for job in recovered.resend] == [(safe.id, token)]
    assert await restarted.list_untold() == recovered.unconfirmed
    assert await check_ledgers(database) == []
    again = await restarted.recover()
    assert (again.unconfirmed, len(again.resend)) == ((), 1)


_COLUMNS = jobs_table.c


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (
            sa.select(_COLUMNS.id)
            .where(_COLUMNS.state == JobState.QUEUED)
            .order_by(_COLUMNS.priority, _COLUMNS.fair_tag, _COLUMNS.id),
            "ix_jobs_queue",
        ),
        (sa.select(_COLUMNS.id).where(IS_UNTOLD).order_by(_COLUMNS.id), "ix_jobs_untold"),
        (sa.select(sa.func.max(_COLUMNS.fair_tag)).where(WAS_SERVED), "ix_jobs_served"),
        (sa.select(_COLUMNS.id).where(_COLUMNS.photo_delete_at <= START), "ix_jobs_photos"),
        (sa.select(_COLUMNS.id).where(_COLUMNS.user_id == MEMBER), "ix_jobs_member"),
    ],
)
async def test_hot_questions_use_their_index(
    database: Database, statement: sa.Select[int], index: str
) -> None:
    async def plan(connection: AsyncConnection) -> str:
        compiled = statement.compile(
            dialect=connection.dialect, compile_kwargs={"literal_binds": True}
        )
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")
        return " ".join(row.detail for row in rows)

    found = await database.read(plan)
    assert index in found
    assert "TEMP B-TREE" not in found


async def test_files_leave_with_their_jobs(jobs: JobRepository, clock: ManualClock) -> None:
    job = await job_in(jobs, JobState.DELIVERED)
    files = await jobs.referenced_files()
    assert files.photos == {"photo.jpg"}
    assert files.pictures == {f"picture-{job.id}.png"}
    (due,) = await jobs.list_files_due(START)
    assert due.picture_delete_at == START
    await jobs.forget_picture(job.id)
    assert await jobs.list_files_due(START) == ()
    clock.advance(timedelta(minutes=15))
    assert [each.id for each in await jobs.list_files_due(clock.now)] == [job.id]
    await jobs.forget_photo(job.id)
    files = await jobs.referenced_files()
    assert (files.photos, files.pictures) == (frozenset(), frozenset())


async def test_files_that_nobody_needs_any_longer_are_due_at_once(jobs: JobRepository) -> None:
    job = await job_in(jobs, JobState.DELIVERED)
    await jobs.forget_picture(job.id)
    await jobs.release_files(job.id)
    (due,) = await jobs.list_files_due(START)
    assert (due.photo_delete_at, due.picture_delete_at) == (START, None)


async def test_lists_answer_what_they_are_named_for(jobs: JobRepository) -> None:
    made: dict[JobState, Job] = {
        state: await job_in(jobs, state, interaction_id=number)
        for number, state in enumerate(JobState)
        if state is not JobState.QUEUED
    }
    made[JobState.QUEUED] = await job_in(jobs, JobState.QUEUED, interaction_id=99)

    assert await jobs.count_by_state() == dict.fromkeys(JobState, 1)
    assert await jobs.list_submitted() == (made[JobState.SUBMITTED],)
    assert await jobs.list_completed() == (made[JobState.COMPLETED],)
    assert await jobs.list_unconfirmed() == (made[JobState.UNCONFIRMED],)
    assert {job.state for job in await jobs.list_unfinished_for_member(MEMBER)} == {
        JobState.QUEUED,
        JobState.SUBMITTING,
        JobState.SUBMITTED,
        JobState.COMPLETED,
    }
    newest = await jobs.list_for_member(MEMBER, limit=2)
    assert [job.id for job in newest] == [9, 8]
    assert {job.state for job in await jobs.list_untold()} == {
        JobState.COMPLETED,
        JobState.UNDELIVERABLE,
        JobState.FAILED,
        JobState.CANCELLED,
        JobState.UNCONFIRMED,
    }
    assert await jobs.backends_of_open_jobs() == {"https://api.example"}
    assert await jobs.list_stale_queued(START) == ()
    stale = await jobs.list_stale_queued(START + timedelta(seconds=1))
    assert stale == (made[JobState.QUEUED],)


async def test_notes_are_kept_without_moving_the_job(
    jobs: JobRepository, clock: ManualClock
) -> None:
    job = await job_in(jobs, JobState.FAILED)
    await jobs.record_told(job.id, JobState.FAILED)
    await jobs.set_card(job.id, 5, 6)
    await jobs.renew_token(job.id, "newer", START + timedelta(minutes=20))
    noted = await jobs.get(job.id)
    assert (noted.state, noted.told) == (JobState.FAILED, JobState.FAILED)
    assert (noted.card_channel_id, noted.card_message_id) == (5, 6)
    assert noted.interaction_token == "newer"
    assert await jobs.list_untold() == ()
    assert await jobs.forget_expired_tokens() == 0
    clock.advance(timedelta(minutes=20))
    assert await jobs.forget_expired_tokens() == 1
    assert (await jobs.get(job.id)).interaction_token is None


def _daily(amount: int) -> Limit:
    return Limit(
        ledger=Ledger.QUOTA,
        scope=Scope.MEMBER,
        scope_id=0,
        guild_id=0,
        window=Window.DAY,
        amount=amount,
    )
