from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from db.checks import check_ledgers
from db.database import Database
from db.errors import JobNotFound, RemoteIdTaken, TransitionRefused
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.models import (
    Credits,
    FailureReason,
    Job,
    JobState,
    Ledger,
    ReservationState,
    Scope,
)
from db.restoring import after_restore
from db.transitions import TRANSITIONS, Periods
from tests.support.quotas import usages_of
from tests.unit.db.tools import (
    API,
    CHANNEL,
    MEMBER,
    START,
    ManualClock,
    claim,
    daily_quota,
    desk_of,
    holdings,
    job_in,
    log_of,
)

HELD, SPENT, BACK = ReservationState.HELD, ReservationState.SPENT, ReservationState.RETURNED
LATER = START + timedelta(hours=1)
SHORT = timedelta(minutes=15)
NOW = timedelta(0)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
NEEDED = None

QUEUED, SUBMITTING, SUBMITTED = JobState.QUEUED, JobState.SUBMITTING, JobState.SUBMITTED
UNCONFIRMED, COMPLETED, FAILED = JobState.UNCONFIRMED, JobState.COMPLETED, JobState.FAILED
DELIVERED, UNDELIVERABLE = JobState.DELIVERED, JobState.UNDELIVERABLE
CANCELLED = JobState.CANCELLED

Step = Callable[[JobRepository, Job], Awaitable[Job | None]]


def _token(job: Job) -> str:
    return job.submit_token or "no token yet"


async def restore(jobs: JobRepository, job: Job) -> Job:
    """The one step that is not taken by number: it looks for the jobs it is for."""
    if job.state is not QUEUED:
        raise TransitionRefused(job.id, job.state, UNCONFIRMED)
    await after_restore(
        jobs._database, backend=API, periods=jobs._periods, was_copy=False, clock=jobs._clock
    )
    return await jobs.get(job.id)


STEPS: dict[str, Step] = {
    "claim": lambda jobs, _: claim(jobs),
    "postpone": lambda jobs, job: jobs.postpone(job.id, _token(job), until=LATER),
    "refuse": lambda jobs, job: jobs.refuse(job.id, _token(job), FailureReason.NO_FACE),
    "record_submitted": lambda jobs, job: jobs.record_submitted(job.id, _token(job), "r", LATER),
    "record_unconfirmed": lambda jobs, job: jobs.record_unconfirmed(job.id, _token(job)),
    "resolve_charged": lambda jobs, job: jobs.resolve(job.id, charged=True, actor="operator"),
    "resolve_free": lambda jobs, job: jobs.resolve(job.id, charged=False, actor="operator"),
    "retry": lambda jobs, job: desk_of(jobs).retry(job.id),
    "restore": restore,
    "complete": lambda jobs, job: jobs.complete(job.id, "p.png"),
    "fail": lambda jobs, job: jobs.fail(job.id, FailureReason.DEADLINE),
    "cancel": lambda jobs, job: jobs.cancel(job.id),
    "wish, postpone": lambda jobs, job: _wished(jobs, job, "postpone"),
    "wish, refuse": lambda jobs, job: _wished(jobs, job, "refuse"),
    "wish, record_submitted": lambda jobs, job: _wished(jobs, job, "record_submitted"),
    "wish, record_unconfirmed": lambda jobs, job: _wished(jobs, job, "record_unconfirmed"),
    "record_delivered": lambda jobs, job: jobs.record_delivered(job.id, CHANNEL, 5),
    "deliver_smaller": lambda jobs, job: jobs.record_delivered(
        job.id, CHANNEL, 5, keep_original=True
    ),
    "record_undeliverable": lambda jobs, job: jobs.record_undeliverable(job.id),
    "lose_picture": lambda jobs, job: jobs.record_picture_lost(job.id),
}


