from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.services.events.clearing import EventClearing
from bot.services.housekeeping import Housekeeper
from db.checks import check_ledgers
from db.errors import JobNotFound
from db.event_retention import EventRetentionRepository
from db.members import MemberRepository
from db.models import FailureReason, JobState
from db.notices import NoticeRepository
from db.retention import RetentionRepository
from db.schema import buckets
from tests.support.deliveries import NotingDelivery
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import Workshop, open_workshop

QUEUE_WAIT = timedelta(minutes=60)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def housekeeper_of(
    workshop: Workshop, *, job_keep: timedelta | None = timedelta(days=90)
) -> Housekeeper:
    return Housekeeper(
        jobs=workshop.jobs,
        members=MemberRepository(workshop.database, clock=workshop.clock),
        photos=workshop.photos,
        pictures=workshop.pictures,
        retention=RetentionRepository(workshop.database),
        events=EventClearing(
            workshop.data_dir / "events",
            retention=EventRetentionRepository(workshop.database, clock=workshop.clock),
            downloads=workshop.events.downloads,
        ),
        open_orders=workshop.open_orders,
        queue_wait=QUEUE_WAIT,
        job_keep=job_keep,
        clock=workshop.clock,
    )


@pytest.fixture
def housekeeper(workshop: Workshop) -> Housekeeper:
    return housekeeper_of(workshop)


async def test_a_photo_is_kept_for_its_short_time_and_not_longer(
    workshop: Workshop, housekeeper: Housekeeper
) -> None:
    job = await workshop.order()
    workshop.clock.advance(timedelta(minutes=45))
    await housekeeper.delete_due_files()
    assert workshop.files() == [job.photo]  # the job waits; the photo is needed

    await workshop.worker.run_once()
    workshop.clock.advance(timedelta(minutes=14, seconds=59))
    await housekeeper.delete_due_files()
    assert workshop.files() == [job.photo]

    workshop.clock.advance(timedelta(seconds=1))
    await housekeeper.delete_due_files()
    assert workshop.files() == []
    done = await workshop.jobs.get(job.id)
    assert (done.photo, done.photo_delete_at, done.picture) == (None, None, None)


async def test_a_picture_that_could_not_be_posted_waits_a_week(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api, delivery=NotingDelivery(refuses=True)) as workshop:
        housekeeper = housekeeper_of(workshop)
        job = await workshop.order()
        await workshop.worker.run_once()
        workshop.clock.advance(timedelta(days=6, hours=23))
        await housekeeper.delete_due_files()
        assert workshop.files() == [f"{job.id}.png"]
        workshop.clock.advance(timedelta(hours=1))
        await housekeeper.delete_due_files()
        assert workshop.files() == []
        assert (await workshop.jobs.get(job.id)).state is JobState.UNDELIVERABLE


async def test_files_that_are_gone_already_do_not_stop_the_others(
    workshop: Workshop, housekeeper: Housekeeper
) -> None:
    jobs = [await workshop.order() for _ in range(3)]
    await workshop.worker.run_once()
    await workshop.photos.delete(jobs[0].photo or "")
    workshop.clock.advance(timedelta(minutes=15))
    await housekeeper.delete_due_files()
    assert workshop.files() == []
    assert [(await workshop.jobs.get(job.id)).photo for job in jobs] == [None, None, None]


async def test_at_start_files_that_an_earlier_process_left_are_deleted(
    workshop: Workshop, housekeeper: Housekeeper
) -> None:
    job = await workshop.order()
    for folder, name in (("photos", "stray.jpg"), ("photos", "a.jpg.part"), ("pictures", "9.png")):
        stray = workshop.data_dir / folder / name
        stray.write_bytes(b"stray")
        os.utime(stray, (0, 0))
    (workshop.data_dir / "photos" / "z-written-just-now.jpg.part").write_bytes(b"an order's")
    await housekeeper.delete_left_files()
    assert workshop.files() == [job.photo, "z-written-just-now.jpg.part"]


