from __future__ import annotations

import asyncio
import dataclasses
import shutil
import uuid
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import (
    AlreadyDelivered,
    BoothClosed,
    ClosedReason,
    FilterNeedsOnePerson,
    JobUnknown,
    NotYours,
    OriginalGone,
    OriginalTooLarge,
    PhotoGone,
    PhotoRejected,
    PictureLost,
    PromptRefused,
    PromptUnusable,
    TooLateToCancel,
    TooManyWaiting,
    UserError,
)
from bot.picture_errors import GuestLimitReached
from bot.quota_errors import QuotaUsedUp
from bot.services.booth import JOBS_LISTED
from bot.services.delivery import NO_NEWS, News, Stage
from bot.services.gate import Pause
from bot.services.orders import PromptOrder, SwapOrder
from bot.services.quotas import Person
from db.bounds import Bounds
from db.errors import StorageFault, StorageUnavailable
from db.event_limits import write_event_limits
from db.models import FailureReason, Job, JobKind, JobState, Scope, Window
from db.quota_models import Whom
from faceswap.models import Filter, Gender, Quality, Ratio
from tests.support.deliveries import NotingDelivery
from tests.support.events import insert_event
from tests.support.scripted_api import PICTURE, ScriptedAPI
from tests.support.workshop import ALICE, NEON, Workshop, open_workshop, photo_bytes

BOB = 12
CUSTOM = Filter(id=uuid.uuid4(), name="Custom filter")
NO_GROUPS = Filter(id=5, name="Portrait", group=False)
GROUPS = Filter(id=6, name="Party", group=True)


def swap(*, chosen: Filter = NEON, gender: Gender = Gender.FEMALE) -> SwapOrder:
    return SwapOrder(
        chosen=chosen,
        gender=gender,
        ratio=Ratio.LANDSCAPE,
        quality=Quality.BEST,
        private=True,
        spoiler=True,
    )


def words(prompt: str = "a lighthouse") -> PromptOrder:
    return PromptOrder(prompt=prompt, private=False, spoiler=False)


async def check(workshop: Workshop, order: SwapOrder | PromptOrder) -> None:
    await workshop.booth.check(workshop.caller(), order)


# --- checking, before a photo is fetched


@pytest.mark.parametrize("gender", Gender)
@pytest.mark.parametrize("chosen", [NEON, GROUPS])
async def test_an_order_that_can_be_carried_out_passes(
    workshop: Workshop, gender: Gender, chosen: Filter
) -> None:
    await check(workshop, swap(chosen=chosen, gender=gender))
    await check(workshop, words())


@pytest.mark.parametrize("chosen", [CUSTOM, NO_GROUPS])
async def test_some_filters_are_not_for_groups(workshop: Workshop, chosen: Filter) -> None:
    await check(workshop, swap(chosen=chosen))
    with pytest.raises(FilterNeedsOnePerson) as caught:
        await check(workshop, swap(chosen=chosen, gender=Gender.GROUP))
    assert caught.value.name == chosen.name


@pytest.mark.parametrize(
    ("prompt", "refusal"), [("a naked man", PromptRefused), (" ", PromptUnusable)]
)
async def test_unfit_words_are_refused_wherever_they_come_in(
    workshop: Workshop, prompt: str, refusal: type[UserError]
) -> None:
    with pytest.raises(refusal):
        await check(workshop, words(prompt))
    with pytest.raises(refusal):
        await workshop.booth.order_prompt(workshop.caller(), words(prompt))
    assert await workshop.booth.latest(ALICE) == ()


@pytest.mark.parametrize("pause", Pause)
async def test_only_what_the_operator_must_mend_closes_the_booth(
    workshop: Workshop, pause: Pause
) -> None:
    workshop.gate.close(pause)
    if pause.needs_operator:
        with pytest.raises(BoothClosed):
            await check(workshop, swap())
    else:
        await check(workshop, swap())  # it waits in the queue
        job = await workshop.order()
        assert (job.id, Stage.PAUSED) in workshop.delivery.stages


