from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checks import check
from db.command_syncs import CommandSyncRepository
from db.consents import ConsentRepository
from db.database import Database
from db.errors import QuotaExceeded, TransitionRefused
from db.event_schema import event_blocks
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.members import NOBODY, MemberRepository
from db.models import Consent, Credits, JobState, Ledger, Limit, Scope, Window
from db.notices import NoticeRepository
from db.schema import buckets, metadata
from tests.support.events import insert_event, insert_picture
from tests.unit.db.tools import GUILD, MEMBER, START, ManualClock, claimed, job_in, new_job

DAILY = Limit(
    ledger=Ledger.QUOTA, scope=Scope.MEMBER, scope_id=0, guild_id=0, window=Window.DAY, amount=20
)


@pytest.fixture
def members(database: Database, clock: ManualClock) -> MemberRepository:
    return MemberRepository(database, clock=clock)


async def _everything(database: Database) -> str:
    """All rows of all tables as text, to look for what should be gone."""

    async def unit(connection: AsyncConnection) -> str:
        rows = [
            tuple(row)
            for table in metadata.sorted_tables
            for row in (await connection.execute(sa.select(table))).all()
        ]
        return repr(rows)

    return await database.read(unit)


async def test_erased_member_is_nowhere_and_the_ledgers_add_up(
    database: Database,
    jobs: JobRepository,
    limits: LimitRepository,
    members: MemberRepository,
    clock: ManualClock,
) -> None:
    await limits.set(DAILY)
    await ConsentRepository(database, clock=clock).give(MEMBER, 1)
    for number, state in enumerate(JobState):
        if state.is_final:
            await job_in(jobs, state, interaction_id=number)
    await jobs.accept(new_job(50, user_id=1, prompt="somebody else's"))
    before = await limits.credits()
    clock.advance(timedelta(days=1))

    erased = await members.erase(MEMBER)

    assert erased.photos == {"photo.jpg"}
    assert len(erased.pictures) == 2
    assert erased.open_job_ids == ()
    assert str(MEMBER) not in await _everything(database)
    assert await jobs.list_for_member(MEMBER, limit=10) == ()
    (first, *rest) = await jobs.list_for_member(NOBODY, limit=10)
    assert len(rest) == 4
    assert (first.channel_id, first.guild_id, first.filter_id) == (0, GUILD, "12")
    assert await limits.credits() == before == Credits(held=2, spent=4)
    assert await check(database) == []
    assert [job.user_id for job in await jobs.list_untold()] == []
    assert (await jobs.list_for_member(1, limit=10))[0].prompt == "somebody else's"


async def test_who_organised_and_decided_is_nowhere_afterwards(
    database: Database, members: MemberRepository
) -> None:
    event = await insert_event(database, organiser_id=MEMBER)
    await insert_picture(database, event.id, user_id=1, decided_by=MEMBER)
    block = {"event_id": event.id, "user_id": 2, "blocked_by": MEMBER, "reason": "", "at": START}
    await database.write(lambda c: c.execute(sa.insert(event_blocks).values(block)))
    assert str(MEMBER) in await _everything(database)
    await members.erase(MEMBER)
    assert str(MEMBER) not in await _everything(database)
    assert await check(database) == []


async def test_erasing_twice_or_somebody_unknown_does_nothing(
    jobs: JobRepository, members: MemberRepository, clock: ManualClock, database: Database
) -> None:
    await job_in(jobs, JobState.DELIVERED)
    clock.advance(timedelta(days=1))
    await members.erase(MEMBER)
    again = await members.erase(MEMBER)
    assert (again.photos, again.pictures, again.open_job_ids) == (frozenset(), frozenset(), ())
    assert (await members.erase(12345)).open_job_ids == ()
    assert await check(database) == []