async def _wished(jobs: JobRepository, job: Job, step: str) -> Job | None:
    """Cancel a job that is being sent, and then take the step that its answer asks for."""
    if job.state is SUBMITTING:
        wished = await jobs.cancel(job.id)
        assert (wished.state, wished.cancel_wished_at) == (SUBMITTING, START)
        assert await jobs.cancel(job.id) == wished
    return await STEPS[step](jobs, job)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table: what a step makes of a job, its ledgers and its files."""

    origin: JobState
    step: str
    to: JobState
    quota: ReservationState
    credits: ReservationState | None
    photo: timedelta | None
    picture: timedelta | None = None


# Where the table leaves a field blank, what stood before is written here.
# fmt: off
TABLE = [
    Row(origin=QUEUED, step="cancel", to=CANCELLED, quota=BACK, credits=None, photo=NOW),
    Row(origin=QUEUED, step="fail", to=FAILED, quota=BACK, credits=None, photo=NOW),
    Row(origin=QUEUED, step="restore", to=UNCONFIRMED, quota=BACK, credits=HELD, photo=SHORT),
    Row(origin=QUEUED, step="claim", to=SUBMITTING, quota=HELD, credits=HELD, photo=NEEDED),
    Row(origin=SUBMITTING, step="postpone", to=QUEUED, quota=HELD, credits=BACK, photo=NEEDED),
    Row(origin=SUBMITTING, step="refuse", to=FAILED, quota=BACK, credits=BACK, photo=SHORT),
    Row(origin=SUBMITTING, step="record_submitted", to=SUBMITTED, quota=HELD, credits=SPENT,
        photo=NEEDED),
    Row(origin=SUBMITTING, step="record_unconfirmed", to=UNCONFIRMED, quota=BACK, credits=HELD,
        photo=SHORT),
    Row(origin=SUBMITTING, step="wish, postpone", to=CANCELLED, quota=BACK, credits=BACK,
        photo=NOW),
    Row(origin=SUBMITTING, step="wish, refuse", to=CANCELLED, quota=BACK, credits=BACK, photo=NOW),
    Row(origin=SUBMITTING, step="wish, record_submitted", to=CANCELLED, quota=SPENT, credits=SPENT,
        photo=NOW),
    Row(origin=SUBMITTING, step="wish, record_unconfirmed", to=UNCONFIRMED, quota=BACK,
        credits=HELD, photo=SHORT),
    Row(origin=UNCONFIRMED, step="record_submitted", to=SUBMITTED, quota=BACK, credits=SPENT,
        photo=NEEDED),
    Row(origin=UNCONFIRMED, step="resolve_charged", to=FAILED, quota=BACK, credits=SPENT,
        photo=SHORT),
    Row(origin=UNCONFIRMED, step="resolve_free", to=FAILED, quota=BACK, credits=BACK, photo=SHORT),
    Row(origin=SUBMITTED, step="complete", to=COMPLETED, quota=SPENT, credits=SPENT, photo=SHORT),
    Row(origin=SUBMITTED, step="fail", to=FAILED, quota=BACK, credits=SPENT, photo=SHORT),
    Row(origin=SUBMITTED, step="cancel", to=CANCELLED, quota=SPENT, credits=SPENT, photo=NOW),
    Row(origin=COMPLETED, step="cancel", to=CANCELLED, quota=SPENT, credits=SPENT, photo=NOW,
        picture=NOW),
    Row(origin=COMPLETED, step="record_delivered", to=DELIVERED, quota=SPENT, credits=SPENT,
        photo=SHORT, picture=NOW),
    Row(origin=COMPLETED, step="record_undeliverable", to=UNDELIVERABLE, quota=SPENT, credits=SPENT,
        photo=SHORT, picture=WEEK),
    Row(origin=COMPLETED, step="deliver_smaller", to=DELIVERED, quota=SPENT, credits=SPENT,
        photo=SHORT, picture=DAY),
    Row(origin=COMPLETED, step="lose_picture", to=FAILED, quota=BACK, credits=SPENT, photo=SHORT),
    Row(origin=UNDELIVERABLE, step="record_delivered", to=DELIVERED, quota=SPENT, credits=SPENT,
        photo=SHORT, picture=NOW),
    Row(origin=UNDELIVERABLE, step="retry", to=COMPLETED, quota=SPENT, credits=SPENT, photo=SHORT,
        picture=NEEDED),
    Row(origin=FAILED, step="retry", to=QUEUED, quota=BACK, credits=BACK, photo=NEEDED),
    Row(origin=UNDELIVERABLE, step="deliver_smaller", to=DELIVERED, quota=SPENT, credits=SPENT,
        photo=SHORT, picture=DAY),
    Row(origin=UNDELIVERABLE, step="lose_picture", to=FAILED, quota=BACK, credits=SPENT,
        photo=SHORT),
]
# fmt: on

# A wish is no transition; without one, an answer to an unconfirmed job's submission counts.
_ALLOWED = {(row.origin, row.step) for row in TABLE} | {
    (SUBMITTING, "cancel"),
    (UNCONFIRMED, "wish, record_submitted"),
}


@pytest.fixture(autouse=True)
async def quota(limits: LimitRepository) -> None:
    await limits.set(daily_quota(5))
    await limits.set(replace(daily_quota(50), ledger=Ledger.POT, scope=Scope.SERVER))


def test_this_table_has_every_transition() -> None:
    assert {(row.origin, row.to) for row in TABLE} == set(TRANSITIONS)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.origin}-{row.step}")
async def test_transition(
    jobs: JobRepository,
    limits: LimitRepository,
    database: Database,
    row: Row,
) -> None:
    before = await job_in(jobs, row.origin)

    job = await STEPS[row.step](jobs, before)

    assert job is not None
    assert job.state is row.to
    assert job == await jobs.get(job.id)
    assert await holdings(database, job.id) == {
        Ledger.QUOTA: [row.quota],
        Ledger.POT: [row.quota],
        Ledger.CREDITS: [] if row.credits is None else [row.credits],
    }
    assert [usage.used for usage in await usages_of(limits, MEMBER)] == [row.quota is not BACK]
    assert await limits.credits() == Credits(
        held=job.cost * (row.credits is HELD), spent=job.cost * (row.credits is SPENT)
    )
    assert job.photo == "photo.jpg"
    assert job.photo_delete_at == _after(row.photo)
    assert job.picture_delete_at == _after(row.picture)


def _after(period: timedelta | None) -> datetime | None:
    return None if period is None else START + period


@pytest.mark.parametrize("state", list(JobState))
async def test_any_other_step_is_refused_and_changes_nothing(
    jobs: JobRepository, database: Database, state: JobState
) -> None:
    job = await job_in(jobs, state)
    held = await holdings(database, job.id)
    refused = [step for step in STEPS if (state, step) not in _ALLOWED and step != "claim"]

    for step in refused:
        with pytest.raises(TransitionRefused) as caught:
            await STEPS[step](jobs, job)
        assert (caught.value.job_id, caught.value.state) == (job.id, state)

    assert len(refused) >= len(STEPS) - 10
    assert await jobs.get(job.id) == job
    assert await holdings(database, job.id) == held


@pytest.mark.parametrize("state", [state for state in JobState if state is not QUEUED])
async def test_only_queued_jobs_are_claimed(jobs: JobRepository, state: JobState) -> None:
    await job_in(jobs, state)
    assert await claim(jobs) is None


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (SUBMITTING, "postpone"),
        (SUBMITTING, "refuse"),
        (SUBMITTING, "record_submitted"),
        (SUBMITTING, "record_unconfirmed"),
        (UNCONFIRMED, "record_submitted"),
    ],
)
async def test_another_workers_token_changes_nothing(
    jobs: JobRepository, state: JobState, step: str
) -> None:
    job = await job_in(jobs, state)
    stranger = dataclasses.replace(job, submit_token="somebody else's")
    with pytest.raises(TransitionRefused):
        await STEPS[step](jobs, stranger)
    assert await jobs.get(job.id) == job


@pytest.mark.parametrize("step", [step for step in STEPS if step != "claim"])
async def test_job_that_does_not_exist(jobs: JobRepository, step: str) -> None:
    job = await job_in(jobs, QUEUED)
    with pytest.raises(JobNotFound, match="999"):
        await STEPS[step](jobs, dataclasses.replace(job, id=999))


async def test_a_wish_to_cancel_is_logged_and_does_not_hide_what_was_paid(
    jobs: JobRepository, database: Database
) -> None:
    job = await job_in(jobs, SUBMITTING)
    await jobs.cancel(job.id)
    ended = await jobs.record_submitted(job.id, _token(job), "remote", LATER)
    assert (ended.remote_id, ended.submitted_at) == ("remote", START)
    lines = await log_of(database, job.id)
    assert lines[-3:] == [
        (SUBMITTING, SUBMITTING, "member"),
        (SUBMITTING, SUBMITTED, "worker"),
        (SUBMITTED, CANCELLED, "member"),
    ]
    assert await check_ledgers(database) == []


async def test_late_answer_keeps_the_quota_given_back(
    jobs: JobRepository, database: Database
) -> None:
    job = await job_in(jobs, UNCONFIRMED)
    assert job.finished_at == START
    revived = await jobs.record_submitted(job.id, _token(job), "late", LATER)
    assert revived.finished_at is None
    await jobs.complete(job.id, "p.png")
    assert (await holdings(database, job.id))[Ledger.QUOTA] == [BACK]


async def test_postponed_job_holds_credits_anew_when_it_is_claimed_again(
    jobs: JobRepository, database: Database, limits: LimitRepository, clock: ManualClock
) -> None:
    job = await job_in(jobs, SUBMITTING)
    await jobs.postpone(job.id, _token(job), until=LATER)
    assert await claim(jobs) is None
    clock.now = LATER

    again = await claim(jobs)

    assert again is not None
    assert (again.attempts, again.not_before) == (2, None)
    assert again.submit_token not in (None, job.submit_token)
    assert (await holdings(database, job.id))[Ledger.CREDITS] == [BACK, HELD]
    assert await limits.credits() == Credits(held=2, spent=0)
    with pytest.raises(TransitionRefused):
        await jobs.record_submitted(job.id, _token(job), "from the first attempt", LATER)


async def test_short_time_counts_from_the_end_of_the_job(
    jobs: JobRepository, clock: ManualClock
) -> None:
    job = await job_in(jobs, SUBMITTED)
    clock.advance(timedelta(hours=3))
    done = await jobs.complete(job.id, "p.png")
    assert done.photo_delete_at == clock.now + SHORT
    assert done.finished_at == clock.now


async def test_what_the_studio_understood_is_kept_with_the_picture(jobs: JobRepository) -> None:
    job = await job_in(jobs, SUBMITTED)
    done = await jobs.complete(job.id, "p.png", note="the sea at dawn, painted")
    assert done.note == "the sea at dawn, painted"
    assert done.note not in repr(done)
    assert (await jobs.get(job.id)).note == done.note


async def test_short_time_of_zero_deletes_at_once(database: Database, clock: ManualClock) -> None:
    jobs = JobRepository(database, clock=clock, periods=Periods(short_time=timedelta(0)))
    assert (await job_in(jobs, COMPLETED)).photo_delete_at == START


async def test_id_that_another_job_has_is_refused(jobs: JobRepository) -> None:
    first = await job_in(jobs, SUBMITTED, interaction_id=1)
    second = await job_in(jobs, SUBMITTING, interaction_id=2)
    assert first.remote_id is not None
    with pytest.raises(RemoteIdTaken):
        await jobs.record_submitted(second.id, _token(second), first.remote_id, LATER)
    assert await jobs.get(second.id) == second


@pytest.mark.parametrize("end", [JobRepository.cancel, JobRepository.record_picture_lost])
async def test_what_becomes_of_a_picture_changes_nothing_of_when_it_was_finished(
    jobs: JobRepository, clock: ManualClock, end: Callable[[JobRepository, int], Awaitable[Job]]
) -> None:
    """Where it may have been posted is looked up from that moment on."""
    job = await job_in(jobs, JobState.COMPLETED)
    clock.advance(timedelta(minutes=1))
    assert (await end(jobs, job.id)).finished_at == START