async def test_a_used_up_quota_is_told_before_the_photo_is_fetched(workshop: Workshop) -> None:
    await workshop.set_quota(1)
    await check(workshop, swap())
    await workshop.order()
    with pytest.raises(QuotaUsedUp) as caught:
        await check(workshop, words())
    usage = caught.value.usage
    assert usage.limit.amount == 1
    assert usage.resets_at is not None
    assert usage.resets_at > workshop.clock()


# --- ordering


async def test_an_order_is_written_down_as_it_was_given(workshop: Workshop) -> None:
    caller = workshop.caller()
    job = await workshop.booth.order_swap(caller, swap(), photo_bytes())

    assert (job.kind, job.state, job.cost) == (JobKind.FILTER, JobState.QUEUED, 2)
    assert (job.filter_id, job.filter_name, job.gender) == ("12", NEON.name, Gender.FEMALE)
    assert (job.ratio, job.quality, job.private, job.spoiler) == ("landscape", "v6.1", True, True)
    assert (job.user_id, job.guild_id, job.channel_id) == (ALICE, 21, 31)
    assert (job.card_channel_id, job.card_message_id) == (31, 41)
    assert (job.interaction_token, job.token_expires_at) == (
        caller.token,
        caller.token_expires_at,
    )
    assert workshop.files() == [job.photo]
    assert workshop.booth.has_photo(job)


async def test_words_are_written_down_trimmed(workshop: Workshop) -> None:
    job = await workshop.imagine("  a   lighthouse \n at dawn ")
    assert (job.kind, job.cost, job.prompt) == (JobKind.PROMPT, 1, "a lighthouse at dawn")
    assert workshop.files() == []
    assert workshop.booth.has_photo(job)


async def test_the_same_command_twice_is_one_job_with_one_photo(workshop: Workshop) -> None:
    caller = workshop.caller()
    jobs = await asyncio.gather(
        *(workshop.booth.order_swap(caller, swap(), photo_bytes()) for _ in range(5))
    )
    assert len({job.id for job in jobs}) == 1
    assert workshop.files() == [jobs[0].photo]
    assert await workshop.used_quota() == 1
    assert workshop.booth.has_photo(await workshop.jobs.get(jobs[0].id))


async def test_twenty_orders_at_once_get_no_more_than_the_quota(workshop: Workshop) -> None:
    await workshop.set_quota(5)
    outcomes = await asyncio.gather(*(workshop.order() for _ in range(20)), return_exceptions=True)

    jobs = [each for each in outcomes if not isinstance(each, BaseException)]
    refusals = [each for each in outcomes if isinstance(each, QuotaUsedUp)]
    assert (len(jobs), len(refusals)) == (5, 15)
    assert sorted(workshop.files()) == sorted(str(job.photo) for job in jobs)
    assert await workshop.used_quota() == 5


async def test_one_members_quota_is_not_anothers(workshop: Workshop) -> None:
    await workshop.set_quota(1)
    await workshop.order(user_id=ALICE)
    await workshop.order(user_id=BOB)
    with pytest.raises(QuotaUsedUp):
        await workshop.order(user_id=ALICE)
    assert len(workshop.files()) == 2


async def test_no_more_orders_wait_than_may(tmp_path: Path, api: ScriptedAPI) -> None:
    bounds = Bounds(waiting_per_member=2, waiting_per_server=3)
    async with open_workshop(tmp_path, api, bounds=bounds) as workshop:
        outcomes = await asyncio.gather(
            *(workshop.order() for _ in range(6)), return_exceptions=True
        )
        refusals = [each for each in outcomes if isinstance(each, TooManyWaiting)]
        assert [(each.scope, each.limit) for each in refusals] == [(Scope.MEMBER, 2)] * 4
        assert len(workshop.files()) == 2
        assert await workshop.used_quota() == 2

        await workshop.order(user_id=BOB)
        for user_id, scope in ((ALICE, Scope.MEMBER), (BOB, Scope.SERVER)):
            with pytest.raises(TooManyWaiting) as caught:  # before a photo is fetched
                await workshop.booth.check(workshop.caller(user_id), words())
            assert caught.value.scope is scope


