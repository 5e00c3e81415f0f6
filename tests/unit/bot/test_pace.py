from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services.durations import FIRST_MEDIAN, LEAST_SURPRISE, Durations, Guess
from bot.services.pace import MOST_KINDS, Pace
from db.models import Job, JobState
from tests.support.jobs import make_job
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import ALICE, MovableClock, Workshop, open_workshop

API = "https://api.example"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def pace(clock: MovableClock) -> Pace:
    return Pace(clock=clock)


def sent(clock: MovableClock, **fields: object) -> Job:
    """A job that the API has just taken."""
    job = make_job(
        state=JobState.SUBMITTED,
        backend=API,
        api_version="v6",
        remote_id="remote",
        created_at=clock(),
        submitted_at=clock(),
    )
    return dataclasses.replace(job, **fields)  # type: ignore[arg-type]


def made(pace: Pace, clock: MovableClock, seconds: float, **fields: object) -> None:
    """Let the API make one picture after another."""
    job = sent(clock, **fields)
    pace.begin(job)
    clock.advance(timedelta(seconds=seconds))
    pace.learn(job, seconds, after=None)
    pace.end(job)


def expected(pace: Pace, job: Job, *, ahead: int = 0) -> float | None:
    at = pace.expected_at(job, backend=API, version="v6", ahead=ahead)
    return None if at is None else (at - pace._clock()).total_seconds()


def test_a_guess_is_a_distribution() -> None:
    guess = Guess(median=10.0, spread=0.3, surprise=0.1)
    assert guess.survival(10.0) == pytest.approx(0.5)
    for part in (0.05, 0.5, 0.75, 0.95):
        assert guess.survival(guess.quantile(part)) == pytest.approx(1 - part, abs=1e-6)
    between = guess.quantile(0.5, after=12.0, before=20.0)
    middle = (guess.survival(12.0) + guess.survival(20.0)) / 2
    assert guess.survival(between) == pytest.approx(middle, abs=1e-6)
    rate = (guess.survival(9.99) - guess.survival(10.01)) / 0.02 / guess.survival(10.0)
    assert guess.hazard(10.0) == pytest.approx(rate, rel=1e-3)
    assert guess.hazard(1e300) >= 0.0


def test_what_is_learned_becomes_surer_and_never_quite_sure() -> None:
    assert Durations().guess is None
    assert Guess().median == FIRST_MEDIAN
    durations = Durations()
    for seconds in (20.0, 22.0, 18.0, 21.0):
        durations.add(seconds)
    few = durations.guess
    for _ in range(60):
        durations.add(20.0)
    many = durations.guess
    assert few is not None
    assert many is not None
    assert few.median == pytest.approx(20.2, abs=0.2)
    assert few.spread > many.spread
    assert few.surprise > many.surprise == LEAST_SURPRISE


def test_a_single_odd_job_does_not_make_the_rest_be_forgotten() -> None:
    durations = Durations()
    for seconds in (20.0, 22.0, 18.0, 21.0, 19.0) * 6:
        durations.add(seconds)
    durations.add(900.0)
    assert durations.guess is not None
    assert durations.guess.median < 25


def test_nothing_is_promised_before_something_is_known(pace: Pace, clock: MovableClock) -> None:
    assert expected(pace, sent(clock)) is None
    assert expected(pace, make_job(), ahead=3) is None


def test_what_is_expected_is_what_three_in_four_kept(pace: Pace, clock: MovableClock) -> None:
    for seconds in (10.0, 20.0) * 20:
        made(pace, clock, seconds)
    took = expected(pace, sent(clock))
    assert took is not None
    assert 15.0 < took < 20.0


def test_filters_and_qualities_are_told_apart_and_help_each_other(
    pace: Pace, clock: MovableClock
) -> None:
    for _ in range(10):
        made(pace, clock, 8.0, filter_id="1")
        made(pace, clock, 30.0, filter_id="2")
        made(pace, clock, 60.0, filter_id="2", quality="v6.1")
    quick, slow, best, other = (
        pace.guess(sent(clock, filter_id=number, quality=quality))
        for number, quality in (("1", "v6"), ("2", "v6"), ("2", "v6.1"), ("3", "v6"))
    )
    assert quick is not None
    assert slow is not None
    assert best is not None
    assert other is not None
    assert (round(quick.median), round(slow.median), round(best.median)) == (8, 30, 60)
    assert quick.median < other.median < best.median
    assert other.spread > slow.spread  # another filter may be anything
    assert pace.guess(sent(clock, backend="https://elsewhere.example")) is None


def test_who_waits_in_our_queue_is_told_how_fast_it_moves(pace: Pace, clock: MovableClock) -> None:
    made(pace, clock, 10.0)
    alone = expected(pace, make_job(), ahead=6)
    began = clock()
    for job_id in range(100, 110):  # ten were waiting, and one is sent every three seconds
        clock.advance(timedelta(seconds=3))
        job = sent(clock, id=job_id, created_at=began - timedelta(seconds=1))
        pace.begin(job)
        pace.end(job)
    behind = expected(pace, make_job(), ahead=6)
    assert alone is not None
    assert behind is not None
    assert behind - alone == pytest.approx(18.0, abs=1.0)


def test_a_back_end_that_makes_one_at_a_time_makes_wait(pace: Pace, clock: MovableClock) -> None:
    waiting = [sent(clock, id=job_id) for job_id in range(200, 206)]
    for job in waiting:
        pace.begin(job)
    for done, job in enumerate(waiting, start=1):
        clock.advance(timedelta(seconds=10))
        pace.learn(job, 10.0 * done, after=None)
        pace.end(job)
    crowd = [sent(clock, id=job_id) for job_id in range(300, 340)]
    for job in crowd:
        pace.begin(job)
    last = expected(pace, crowd[-1])
    assert last is not None
    assert last == pytest.approx(400.0, rel=0.1)


def test_uuids_that_members_make_up_do_not_fill_the_memory(pace: Pace, clock: MovableClock) -> None:
    for number in range(MOST_KINDS + 50):
        made(pace, clock, 5.0, filter_id=f"uuid-{number}")
    assert len(pace._durations) <= MOST_KINDS


async def test_a_restart_forgets_nothing_not_even_of_members_who_were_erased(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        await taught(workshop, jobs=3, seconds=12)
        await workshop.privacy.erase(ALICE)
    async with open_workshop(tmp_path, api) as workshop:
        rows = await workshop.jobs.list_latest_made(limit=10)
        assert len(rows) == 3
        workshop.pace.read(rows)
        job = dataclasses.replace(await workshop.order(), backend=api.url, api_version="v6")
        guess = workshop.pace.guess(job)
        assert guess is not None
        assert guess.median == pytest.approx(12.0, rel=0.01)


async def taught(workshop: Workshop, *, jobs: int, seconds: float) -> None:
    """Have pictures made in so many seconds each; the clock stands in for the time."""
    for _ in range(jobs):
        job = await workshop.order()
        claimed = await workshop.jobs.claim(
            backend=workshop.worker._backends.current.name,
            swap_version="v6",
            prompt_version="v2",
            idempotent=False,
        )
        assert claimed is not None
        token = claimed.submit_token or ""
        deadline = workshop.clock() + timedelta(minutes=20)
        await workshop.jobs.record_submitted(job.id, token, f"remote-{job.id}", deadline)
        workshop.clock.advance(timedelta(seconds=seconds))
        await workshop.jobs.complete(job.id, "picture.png")
        await workshop.jobs.record_delivered(job.id, 31, 51)