async def test_a_job_waits_for_as_long_as_it_may_and_not_longer(
    workshop: Workshop, housekeeper: Housekeeper
) -> None:
    workshop.clock.now = NOON
    old = await workshop.order()
    workshop.clock.advance(timedelta(minutes=30))
    young = await workshop.order()
    workshop.clock.advance(timedelta(minutes=29))
    await housekeeper.end_stale_jobs()
    assert (await workshop.jobs.get(old.id)).state is JobState.QUEUED

    workshop.clock.advance(timedelta(minutes=1, seconds=1))
    await housekeeper.end_stale_jobs()

    assert (await workshop.jobs.get(old.id)).failure is FailureReason.TOO_OLD
    assert (await workshop.jobs.get(young.id)).state is JobState.QUEUED
    assert await workshop.used_quota() == 1
    await housekeeper.delete_due_files()
    assert workshop.files() == [young.photo]


async def test_tokens_are_forgotten_once_they_open_nothing(
    workshop: Workshop, housekeeper: Housekeeper
) -> None:
    job = await workshop.order()
    workshop.clock.advance(timedelta(minutes=13))
    await housekeeper.sweep()
    assert (await workshop.jobs.get(job.id)).interaction_token is not None
    workshop.clock.advance(timedelta(minutes=1))
    await housekeeper.sweep()
    assert (await workshop.jobs.get(job.id)).interaction_token is None


async def test_rows_outlive_their_jobs_for_as_long_as_is_set_and_a_sweep_says_what_went(
    workshop: Workshop, housekeeper: Housekeeper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="bot.services.housekeeping")
    old, last = [await workshop.order() for _ in range(2)]
    await workshop.worker.run_once()
    workshop.clock.advance(timedelta(days=89))
    await housekeeper.delete_due_files()
    await housekeeper.sweep()
    (said,) = [record.getMessage() for record in caplog.records]
    # The pictures went before: they were posted, and the worker has its own housekeeper.
    assert said == "Deleted since the last sweep: 2 photos, 2 interaction tokens."

    caplog.clear()
    await housekeeper.sweep()
    assert caplog.records == []

    workshop.clock.advance(timedelta(days=1, seconds=1))
    await housekeeper.sweep()
    with pytest.raises(JobNotFound):
        await workshop.jobs.get(old.id)
    assert (await workshop.jobs.get(last.id)).state is JobState.DELIVERED
    (said,) = [record.getMessage() for record in caplog.records]
    assert said == "Deleted since the last sweep: 1 jobs."
    assert await check_ledgers(workshop.database) == []


async def test_rows_may_be_kept_for_ever(workshop: Workshop) -> None:
    forgetful = housekeeper_of(workshop, job_keep=None)
    jobs = [await workshop.order() for _ in range(2)]
    await workshop.worker.run_once()
    workshop.clock.advance(timedelta(days=5000))
    await forgetful.delete_due_files()
    await forgetful.sweep()
    assert [(await workshop.jobs.get(job.id)).id for job in jobs] == [job.id for job in jobs]


async def test_what_was_said_once_is_forgotten_when_it_can_matter_no_more(
    workshop: Workshop,
) -> None:
    said = NoticeRepository(workshop.database, clock=workshop.clock)
    housekeeper = housekeeper_of(workshop, job_keep=timedelta(days=1))
    assert await said.say_once("a warning of this month")
    workshop.clock.advance(timedelta(days=30))
    await housekeeper.sweep()
    assert not await said.say_once("a warning of this month")
    workshop.clock.advance(timedelta(days=2))
    await housekeeper.sweep()
    assert await said.say_once("a warning of this month")


async def test_counts_of_past_days_name_no_member(
    workshop: Workshop, housekeeper: Housekeeper
) -> None:
    await workshop.order(user_id=918_273_645)
    await workshop.worker.run_once()
    for days, named in ((0, True), (1, False)):
        workshop.clock.advance(timedelta(days=days))
        await housekeeper.sweep()

        async def scope_ids(connection: AsyncConnection) -> list[int]:
            return list(await connection.scalars(sa.select(buckets.c.scope_id)))

        assert (918_273_645 in await workshop.database.read(scope_ids)) is named