async def test_jobs_under_way_are_named_and_kept_until_they_end(
    jobs: JobRepository, members: MemberRepository, limits: LimitRepository, database: Database
) -> None:
    await limits.set(DAILY)
    job = await job_in(jobs, JobState.SUBMITTED)
    assert (await members.erase(MEMBER)).open_job_ids == (job.id,)
    assert await jobs.get(job.id) == job
    await jobs.cancel(job.id)
    erased = await members.erase(MEMBER)
    assert erased.photos == {"photo.jpg"}
    assert erased.open_job_ids == ()
    assert await check(database) == []


async def test_erasing_does_not_renew_the_quota_and_the_count_is_forgotten_later(
    jobs: JobRepository,
    members: MemberRepository,
    limits: LimitRepository,
    clock: ManualClock,
    database: Database,
) -> None:
    await limits.set(dataclasses.replace(DAILY, amount=1))
    await job_in(jobs, JobState.DELIVERED)
    await members.erase(MEMBER)
    with pytest.raises(QuotaExceeded):
        await jobs.accept(new_job(2))
    assert await members.forget_past_windows() == 0
    clock.advance(timedelta(days=1))
    await jobs.accept(new_job(3, user_id=5))
    clock.advance(timedelta(days=1))
    assert await members.forget_past_windows() == 1  # member 5 still waits for a picture
    assert await check(database) == []

    async def scope_ids(connection: AsyncConnection) -> list[int]:
        statement = sa.select(buckets.c.scope_id).where(buckets.c.scope == Scope.MEMBER)
        return list((await connection.scalars(statement)).all())

    assert sorted(await database.read(scope_ids)) == [NOBODY, 5]


async def test_late_answer_does_not_wake_an_erased_job(
    jobs: JobRepository, members: MemberRepository, limits: LimitRepository
) -> None:
    await jobs.accept(new_job(1))
    job, token = await claimed(jobs)
    await jobs.record_unconfirmed(job.id, token)
    await members.erase(MEMBER)
    with pytest.raises(TransitionRefused):
        await jobs.record_submitted(job.id, token, "late", START)
    await jobs.resolve(job.id, charged=True, actor="operator")
    assert await limits.credits() == Credits(held=0, spent=2)


async def test_erased_undeliverable_job_can_still_be_closed(
    jobs: JobRepository, members: MemberRepository
) -> None:
    job = await job_in(jobs, JobState.UNDELIVERABLE)
    await members.erase(MEMBER)
    closed = await jobs.record_delivered(job.id, 1, 2)
    assert (closed.picture, closed.picture_delete_at) == (None, None)


async def test_consent_is_given_withdrawn_and_given_again(
    database: Database, clock: ManualClock
) -> None:
    consents = ConsentRepository(database, clock=clock)
    assert await consents.current(MEMBER) is None
    await consents.give(MEMBER, 1)
    assert await consents.current(MEMBER) == Consent(user_id=MEMBER, version=1, given_at=START)
    await consents.give(MEMBER, 2)
    await consents.withdraw(MEMBER)
    assert await consents.current(MEMBER) is None
    clock.advance(timedelta(days=1))
    await consents.give(MEMBER, 2)
    again = await consents.current(MEMBER)
    assert again == Consent(user_id=MEMBER, version=2, given_at=START + timedelta(days=1))
    assert await consents.current(MEMBER + 1) is None


async def test_notice_is_said_once_until_it_is_forgotten(database: Database) -> None:
    notices = NoticeRepository(database)
    assert await notices.say_once("out of credits")
    assert not await notices.say_once("out of credits")
    assert await notices.say_once("key refused")
    await notices.forget("out of credits")
    assert await notices.say_once("out of credits")


async def test_command_sync_remembers_each_place_apart(database: Database) -> None:
    syncs = CommandSyncRepository(database)
    assert await syncs.digest(1) is None
    await syncs.record(1, digest="a")
    await syncs.record(1, digest="b", guild_id=GUILD)
    await syncs.record(1, digest="c")
    assert await syncs.digest(1) == "c"
    assert await syncs.digest(1, guild_id=GUILD) == "b"
    assert await syncs.digest(2) is None
