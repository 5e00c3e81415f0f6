"""The life of a job between the queue and its end, against a scripted API."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.services import pictures
from bot.services.booth import Booth
from bot.services.delivery import Posted, Stage
from bot.services.gate import Pause
from bot.services.orders import PromptOrder
from bot.services.worker import IDLE_SECONDS, MOST_TRIES
from db.bounds import Bounds
from db.checks import check_ledgers
from db.database import Database
from db.desk import Desk
from db.jobs import JobRepository
from db.models import FailureReason, Job, JobState
from db.transitions import Periods
from faceswap.timeouts import Timeouts
from tests.support.deliveries import NotingDelivery
from tests.support.scripted_api import PICTURE, RESET, Answer, ScriptedAPI
from tests.support.workshop import ALICE, Workshop, open_workshop

WAIT = 10.0  # seconds; nothing here takes that long unless it is broken


@asynccontextmanager
async def running(workshop: Workshop) -> AsyncGenerator[asyncio.Task[None]]:
    """Run the worker as production does, and stop it in good order."""
    task = asyncio.create_task(workshop.worker.run())
    try:
        async with asyncio.timeout(WAIT):
            yield task
    finally:
        workshop.worker.stop()
        await asyncio.wait_for(task, WAIT)


async def test_a_photo_becomes_a_picture(api: ScriptedAPI, workshop: Workshop) -> None:
    job = await workshop.order()
    assert (job.state, await workshop.used_quota()) == (JobState.QUEUED, 1)

    await workshop.worker.run_once()

    done = await workshop.jobs.get(job.id)
    assert done.state is JobState.DELIVERED
    assert workshop.delivery.pictures == {job.id: [PICTURE]}
    assert api.paid == 1
    assert await workshop.credits() == (0, 2)
    assert await workshop.used_quota() == 1
    sent = api.submissions[0].fields
    assert (sent["gender"], sent["filter_id"], sent["ratio"]) == (1, 12, "square")
    assert sent["quality_mode"] == "v6"


async def test_words_become_a_picture(api: ScriptedAPI, workshop: Workshop) -> None:
    job = await workshop.imagine("a lighthouse at dawn")
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
    assert api.submissions[0].path == "/v2/run/self-prompt"
    assert api.submissions[0].fields == {"prompt": "a lighthouse at dawn"}
    assert await workshop.credits() == (0, 1)


REFUSALS = [
    (Answer(status=400, body={"error": "INVALID_IMAGE"}), FailureReason.INVALID_PHOTO),
    (
        Answer(status=400, body={"error": "INVALID_IMAGE", "problem": "NO_FACE"}),
        FailureReason.NO_FACE,
    ),
    (
        Answer(status=400, body={"error": "INVALID_IMAGE", "problem": "FACE_TOO_SMALL"}),
        FailureReason.FACE_TOO_SMALL,
    ),
    (Answer(status=413, body="too large"), FailureReason.PHOTO_TOO_LARGE),
    (Answer(status=422, body={"detail": "FILTER_BLOCKED"}), FailureReason.FILTER_BLOCKED),
    (Answer(status=422, body={"code": "FILTER_NOT_FOUND"}), FailureReason.FILTER_GONE),
    (Answer(status=422, body={"error": "WORKFLOW_FETCH_FAILED"}), FailureReason.FILTER_UNAVAILABLE),
    (Answer(status=422, body={"error": "INVALID_QUALITY_MODE"}), FailureReason.REFUSED),
    (Answer(status=404, body="not here"), FailureReason.REFUSED),
]


@pytest.mark.parametrize(("answer", "reason"), REFUSALS)
async def test_a_refused_submission_costs_nobody_anything(
    api: ScriptedAPI, workshop: Workshop, answer: Answer, reason: FailureReason
) -> None:
    api.on_submit(answer)
    job = await workshop.order()
    await workshop.worker.run_once()

    failed = await workshop.jobs.get(job.id)
    assert (failed.state, failed.failure) == (JobState.FAILED, reason)
    assert workshop.delivery.told == {job.id: [JobState.FAILED]}
    assert await workshop.used_quota() == 0
    assert await workshop.credits() == (0, 0)
    assert len(api.submissions) == 1


LOST = [
    RESET,
    Answer(status=500, body="oops"),
    Answer(status=502, body="<html>bad gateway</html>"),
    Answer(status=200, body="{not json"),
    Answer(status=200, body={"status": "IN_QUEUE"}),
    Answer(status=200, body={"id": "x", "status": "IN_QUEUE"}, cut_after=5),
]


@pytest.mark.parametrize("answer", LOST)
async def test_a_lost_answer_is_never_followed_by_a_second_submission(
    api: ScriptedAPI, workshop: Workshop, answer: Answer
) -> None:
    api.on_submit(answer)
    job = await workshop.order()
    await workshop.worker.run_once()
    await workshop.worker.run_once()

    lost = await workshop.jobs.get(job.id)
    assert lost.state is JobState.UNCONFIRMED
    assert len(api.submissions) == 1
    assert workshop.delivery.told == {job.id: [JobState.UNCONFIRMED]}
    assert await workshop.used_quota() == 0
    assert await workshop.credits() == (2, 0)


async def test_an_answer_that_never_comes_is_unconfirmed(tmp_path: Path, api: ScriptedAPI) -> None:
    async with (
        open_workshop(tmp_path, api, timeouts=Timeouts(submit=0.2)) as workshop,
        api.hold_submit(),
    ):
        job = await workshop.order()
        await workshop.worker.run_once()
        assert (await workshop.jobs.get(job.id)).state is JobState.UNCONFIRMED
        assert api.paid == 1


async def test_a_lost_answer_of_an_idempotent_back_end_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.submission.REPEAT_PAUSE", 0.01)
    async with (
        ScriptedAPI(honours_keys=True) as api,
        open_workshop(tmp_path, api, idempotent=True) as workshop,
    ):
        api.on_submit(RESET, Answer(status=503, body="busy"))
        job = await workshop.order()
        await workshop.worker.run_once()
        assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
        keys = {call.headers["Idempotency-Key"] for call in api.submissions}
        assert (len(api.submissions), len(keys)) == (3, 1)


@pytest.mark.parametrize("refusal", [401, 402, 429])
async def test_after_a_lost_answer_a_refusal_does_not_change_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    monkeypatch.setattr("bot.services.submission.REPEAT_PAUSE", 0.01)
    async with (
        ScriptedAPI(honours_keys=True) as api,
        open_workshop(tmp_path, api, idempotent=True) as workshop,
    ):
        api.on_submit(RESET, Answer(status=refusal))
        job = await workshop.order()
        await workshop.worker.run_once()
        assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
        keys = {call.headers["Idempotency-Key"] for call in api.submissions}
        assert (len(api.submissions), len(keys)) == (3, 1)


async def test_a_back_end_that_was_away_at_the_restart_is_asked_with_the_same_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.submission.REPEAT_PAUSE", 0.01)
    async with ScriptedAPI(honours_keys=True) as api:
        async with open_workshop(tmp_path, api, idempotent=True) as workshop:
            job = await workshop.order()
            claimed = await workshop.jobs.claim(
                backend=api.url, swap_version="v6", prompt_version="v2", idempotent=True
            )
        assert claimed is not None
        async with open_workshop(tmp_path, api, idempotent=True) as workshop:
            api.on_submit(Answer(status=429))
            await workshop.worker.run_once()
            assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
            keys = [call.headers["Idempotency-Key"] for call in api.submissions]
            assert keys == [claimed.submit_token] * 2


async def test_a_back_end_that_stays_away_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.submission.REPEAT_PAUSE", 0.01)
    async with (
        ScriptedAPI(honours_keys=True) as api,
        open_workshop(tmp_path, api, idempotent=True) as workshop,
        api.hold_submit() as gate,
    ):
        api.on_submit(*[RESET] * 100)
        job = await workshop.order()
        carrying = asyncio.create_task(workshop.worker.run_once())
        await gate.holds()
        workshop.clock.advance(timedelta(minutes=21))
        await gate.open()
        await asyncio.wait_for(carrying, WAIT)
        assert (await workshop.jobs.get(job.id)).state is JobState.UNCONFIRMED
        assert len(api.submissions) == 1


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (Answer(status=401, body="who are you"), Pause.KEY_REFUSED),
        (Answer(status=402, body="pay first"), Pause.OUT_OF_CREDITS),
        (Answer(status=429, headers={"Retry-After": "7"}), Pause.RATE_LIMITED),
    ],
)
async def test_what_is_not_the_jobs_fault_leaves_it_in_the_queue(
    api: ScriptedAPI, workshop: Workshop, answer: Answer, pause: Pause
) -> None:
    api.on_submit(answer)
    job = await workshop.order()
    await workshop.worker.run_once()

    waiting = await workshop.jobs.get(job.id)
    assert waiting.state is JobState.QUEUED
    assert waiting.not_before is not None
    assert waiting.not_before > workshop.clock()
    assert workshop.gate.pause is pause
    assert await workshop.used_quota() == 1
    assert await workshop.credits() == (0, 0)

    workshop.clock.advance(timedelta(minutes=2))
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
    assert workshop.gate.pause is None


async def test_an_api_that_is_down_charges_nothing_and_is_tried_again(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    api = ScriptedAPI()
    api.url = f"http://127.0.0.1:{unused_tcp_port}"
    async with open_workshop(tmp_path, api) as workshop:
        job = await workshop.order()
        await workshop.worker.run_once()
        assert (await workshop.jobs.get(job.id)).state is JobState.QUEUED
        assert workshop.gate.pause is Pause.API_DOWN
        assert await workshop.credits() == (0, 0)


ENDS = [
    ("FAILED", FailureReason.REMOTE_FAILED),
    ("CANCELLED", FailureReason.REMOTE_CANCELLED),
    ("TIMED_OUT", FailureReason.REMOTE_TIMED_OUT),
]


@pytest.mark.parametrize(("status", "reason"), ENDS)
async def test_a_job_that_ends_badly_gives_the_quota_back(
    tmp_path: Path, status: str, reason: FailureReason
) -> None:
    async with ScriptedAPI(finishes=False) as api, open_workshop(tmp_path, api) as workshop:
        api.on_status(Answer(body={"id": "job-1", "status": status}))
        job = await workshop.order()
        await workshop.worker.run_once()
        ended = await workshop.jobs.get(job.id)
        assert (ended.state, ended.failure) == (JobState.FAILED, reason)
        assert await workshop.used_quota() == 0
        assert await workshop.credits() == (0, 2)
        assert workshop.delivery.told == {job.id: [JobState.FAILED]}


NO_PICTURES: list[object] = [
    {"status": "COMPLETED", "output": {"images": []}},
    {"status": "COMPLETED"},
    {"status": "COMPLETED", "output": {"images": ["!!!"]}},
    {"status": "COMPLETED", "output": {"images": ["iVBORw0KGgo="]}},  # a PNG's first bytes only
]


@pytest.mark.parametrize("body", NO_PICTURES)
async def test_completed_without_a_usable_picture_is_a_failure(
    api: ScriptedAPI, workshop: Workshop, body: object
) -> None:
    api.on_status(Answer(body=body))
    job = await workshop.order()
    await workshop.worker.run_once()
    ended = await workshop.jobs.get(job.id)
    assert (ended.state, ended.failure) == (JobState.FAILED, FailureReason.NO_PICTURE)
    assert not [name for name in workshop.files() if name.endswith(".png")]


async def test_status_calls_that_fail_are_asked_again(
    api: ScriptedAPI, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.rhythm.FIRST_ERROR_PAUSE", 0.01)
    job = await workshop.order()
    sent = replace(job, backend=api.url, api_version="v6", submitted_at=job.created_at)
    for _ in range(3):
        workshop.pace.learn(sent, 0.01, after=None)
    api.on_status(
        Answer(status=500, body="oops"),
        RESET,
        Answer(body="<html>"),
        Answer(body={"id": "job-1", "status": "DREAMING"}),
        Answer(body={"id": "job-1", "status": "RUNNING"}),
        Answer(body={"id": "job-1", "status": "IN_QUEUE"}),
    )
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
    assert len(api.status_calls) == 7
    assert api.paid == 1


async def test_a_job_that_is_finished_after_its_deadline_is_delivered(tmp_path: Path) -> None:
    async with ScriptedAPI(finishes=False, blocks=True) as api:
        async with open_workshop(tmp_path, api) as workshop:
            job = await workshop.order()
            async with running(workshop), api.hold_status() as gate:
                await gate.holds()
        await api.finish("job-1")
        async with open_workshop(tmp_path, api) as workshop:
            workshop.clock.advance(timedelta(minutes=30))
            await workshop.worker.run_once()
            assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED


async def test_a_404_just_after_a_submission_is_not_believed(
    api: ScriptedAPI, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.rhythm.FIRST_ERROR_PAUSE", 0.01)
    api.on_status(Answer(status=404, body="not yet"))
    job = await workshop.order()
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED


async def test_a_job_the_api_no_longer_knows_fails(
    api: ScriptedAPI, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.following.KNOWN_AFTER_SECONDS", 0.0)
    api.on_status(Answer(status=404, body="gone"))
    job = await workshop.order()
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(job.id)).failure is FailureReason.REMOTE_LOST


async def test_a_job_past_its_deadline_fails_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.following.LAST_LOOK_SECONDS", 0.1)
    async with ScriptedAPI(finishes=False, blocks=True) as api:
        async with open_workshop(tmp_path, api) as workshop:
            job = await workshop.order()
            async with running(workshop), api.hold_status() as gate:
                await gate.holds()
        async with open_workshop(tmp_path, api) as workshop:
            workshop.clock.advance(timedelta(minutes=30))
            await workshop.worker.run_once()
            ended = await workshop.jobs.get(job.id)
            assert (ended.state, ended.failure) == (JobState.FAILED, FailureReason.DEADLINE)
            assert await workshop.credits() == (0, 2)


async def test_a_job_that_waited_too_long_fails_and_gives_the_quota_back(
    workshop: Workshop, api: ScriptedAPI
) -> None:
    job = await workshop.order()
    workshop.clock.advance(timedelta(minutes=61))
    await workshop.worker.run_once()
    ended = await workshop.jobs.get(job.id)
    assert (ended.state, ended.failure) == (JobState.FAILED, FailureReason.TOO_OLD)
    assert api.submissions == []
    assert workshop.delivery.told == {job.id: [JobState.FAILED]}


async def test_a_photo_that_is_gone_fails_before_anything_is_sent(
    workshop: Workshop, api: ScriptedAPI
) -> None:
    job = await workshop.order()
    await workshop.photos.delete(job.photo or "")
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(job.id)).failure is FailureReason.PHOTO_UNREADABLE
    assert api.submissions == []
    assert await workshop.credits() == (0, 0)


async def test_a_stopped_worker_leaves_a_followed_job_to_the_next(tmp_path: Path) -> None:
    async with ScriptedAPI(finishes=False, blocks=True) as api:
        async with open_workshop(tmp_path, api) as workshop:
            job = await workshop.order()
            async with running(workshop), api.hold_status() as gate:
                await gate.holds()
            assert (await workshop.jobs.get(job.id)).state is JobState.SUBMITTED
        await api.finish("job-1")
        async with open_workshop(tmp_path, api) as workshop:
            await workshop.worker.run_once()
            assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
            assert workshop.delivery.pictures == {job.id: [PICTURE]}
        assert api.paid == 1


async def test_a_stopped_worker_finishes_the_submission_under_way(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        job = await workshop.order()
        async with api.hold_submit() as gate:
            task = asyncio.create_task(workshop.worker.run())
            await gate.holds()
            workshop.worker.stop()
        await asyncio.wait_for(task, WAIT)
        assert (await workshop.jobs.get(job.id)).state is JobState.SUBMITTED


async def test_a_job_claimed_while_the_worker_is_cancelled_is_sent(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    """As when the bot beside it fails: nobody would know that the job was never sent."""
    async with open_workshop(tmp_path, api) as workshop:
        job = await workshop.order()
        with closing(sqlite3.connect(tmp_path / "bot.db")) as file:
            state = file.cursor()
            task = asyncio.create_task(workshop.worker.run())
            async with asyncio.timeout(WAIT):
                while state.execute("SELECT state FROM jobs").fetchone() != ("submitting",):  # noqa: ASYNC110 - a file has no event
                    await asyncio.sleep(0)
        task.cancel()  # the claim is on disk, its answer not here yet
        await asyncio.wait((task,), timeout=WAIT)
        assert task.cancelled()
        assert (await workshop.jobs.get(job.id)).state is JobState.SUBMITTED
        assert len(api.submissions) == 1


@pytest.mark.parametrize("dropped", [True, False])
async def test_no_picture_is_left_of_a_job_cancelled_while_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dropped: bool
) -> None:
    verifying, go_on = threading.Event(), threading.Event()

    def verify_slowly(path: Path) -> str:
        verifying.set()
        assert go_on.wait(WAIT)
        return verify(path)

    verify = pictures._verify
    monkeypatch.setattr(pictures, "_verify", verify_slowly)
    async with ScriptedAPI() as api, open_workshop(tmp_path, api) as workshop:
        async with running(workshop):
            job = await workshop.order()
            assert await asyncio.to_thread(verifying.wait, WAIT)
            # The worker is told of it at once, or only finds the row changed.
            await (workshop.booth.cancel(job) if dropped else workshop.jobs.cancel(job.id))
            go_on.set()
            await workshop.delivery.news.wait()
        assert (await workshop.jobs.get(job.id)).state is JobState.CANCELLED
        assert workshop.files() == []


async def test_cancelling_in_the_queue_costs_nothing(workshop: Workshop, api: ScriptedAPI) -> None:
    job = await workshop.order()
    await workshop.booth.cancel(job)
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(job.id)).state is JobState.CANCELLED
    assert api.submissions == []
    assert await workshop.used_quota() == 0
    assert workshop.files() == []
    assert workshop.delivery.told[job.id][-1] is JobState.CANCELLED


async def test_cancelling_a_submitted_job_says_goodbye_to_its_picture(tmp_path: Path) -> None:
    async with (
        ScriptedAPI(finishes=False, blocks=True) as api,
        open_workshop(tmp_path, api) as workshop,
    ):
        job = await workshop.order()
        async with running(workshop):
            async with api.hold_status() as gate:
                await gate.holds()
                await workshop.booth.cancel(job)
            await workshop.delivery.news.wait()
        assert workshop.delivery.told == {job.id: [JobState.CANCELLED]}
        assert workshop.delivery.pictures == {}
        assert await workshop.used_quota() == 1
        assert await workshop.credits() == (0, 2)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a job ends whose member cancels it while it is sent, once the API has answered."""

    answer: Answer
    state: JobState
    quota: int
    credits: tuple[int, int]  # held and spent
    log: str