async def test_a_disk_with_too_little_room_closes_the_booth_and_the_log_says_so_once(
    tmp_path: Path, api: ScriptedAPI, caplog: pytest.LogCaptureFixture
) -> None:
    free = shutil.disk_usage(tmp_path).free
    async with open_workshop(tmp_path, api, least_free=4 * free) as workshop:
        for order in (swap(), words()):
            with pytest.raises(BoothClosed) as caught:
                await check(workshop, order)
            assert caught.value.reason is ClosedReason.DISK_FULL
    (record,) = (each for each in caplog.records if "Orders are refused" in each.msg)
    assert record.levelname == "CRITICAL"
    assert str(tmp_path) in record.getMessage()


@pytest.mark.parametrize("photo", [b"", b"no photo", photo_bytes()[:100]])
async def test_a_refused_photo_leaves_nothing_behind(workshop: Workshop, photo: bytes) -> None:
    with pytest.raises(PhotoRejected):
        await workshop.booth.order_swap(workshop.caller(), swap(), photo)
    assert workshop.files() == []
    assert await workshop.used_quota() == 0
    assert await workshop.booth.latest(ALICE) == ()


async def test_storage_that_fails_leaves_no_photo_behind(tmp_path: Path, api: ScriptedAPI) -> None:
    async with open_workshop(tmp_path, api) as workshop:
        caller = workshop.caller()
    with pytest.raises(Exception, match=r"."):  # the database is closed
        await workshop.booth.order_swap(caller, swap(), photo_bytes())
    assert workshop.files() == []


# --- the same again


