"""Following a job at the API: how often it is asked, what is learned, and how odd jobs end."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services.delivery import Stage
from bot.services.gate import Pause
from db.models import FailureReason, Job, JobState
from tests.support.scripted_api import PICTURE_ANSWER, RESET, Answer, ScriptedAPI
from tests.support.waiting import until
from tests.support.workshop import Workshop, open_workshop

WAIT = 15.0


@pytest.fixture
async def slow_api() -> AsyncGenerator[ScriptedAPI]:
    """An API whose status calls answer at once and whose jobs end when a test says so."""
    async with ScriptedAPI(finishes=False) as scripted:
        yield scripted


@pytest.fixture
async def slow_workshop(tmp_path: Path, slow_api: ScriptedAPI) -> AsyncGenerator[Workshop]:
    async with open_workshop(tmp_path, slow_api) as opened:
        yield opened


@asynccontextmanager
async def running(workshop: Workshop) -> AsyncGenerator[None]:
    task = asyncio.create_task(workshop.worker.run())
    try:
        async with asyncio.timeout(WAIT):
            yield
    finally:
        workshop.worker.stop()
        await asyncio.wait_for(task, WAIT)


def teach(workshop: Workshop, job: Job, api: ScriptedAPI, *, seconds: float) -> None:
    """Have the bot know that such jobs take so long."""
    version = "v6" if job.filter_id else "v2"
    sent = dataclasses.replace(
        job, id=10**6, backend=api.url, api_version=version, submitted_at=job.created_at
    )
    for _ in range(10):
        workshop.pace.learn(sent, seconds, after=None)


async def test_a_call_that_blocks_is_held_and_a_second_one_is_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.rhythm.BLOCKED_SECONDS", 0.3)
    async with (
        ScriptedAPI(finishes=False, blocks=True) as api,
        open_workshop(tmp_path, api) as workshop,
    ):
        job = await workshop.order()
        async with running(workshop):
            await api.until(lambda: api.status_calls)
            await no_question(api, seconds=0.4)
            await api.finish("job-1")
            await delivered(workshop, job)
        assert len(api.status_calls) == 1
        guess = workshop.pace.guess(await workshop.jobs.get(job.id))
        assert guess is not None
        assert 0.3 < guess.median < 10.0  # what was learned is when it ended, not the usual start


async def test_a_blocking_call_that_ends_without_a_result_is_asked_again_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.rhythm.BLOCKED_SECONDS", 0.2)
    async with (
        ScriptedAPI(finishes=False, blocks=True) as api,
        open_workshop(tmp_path, api) as workshop,
    ):
        api.on_status(Answer(body={"id": "job-1", "status": "RUNNING"}))
        job = await workshop.order()
        async with running(workshop):
            async with api.hold_status() as gate:
                await gate.holds()
                await no_question(api, seconds=0.3)
            async with asyncio.timeout(2.0):  # an unknown job that does not block waits for longer
                await api.until(lambda: len(api.status_calls) == 2)
            await api.finish("job-1")
            await delivered(workshop, job)
        assert len(api.status_calls) == 2


async def test_a_blocking_call_that_is_cut_is_asked_again_soon_however_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that ends every call after a while is no outage."""
    monkeypatch.setattr("bot.services.rhythm.BLOCKED_SECONDS", 0.05)
    monkeypatch.setattr("bot.services.rhythm.FIRST_ERROR_PAUSE", 0.1)
    monkeypatch.setattr("bot.services.gate.TOGETHER_SECONDS", 0.0)
    async with (
        ScriptedAPI(finishes=False, blocks=True) as api,
        open_workshop(tmp_path, api) as workshop,
    ):
        cuts = 6
        api.on_status(*[RESET] * cuts)
        job = await workshop.order()
        async with running(workshop):
            for _ in range(cuts):
                async with api.hold_status() as gate:
                    await gate.holds()
                    await no_question(api, seconds=0.06)
                while gate.waiting:  # noqa: ASYNC110 - until it is let go; the next comes later
                    await asyncio.sleep(0)
            await api.until(lambda: len(api.status_calls) == cuts + 1)
            assert workshop.gate.pause is None
            await api.finish("job-1")
            await delivered(workshop, job)


async def test_where_an_answer_comes_at_once_it_is_not_asked_for_before_it_is_likely(
    slow_api: ScriptedAPI, slow_workshop: Workshop
) -> None:
    """A job of words takes 1.5 seconds, as usual: a poller would have asked four times a second."""
    job = await slow_workshop.imagine()
    teach(slow_workshop, job, slow_api, seconds=1.5)
    async with running(slow_workshop):
        await slow_api.until(lambda: slow_api.submissions)
        await no_question(slow_api, seconds=0.7)
        assert slow_api.status_calls == []
        await slow_api.finish("job-1")
        await delivered(slow_workshop, job)
    assert len(slow_api.status_calls) <= 2


async def test_v6_that_turns_out_not_to_block_is_spaced_too(
    slow_api: ScriptedAPI, slow_workshop: Workshop
) -> None:
    first, second = [await slow_workshop.order() for _ in range(2)]
    teach(slow_workshop, first, slow_api, seconds=60.0)
    async with running(slow_workshop):
        await slow_api.until(lambda: len(slow_api.status_calls) >= 1)
        third = await slow_workshop.order()
        await slow_api.until(lambda: len(slow_api.submissions) == 3)
        await no_question(slow_api, seconds=0.5)
        asked = [call.remote_id for call in slow_api.status_calls]
        assert "job-3" not in asked  # that it answers at once was learned from the others
        assert all(asked.count(each) == 1 for each in asked)
    assert {first.id, second.id, third.id} <= {
        job_id for job_id, _ in slow_workshop.delivery.stages
    }