WISHES = [
    Wish(
        answer=Answer(status=429, headers={"Retry-After": "7"}),
        state=JobState.CANCELLED,
        quota=0,
        credits=(0, 0),
        log="was cancelled by its member: nothing was spent",
    ),
    Wish(
        answer=Answer(status=422, body={"error": "FILTER_BLOCKED"}),
        state=JobState.CANCELLED,
        quota=0,
        credits=(0, 0),
        log="was cancelled by its member: nothing was spent",
    ),
    Wish(
        answer=Answer(body={"id": "job-1", "status": "IN_QUEUE"}),
        state=JobState.CANCELLED,
        quota=1,
        credits=(0, 2),
        log="was cancelled by its member: its 2 credits are spent",
    ),
    Wish(
        answer=RESET,
        state=JobState.UNCONFIRMED,
        quota=0,
        credits=(2, 0),
        log="the answer to its submission was lost",
    ),
]


@pytest.mark.parametrize("wish", WISHES, ids=["not-now", "refused", "taken", "lost"])
async def test_cancelling_at_the_moment_of_sending_is_decided_by_the_answer(
    api: ScriptedAPI, workshop: Workshop, caplog: pytest.LogCaptureFixture, wish: Wish
) -> None:
    caplog.set_level(logging.INFO)
    api.on_submit(wish.answer)
    job = await workshop.order()
    async with running(workshop):
        async with api.hold_submit() as gate:
            await gate.holds()
            wished = await workshop.booth.cancel(job)
            assert (wished.state, await workshop.booth.cancel(job)) == (JobState.SUBMITTING, wished)
            assert workshop.delivery.stages[-1] == (job.id, Stage.CANCELLING)
        await workshop.delivery.news.wait()
    assert workshop.delivery.told == {job.id: [wish.state]}
    assert workshop.delivery.pictures == {}
    assert await workshop.used_quota() == wish.quota
    assert await workshop.credits() == wish.credits
    assert len(api.submissions) == 1
    assert (workshop.files() == []) is (wish.state is JobState.CANCELLED)
    assert wish.log in caplog.text