async def test_an_accepted_order_keeps_its_photo_though_its_place_cannot_be_read(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreadable(_: int) -> None:
        raise StorageUnavailable(StorageFault.LOCKED)

    monkeypatch.setattr(workshop.jobs, "position", unreadable)
    job = await workshop.order()
    assert workshop.photos.has(job.photo)


async def test_a_picture_fetched_twice_at_once_is_no_error(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api, delivery=NotingDelivery(refuses=True)) as workshop:
        await workshop.order()
        await workshop.worker.run_once()
        (waiting,) = await workshop.booth.latest(ALICE)
        for message_id in (51, 52):
            await workshop.booth.record_delivered(waiting, 31, message_id)
        (done,) = await workshop.booth.latest(ALICE)
        assert (done.state, done.message_id) == (JobState.DELIVERED, 51)


async def test_again_is_a_job_of_its_own_with_its_own_photo(workshop: Workshop) -> None:
    first = await workshop.order(private=True)
    await workshop.worker.run_once()
    done = await workshop.jobs.get(first.id)

    again = await workshop.booth.order_again(workshop.caller(), done)

    assert again.id != first.id
    assert again.photo not in {None, done.photo}
    kept = ("kind", "cost", "filter_id", "filter_name", "gender", "ratio", "quality", "private")
    assert all(getattr(again, name) == getattr(first, name) for name in kept)
    workshop.clock.advance(timedelta(minutes=16))  # the first one's photo goes
    await workshop.worker.run_once()
    assert (await workshop.jobs.get(again.id)).state is JobState.DELIVERED


async def test_again_works_for_words(workshop: Workshop) -> None:
    first = await workshop.imagine()
    again = await workshop.booth.order_again(workshop.caller(), first)
    assert (again.prompt, again.cost) == (first.prompt, first.cost)


async def test_again_needs_the_photo_and_says_so(workshop: Workshop) -> None:
    await workshop.order()
    await workshop.worker.run_once()
    (done,) = await workshop.booth.latest(ALICE)
    workshop.clock.advance(timedelta(minutes=16))
    await workshop.worker.run_once()
    for job in (done, await workshop.jobs.get(done.id)):  # the second knows that it is gone
        assert not workshop.booth.has_photo(job)
        with pytest.raises(PhotoGone):
            await workshop.booth.order_again(workshop.caller(), job)
    assert workshop.files() == []


async def test_again_counts_and_is_refused_without_a_trace(workshop: Workshop) -> None:
    await workshop.set_quota(1)
    job = await workshop.order()
    with pytest.raises(QuotaUsedUp):
        await workshop.booth.order_again(workshop.caller(), job)
    assert workshop.files() == [job.photo]


async def test_again_is_not_taken_by_a_closed_booth(workshop: Workshop) -> None:
    job = await workshop.order()
    workshop.gate.close(Pause.OUT_OF_CREDITS)
    with pytest.raises(BoothClosed):
        await workshop.booth.order_again(workshop.caller(), job)
    assert workshop.files() == [job.photo]


async def test_pressing_again_twice_with_one_press_is_one_job(workshop: Workshop) -> None:
    job, caller = await workshop.order(), workshop.caller()
    first = await workshop.booth.order_again(caller, job)
    second = await workshop.booth.order_again(caller, job)
    assert first.id == second.id
    assert len(workshop.files()) == 2


# --- cancelling


async def test_a_queued_job_is_cancelled_once(workshop: Workshop) -> None:
    job = await workshop.order()
    outcomes = await asyncio.gather(
        *(workshop.booth.cancel(job) for _ in range(5)), return_exceptions=True
    )
    refused = [each for each in outcomes if isinstance(each, TooLateToCancel)]
    assert len(refused) == 4
    assert {each.state for each in refused} == {JobState.CANCELLED}
    assert await workshop.used_quota() == 0
    await workshop.worker.run_once()
    assert workshop.files() == []


async def test_a_finished_job_is_not_cancelled(workshop: Workshop) -> None:
    job = await workshop.order()
    await workshop.worker.run_once()
    with pytest.raises(TooLateToCancel) as caught:
        await workshop.booth.cancel(job)
    assert caught.value.state is JobState.DELIVERED
    assert await workshop.used_quota() == 1


# --- whose it is, and what waits


async def test_a_job_is_its_members_alone(workshop: Workshop) -> None:
    job = await workshop.order(user_id=ALICE)
    assert (await workshop.booth.own(job.id, ALICE)).id == job.id
    with pytest.raises(NotYours):
        await workshop.booth.own(job.id, BOB)
    for number in (job.id + 1, 0, 10**17):
        with pytest.raises(JobUnknown):
            await workshop.booth.own(number, ALICE)


async def test_the_latest_jobs_come_first_and_are_ones_own(workshop: Workshop) -> None:
    await workshop.set_quota(100)
    mine = [(await workshop.order()).id for _ in range(JOBS_LISTED + 3)]
    await workshop.order(user_id=BOB)
    listed = [job.id for job in await workshop.booth.latest(ALICE)]
    assert listed == mine[::-1][:JOBS_LISTED]


async def test_a_picture_that_waits_is_given_until_it_is_fetched(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    delivery = NotingDelivery(refuses=True)
    async with open_workshop(tmp_path, api, delivery=delivery) as workshop:
        job = await workshop.order()
        with pytest.raises(AlreadyDelivered):
            await workshop.booth.undelivered_pictures(job, each=10**7, together=10**7)
        await workshop.worker.run_once()
        waiting = await workshop.jobs.get(job.id)
        for _ in range(2):
            (given,) = await workshop.booth.undelivered_pictures(
                waiting, each=10**7, together=10**7
            )
            assert (given.suffix, given.data, given.whole) == (".png", PICTURE, True)

        await workshop.booth.record_delivered(waiting, 31, 99)
        fetched = await workshop.jobs.get(job.id)
        assert (fetched.state, fetched.message_id) == (JobState.DELIVERED, 99)
        with pytest.raises(AlreadyDelivered):
            await workshop.booth.undelivered_pictures(fetched, each=10**7, together=10**7)
        await workshop.pictures.delete(waiting.picture or "")
        with pytest.raises(AlreadyDelivered):
            await workshop.booth.undelivered_pictures(waiting, each=10**7, together=10**7)


async def test_a_picture_lost_while_it_waited_is_owned_up_to_and_not_counted(
    tmp_path: Path, api: ScriptedAPI, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_workshop(tmp_path, api, delivery=NotingDelivery(refuses=True)) as workshop:
        job = await workshop.order()
        await workshop.worker.run_once()
        waiting = await workshop.jobs.get(job.id)
        assert await workshop.booth.waiting(ALICE) == (waiting,)
        assert await workshop.used_quota() == 1
        await workshop.pictures.delete(waiting.picture or "")
        with pytest.raises(PictureLost):
            await workshop.booth.undelivered_pictures(waiting, each=10**7, together=10**7)
        lost = await workshop.jobs.get(job.id)
        assert (lost.state, lost.failure) == (JobState.FAILED, FailureReason.PICTURE_LOST)
        assert await workshop.used_quota() == 0
        assert await workshop.booth.waiting(ALICE) == ()
        assert f"Job {job.id}: its picture is gone from the disk" in caplog.text


async def test_an_original_is_given_whole_or_not_at_all(workshop: Workshop) -> None:
    job = await workshop.order()
    await workshop.worker.run_once()
    done = await workshop.jobs.get(job.id)
    with pytest.raises(OriginalGone):  # it was posted as it is
        await workshop.booth.originals(done, each=10**7, together=10**8)

    arrived = workshop.pictures.arrivals / "download"
    arrived.write_bytes(PICTURE)
    name = await workshop.pictures.keep(arrived, job_id=job.id)
    posted_smaller = dataclasses.replace(
        done, picture=name, picture_delete_at=workshop.clock() + timedelta(hours=24)
    )
    (given,) = await workshop.booth.originals(posted_smaller, each=len(PICTURE), together=10**8)
    assert (given.data, given.whole) == (PICTURE, True)
    with pytest.raises(OriginalTooLarge) as refused:
        await workshop.booth.originals(posted_smaller, each=len(PICTURE) - 1, together=10**8)
    assert (refused.value.size, refused.value.limit) == (len(PICTURE), len(PICTURE) - 1)
    await workshop.pictures.delete(name)
    with pytest.raises(OriginalGone):
        await workshop.booth.originals(posted_smaller, each=10**7, together=10**8)


async def test_a_deleted_picture_takes_the_photo_with_it(workshop: Workshop) -> None:
    job = await workshop.order()
    await workshop.worker.run_once()
    assert workshop.files() == [job.photo]
    await workshop.booth.forget(job)
    await workshop.worker.run_once()
    assert workshop.files() == []


async def test_a_button_press_gives_a_newer_token(workshop: Workshop) -> None:
    job = await workshop.order()
    workshop.clock.advance(timedelta(minutes=5))
    caller = dataclasses.replace(workshop.caller(), token="newer")
    await workshop.booth.renew_token(job, caller)
    renewed = await workshop.jobs.get(job.id)
    assert (renewed.interaction_token, renewed.token_expires_at) == (
        "newer",
        caller.token_expires_at,
    )


class Stumbling(NotingDelivery):
    """Fails in a way nobody foresaw when a card is to say something."""

    def progress(self, job: Job, stage: Stage, news: News = NO_NEWS) -> None:
        del job, stage, news
        raise LookupError("nobody foresaw this")


async def test_what_was_accepted_keeps_its_photo_whatever_fails_then(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api, delivery=Stumbling()) as workshop:
        with pytest.raises(LookupError):
            await workshop.order()
        (job,) = await workshop.jobs.list_queued(limit=2)
        assert workshop.photos.has(job.photo)


async def test_a_guest_whose_role_may_have_more_hears_of_their_own_limit(
    workshop: Workshop,
) -> None:
    now = workshop.clock()
    event = await insert_event(
        workshop.database,
        guild_id=21,
        guest_limit=1,
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    await workshop.database.write(lambda c: write_event_limits(c, event))
    olga, vip = Person(user_id=600, guild_id=21), Whom(scope=Scope.ROLE, scope_id=31)
    await workshop.quotas.set_limit(olga, vip, window=Window.EVENT, amount=2)
    caller = dataclasses.replace(workshop.caller(), role_ids=frozenset({31}))
    for number in range(2):
        order = dataclasses.replace(swap(), event_id=event.id)
        await workshop.booth.order_swap(
            dataclasses.replace(caller, interaction_id=10_000 + number), order, photo_bytes()
        )
    with pytest.raises(GuestLimitReached) as caught:
        await workshop.booth.check_guest(caller, event.id)
    assert caught.value.limit == 2