async def test_a_picture_is_expected_once_others_were_made(workshop: Workshop) -> None:
    unknown = await workshop.order()
    await workshop.worker.run_once()
    told = workshop.delivery.news_of[unknown.id]
    assert {news.expected_at for news in told} == {None}
    known = await workshop.order()
    (news,) = workshop.delivery.news_of[known.id]
    assert news.position == 1
    assert news.expected_at is not None


async def test_a_job_that_goes_backwards_or_says_odd_things_is_followed_to_its_end(
    slow_api: ScriptedAPI, slow_workshop: Workshop
) -> None:
    job = await slow_workshop.order()
    teach(slow_workshop, job, slow_api, seconds=0.01)
    words = ["RUNNING", "IN_QUEUE", "DREAMING", "QUEUED", "IN_PROGRESS"]
    slow_api.on_status(*(Answer(body={"id": "job-1", "status": word}) for word in words))
    async with running(slow_workshop):
        await slow_api.until(lambda: len(slow_api.status_calls) == len(words))
        await slow_api.finish("job-1")
        await delivered(slow_workshop, job)
    shown = [stage for _, stage in slow_workshop.delivery.stages]
    working = shown.index(Stage.WORKING)
    assert set(shown[working:]) == {Stage.WORKING}  # the card does not go back into the queue


async def test_a_job_that_never_ends_ends_with_its_deadline(
    slow_api: ScriptedAPI, slow_workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await slow_workshop.order()
    teach(slow_workshop, job, slow_api, seconds=0.01)
    async with running(slow_workshop):
        await slow_api.until(lambda: len(slow_api.status_calls) >= 2)
        slow_workshop.clock.advance(timedelta(minutes=21))
        await slow_workshop.delivery.news.wait()
    ended = await slow_workshop.jobs.get(job.id)
    assert (ended.state, ended.failure) == (JobState.FAILED, FailureReason.DEADLINE)
    assert await slow_workshop.used_quota() == 0
    assert await slow_workshop.credits() == (0, 2)


async def test_a_picture_that_is_there_at_the_last_look_may_take_its_time_to_arrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.following.LAST_LOOK_SECONDS", 0.2)
    async with ScriptedAPI(finishes=False, blocks=True) as api:
        async with open_workshop(tmp_path, api) as workshop:
            jobs = [await workshop.order() for _ in range(2)]
            async with running(workshop), api.hold_status() as gate:
                await gate.holds(2)
        api.on_status(*[Answer(body=PICTURE_ANSWER, rests=0.5)] * 2)
        async with open_workshop(tmp_path, api, open_status_calls=1) as workshop:
            workshop.clock.advance(timedelta(minutes=30))
            await workshop.worker.run_once()  # the second waits for the first's place, too
            states = [(await workshop.jobs.get(job.id)).state for job in jobs]
            assert states == [JobState.DELIVERED, JobState.DELIVERED]


async def test_an_id_given_twice_is_not_followed_twice(
    slow_api: ScriptedAPI, slow_workshop: Workshop
) -> None:
    receipt = {"id": "the-same", "status": "IN_QUEUE"}
    slow_api.on_submit(Answer(body=receipt), Answer(body=receipt))
    jobs = [await slow_workshop.order() for _ in range(2)]
    async with running(slow_workshop):
        await slow_workshop.delivery.news.wait()
    states = [(await slow_workshop.jobs.get(job.id)).state for job in jobs]
    assert sorted(states) == [JobState.SUBMITTED, JobState.UNCONFIRMED]


async def test_status_calls_that_fail_close_the_gate_and_a_probe_opens_it(
    slow_api: ScriptedAPI, slow_workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.rhythm.FIRST_ERROR_PAUSE", 0.01)
    monkeypatch.setattr("bot.services.gate.TOGETHER_SECONDS", 0.0)
    job = await slow_workshop.order()
    slow_api.on_status(RESET, Answer(status=503), Answer(status=500, body="oops"))
    slow_api.on_filters(Answer(status=502))
    async with running(slow_workshop):
        await slow_api.until(lambda: len(slow_api.status_calls) >= 3)
        await until(lambda: slow_workshop.gate.pause is Pause.API_DOWN, within=WAIT)
        waiting = await slow_workshop.order()
        assert slow_workshop.delivery.stages[-1] == (waiting.id, Stage.PAUSED)
        assert len(slow_api.submissions) == 1
        for number in (1, 2):  # the first probe fails, the second is answered
            slow_workshop.clock.advance(timedelta(seconds=5))
            await probed(slow_api, number)
            await until(lambda: not slow_workshop.gate.wants_probe, within=WAIT)
        await slow_api.until(lambda: len(slow_api.submissions) == 2)
        for name in ("job-1", "job-2"):
            await slow_api.finish(name)
        await delivered(slow_workshop, job)
        await delivered(slow_workshop, waiting)
    assert slow_workshop.gate.pause is None
    assert slow_api.paid == 2


async def delivered(workshop: Workshop, job: Job) -> None:
    async with asyncio.timeout(WAIT):
        while (await workshop.jobs.get(job.id)).state is not JobState.DELIVERED:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def no_question(api: ScriptedAPI, *, seconds: float) -> None:
    """Let a while pass in which no status call may come in."""
    before = len(api.status_calls)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await api.until(lambda: len(api.status_calls) > before)


async def probed(api: ScriptedAPI, number: int) -> None:
    await api.until(lambda: [call.path for call in api.calls].count("/v1/filters/") >= number)