async def test_a_wish_to_cancel_survives_a_kill(tmp_path: Path) -> None:
    """The studio is asked with the same token; its answer then ends the job."""
    async with ScriptedAPI(honours_keys=True) as api:
        async with open_workshop(tmp_path, api, idempotent=True) as workshop:
            job = await workshop.order()
            claimed = await workshop.jobs.claim(
                backend=api.url, swap_version="v6", prompt_version="v2", idempotent=True
            )
            assert claimed is not None
            await workshop.booth.cancel(job)
        async with open_workshop(tmp_path, api, idempotent=True) as workshop:
            await workshop.worker.run_once()
            assert (await workshop.jobs.get(job.id)).state is JobState.CANCELLED
            assert workshop.delivery.told == {job.id: [JobState.CANCELLED]}
            assert api.status_calls == []


async def test_cancelling_a_finished_job_before_it_is_posted_drops_its_picture(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    delivery = NotingDelivery(postpones=1)
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        job = await workshop.order()
        async with running(workshop):
            await delivery.postponed.wait()  # Discord is to be tried again in two seconds
            cancelled = await workshop.booth.cancel(job)
            assert cancelled.state is JobState.CANCELLED
            await delivery.news.wait()
        assert delivery.pictures == {}
        assert delivery.told == {job.id: [JobState.CANCELLED]}
        assert delivery.taken_back == [(job.id, None)]  # the first try may have arrived
        assert await workshop.used_quota() == 1
        assert await workshop.credits() == (0, 2)
        assert workshop.files() == []


class CancelledMeanwhile(NotingDelivery):
    """Posts a picture while its member cancels the job."""

    booth: Booth

    async def deliver(self, job: Job, picture: Path, *, maybe_posted: bool) -> Posted | None:
        posted = await NotingDelivery.deliver(self, job, picture, maybe_posted=maybe_posted)
        await self.booth.cancel(job)
        return posted


async def test_a_picture_that_is_posted_while_its_job_is_cancelled_is_taken_back(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    delivery = CancelledMeanwhile()
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        delivery.booth = workshop.booth
        job = await workshop.order()
        await workshop.worker.run_once()
        ((job_id, posted),) = delivery.taken_back
        assert job_id == job.id
        assert posted == Posted(channel_id=31, message_id=1_000_000 + job.id)
        assert delivery.told == {job.id: [JobState.CANCELLED]}
        assert (await workshop.jobs.get(job.id)).state is JobState.CANCELLED


async def test_a_picture_that_could_not_be_taken_back_before_a_kill_is_looked_for(
    tmp_path: Path, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.worker.GRACE_SECONDS", 0.0)
    away = NotingDelivery(postpones=10**6)
    async with open_workshop(tmp_path, api, delivery=away) as workshop:
        job = await workshop.order()
        async with running(workshop):
            await away.postponed.wait()
            await workshop.booth.cancel(job)
    async with open_workshop(tmp_path, api) as workshop:
        await workshop.worker.run_once()
        assert workshop.delivery.taken_back == [(job.id, None)]
        assert workshop.delivery.told == {job.id: [JobState.CANCELLED]}
        assert workshop.files() == []


class LostAfterPosting(NotingDelivery):
    """Posts a picture, and fails before anybody knows so."""

    async def deliver(self, job: Job, picture: Path, *, maybe_posted: bool) -> Posted | None:
        await NotingDelivery.deliver(self, job, picture, maybe_posted=maybe_posted)
        self.postponed.set()
        raise RuntimeError("on purpose")


async def test_cancelling_while_a_failed_step_rests_takes_its_picture_back(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    delivery = LostAfterPosting()
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        job = await workshop.order()
        async with running(workshop):
            await delivery.postponed.wait()
            await workshop.booth.cancel(job)
            await delivery.news.wait()
            assert delivery.taken_back == [(job.id, None)]
            assert delivery.told == {job.id: [JobState.CANCELLED]}


async def test_a_job_cancelled_before_it_was_made_is_not_looked_for(workshop: Workshop) -> None:
    job = await workshop.order()
    await workshop.booth.cancel(job)
    await workshop.worker.run_once()
    assert workshop.delivery.told == {job.id: [JobState.CANCELLED]}
    assert workshop.delivery.taken_back == []


async def test_a_picture_every_place_refuses_waits_for_its_member(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    delivery = NotingDelivery(refuses=True)
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        job = await workshop.order()
        await workshop.worker.run_once()
        waiting = await workshop.jobs.get(job.id)
        assert waiting.state is JobState.UNDELIVERABLE
        (given,) = await workshop.booth.undelivered_pictures(
            waiting, each=10 * 2**20, together=10 * 2**20
        )
        assert (given.suffix, given.data) == (".png", PICTURE)
        assert delivery.told == {job.id: [JobState.UNDELIVERABLE]}


class Thief(NotingDelivery):
    """Finds the picture deleted, behind the bot's back, at the moment of posting it."""

    async def deliver(self, job: Job, picture: Path, *, maybe_posted: bool) -> Posted | None:
        picture.unlink(missing_ok=True)
        return await NotingDelivery.deliver(self, job, picture, maybe_posted=maybe_posted)


async def test_a_picture_lost_before_it_was_posted_is_a_failure_that_costs_no_quota(
    tmp_path: Path,
    api: ScriptedAPI,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.services.worker.RETRY_SECONDS", 0.01)
    delivery = Thief()
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        job = await workshop.order()
        await workshop.worker.run_once()
        lost = await workshop.jobs.get(job.id)
        assert (lost.state, lost.failure) == (JobState.FAILED, FailureReason.PICTURE_LOST)
        assert lost.picture is None
        assert await workshop.used_quota() == 0
        assert await workshop.credits() == (0, 2)
        assert delivery.told == {job.id: [JobState.FAILED]}
        assert await check_ledgers(workshop.database) == []
        assert f"Job {job.id}: its picture is gone from the disk" in caplog.text


class FetchedMeanwhile(NotingDelivery):
    """Refuses pictures; while a member is told of one, they fetch it through /jobs."""

    jobs: JobRepository

    async def tell(self, job: Job) -> None:
        await self.jobs.record_delivered(job.id, 31, 51)


async def test_a_picture_fetched_while_its_member_is_told_needs_no_more_telling(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    delivery = FetchedMeanwhile(refuses=True)
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        delivery.jobs = workshop.jobs
        job = await workshop.order()
        await workshop.worker.run_once()
        done = await workshop.jobs.get(job.id)
        assert (done.state, done.told) == (JobState.DELIVERED, JobState.DELIVERED)


class Attentive(NotingDelivery):
    """Looks, a moment later, for the card that is to say how the job ended."""

    jobs: JobRepository
    cards: list[int | None]

    async def tell(self, job: Job) -> None:
        await asyncio.sleep(0.05)  # an edit of the card is under way
        self.cards.append((await self.jobs.get(job.id)).card_message_id)


async def test_erasing_waits_until_the_cards_of_cancelled_jobs_say_so(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    delivery = Attentive()
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        delivery.jobs, delivery.cards = workshop.jobs, []
        job = await workshop.order()
        assert await workshop.privacy.erase(ALICE) == 1
        assert delivery.cards == [41]
        erased = await workshop.jobs.get(job.id)
        assert (erased.user_id, erased.card_message_id, workshop.files()) == (0, None, [])


async def test_an_end_that_nobody_carried_is_told_soon(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.worker.TIDY_SECONDS", 0.05)
    workshop.gate.close(Pause.API_DOWN, seconds=WAIT)
    job = await workshop.order()
    async with running(workshop):
        await workshop.jobs.cancel(job.id)  # and the one who cancelled was gone before `drop`
        await workshop.delivery.news.wait()
    assert workshop.delivery.told == {job.id: [JobState.CANCELLED]}


async def test_discord_being_away_loses_nothing(
    tmp_path: Path, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.handing_over.FIRST_PAUSE", 0.01)
    delivery = NotingDelivery(postpones=3)
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        job = await workshop.order()
        await workshop.worker.run_once()
        assert delivery.pictures == {job.id: [PICTURE]}
        assert delivery.looked_first == [job.id] * 3  # each further try looks before it posts


async def test_files_are_deleted_when_their_time_is_over(
    workshop: Workshop, api: ScriptedAPI
) -> None:
    job = await workshop.order()
    await workshop.worker.run_once()
    done = await workshop.jobs.get(job.id)
    assert workshop.files() == [
        done.photo
    ]  # the picture is posted and gone, the photo kept a while
    workshop.clock.advance(timedelta(minutes=16))
    await workshop.worker.run_once()
    assert workshop.files() == []
    assert api.paid == 1


async def test_members_take_turns(workshop: Workshop) -> None:
    await workshop.set_quota(100)
    for _ in range(5):
        await workshop.order(user_id=ALICE)
    late = await workshop.order(user_id=99)
    assert await workshop.jobs.position(late.id) == 2


async def test_jobs_too_old_after_a_long_stop_are_not_sent_first(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        jobs = [await workshop.order() for _ in range(3)]
        workshop.clock.advance(timedelta(hours=10))
        async with running(workshop):
            while len(workshop.delivery.told) < len(jobs):
                workshop.delivery.news.clear()
                await workshop.delivery.news.wait()
        assert api.submissions == []
        assert workshop.delivery.told == {job.id: [JobState.FAILED] for job in jobs}


async def test_a_filter_number_is_not_sent_to_an_api_where_it_means_another(
    workshop: Workshop, api: ScriptedAPI
) -> None:
    job = await workshop.order()
    api.filters = [{"id": "12", "name": "Oil Painting"}]
    assert await workshop.catalogue.refresh()
    await workshop.worker.run_once()
    ended = await workshop.jobs.get(job.id)
    assert (ended.state, ended.failure) == (JobState.FAILED, FailureReason.FILTER_GONE)
    assert api.submissions == []
    assert await workshop.used_quota() == 0


async def test_a_booth_closed_for_the_operator_opens_with_the_next_order(
    workshop: Workshop, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.submission.OPERATOR_PAUSE", 0.0)
    api.on_submit(Answer(status=401))
    job = await workshop.order()
    await workshop.worker.run_once()
    await workshop.booth.cancel(job)
    assert workshop.gate.pause is Pause.KEY_REFUSED

    order = PromptOrder(prompt="a lighthouse", private=False, spoiler=False)
    await workshop.booth.check(workshop.caller(), order)
    later = await workshop.order()
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(later.id)).state is JobState.DELIVERED
    assert workshop.gate.pause is None


async def test_a_key_refused_at_status_is_said_aloud_and_asked_again(
    api: ScriptedAPI,
    workshop: Workshop,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("bot.services.following.KEY_PAUSE", 0.01)
    api.on_status(Answer(status=401), Answer(status=403))
    job = await workshop.order()
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
    loud = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert len(loud) == 1


class PostedOften(NotingDelivery):
    """Says when a picture was looked for so many times."""

    often: asyncio.Event

    async def deliver(self, job: Job, picture: Path, *, maybe_posted: bool) -> Posted | None:
        if len(self.looked_first) > MOST_TRIES:
            self.often.set()
        return await NotingDelivery.deliver(self, job, picture, maybe_posted=maybe_posted)


async def test_a_posted_picture_is_not_called_undeliverable_because_storage_is_full(
    tmp_path: Path, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.worker.RETRY_SECONDS", 0.01)
    monkeypatch.setattr("bot.services.worker.LONGEST_RETRY_SECONDS", 0.01)
    delivery = PostedOften(postpones=1)
    delivery.often = asyncio.Event()
    async with open_workshop(
        tmp_path, api, delivery=delivery, busy_timeout=timedelta(milliseconds=10)
    ) as workshop:
        job = await workshop.order()
        other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None, check_same_thread=False)
        with closing(other):
            async with running(workshop):
                await delivery.postponed.wait()
                await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
                await delivery.often.wait()
                other.execute("ROLLBACK")
        assert (await workshop.jobs.get(job.id)).state is JobState.DELIVERED
        assert delivery.told == {}


async def test_a_certain_answer_is_written_down_however_long_storage_takes(
    tmp_path: Path, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.submission.STORE_PAUSE", 0.01)
    async with open_workshop(tmp_path, api, busy_timeout=timedelta(milliseconds=50)) as workshop:
        api.on_submit(Answer(status=422, body={"error": "FILTER_BLOCKED"}))
        job = await workshop.order()
        other = sqlite3.connect(tmp_path / "bot.db", isolation_level=None, check_same_thread=False)
        with closing(other):
            async with running(workshop) as working:
                async with api.hold_submit() as gate:
                    await gate.holds()
                    # In a thread: a unit of the worker's own may hold the lock and need the loop.
                    await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
                await asyncio.wait([working], timeout=0.5)  # it has tried in vain by now
                assert workshop.delivery.told == {}
                other.execute("ROLLBACK")
                await workshop.delivery.news.wait()
        ended = await workshop.jobs.get(job.id)
        assert (ended.state, ended.failure) == (JobState.FAILED, FailureReason.FILTER_BLOCKED)
        assert await workshop.credits() == (0, 0)


async def test_who_has_enough_running_waits_and_goes_on_as_soon_as_one_is_done(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    api.finishes, api.blocks = False, True
    async with open_workshop(tmp_path, api, bounds=Bounds(running_per_member=2)) as workshop:
        of_alice = [await workshop.order() for _ in range(4)]
        of_bob = await workshop.order(user_id=ALICE + 1)
        async with running(workshop):
            await api.until(lambda: len({call.remote_id for call in api.status_calls}) == 3)
            counts = await workshop.jobs.count_by_state()
            assert (counts[JobState.SUBMITTED], counts[JobState.QUEUED]) == (3, 2)
            assert (await workshop.jobs.get(of_bob.id)).state is JobState.SUBMITTED
            await workshop.booth.cancel(await workshop.jobs.get(of_alice[0].id))
            async with asyncio.timeout(IDLE_SECONDS - 1):  # sooner than it is looked for anyway
                await api.until(lambda: api.paid == 4)
    assert api.paid == 4


async def test_what_the_operator_retries_is_taken_up_by_the_running_worker(
    tmp_path: Path, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.worker.IDLE_SECONDS", 0.1)
    monkeypatch.setattr("bot.services.worker.TIDY_SECONDS", 0.1)
    api.on_submit(Answer(status=400, body={"error": "INVALID_IMAGE"}))
    async with open_workshop(tmp_path, api) as workshop:
        failed = await workshop.order()
        await workshop.worker.run_once()
        workshop.delivery.refuses = True
        refused = await workshop.order(user_id=ALICE + 1)
        await workshop.worker.run_once()
        workshop.delivery.refuses = False
        async with running(workshop), Database.open(_url(tmp_path), exclusive=False) as beside:
            desk = Desk(beside, periods=Periods())
            await desk.retry(refused.id)
            await desk.retry(failed.id)
            counts = await workshop.jobs.count_by_state()
            while counts[JobState.DELIVERED] < 2:  # rows tell nobody when they change
                await asyncio.sleep(0.05)
                counts = await workshop.jobs.count_by_state()
        assert counts == dict.fromkeys(JobState, 0) | {JobState.DELIVERED: 2}
        assert {job: len(pictures) for job, pictures in workshop.delivery.pictures.items()} == {
            failed.id: 1,
            refused.id: 1,
        }
        assert api.paid == 2
        assert await workshop.used_quota() == 0
        assert await check_ledgers(workshop.database) == []


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'bot.db'}"
