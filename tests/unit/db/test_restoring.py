from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from db.backup import backup
from db.checks import check
from db.database import Database
from db.errors import StorageFault, StorageUnavailable
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.models import (
    Credits,
    FailureReason,
    JobState,
    Ledger,
    Limit,
    ReservationState,
    Scope,
    Window,
)
from db.restoring import NUMBERS_SKIPPED, Restored, after_restore, started
from db.transitions import Periods
from tests.support.quotas import usages_of
from tests.unit.db.tools import (
    API,
    MEMBER,
    START,
    claim,
    claimed,
    holdings,
    job_in,
    new_job,
)

HELD, SPENT, BACK = ReservationState.HELD, ReservationState.SPENT, ReservationState.RETURNED


@pytest.fixture(autouse=True)
async def quota(limits: LimitRepository) -> None:
    await limits.set(_limit(Ledger.QUOTA, Scope.MEMBER, 50))


def _limit(ledger: Ledger, scope: Scope, amount: int) -> Limit:
    return Limit(
        ledger=ledger, scope=scope, scope_id=0, guild_id=0, window=Window.DAY, amount=amount
    )


async def restored(database: Database, *, was_copy: bool = False) -> Restored:
    return await after_restore(
        database, backend=API, periods=Periods(), was_copy=was_copy, clock=lambda: START
    )


async def test_what_may_have_been_sent_is_frozen_and_held_under_any_cap(
    jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    queued = [(await jobs.accept(new_job(number))).job for number in range(3)]
    sending, token = await claimed(jobs)
    await limits.set(_limit(Ledger.CREDITS, Scope.OPERATOR, 3))

    done = await restored(database)

    assert {job.id for job in done.unconfirmed} == {job.id for job in queued}
    assert done.failed == ()
    for job in done.unconfirmed:
        assert (job.state, job.backend) == (JobState.UNCONFIRMED, API)
        assert job.photo_delete_at == START + timedelta(minutes=15)
        held = await holdings(database, job.id)
        # credits in all, and today
        assert held == {Ledger.QUOTA: [BACK], Ledger.POT: [], Ledger.CREDITS: [HELD, HELD]}
    assert await limits.credits() == Credits(held=6, spent=0)
    assert [usage.used for usage in await limits.caps()] == [6]
    assert await claim(jobs) is None
    assert {*await jobs.list_untold()} == {*done.unconfirmed}  # told at the next start
    assert await check(database) == []

    late = await jobs.record_submitted(sending.id, token, "r", START)  # sent before the copy
    assert late.state is JobState.SUBMITTED
    await jobs.resolve(queued[1].id, charged=False, actor="operator")
    await jobs.resolve(queued[2].id, charged=True, actor="operator")
    assert await limits.credits() == Credits(held=0, spent=4)
    assert await check(database) == []


async def test_what_costs_nothing_fails_and_what_is_safe_goes_on(
    jobs: JobRepository, limits: LimitRepository, database: Database
) -> None:
    states = [JobState.SUBMITTED, JobState.COMPLETED, JobState.UNDELIVERABLE, JobState.DELIVERED]
    before = [
        await job_in(jobs, state, interaction_id=number) for number, state in enumerate(states)
    ]
    await jobs.accept(new_job(10, cost=0))
    repeatable, _ = await claimed(jobs, idempotent=True)
    free = (await jobs.accept(new_job(11, cost=0))).job

    done = await restored(database)

    assert done.unconfirmed == ()
    (failed,) = done.failed
    assert (failed.id, failed.failure) == (free.id, FailureReason.RESTORED)
    assert [await jobs.get(job.id) for job in before] == before
    assert await jobs.get(repeatable.id) == repeatable
    (usage,) = await usages_of(limits, MEMBER)
    assert usage.used == 5
    assert await check(database) == []


async def test_numbers_are_skipped_once_for_each_restore(
    jobs: JobRepository, database: Database
) -> None:
    await jobs.accept(new_job(1))
    first = await restored(database)
    assert first.next_number > NUMBERS_SKIPPED
    assert await restored(database) == Restored(
        unconfirmed=(), failed=(), next_number=first.next_number, events=()
    )
    await started(database)
    assert (await jobs.accept(new_job(2))).job.id == first.next_number
    assert (await restored(database)).next_number > first.next_number + NUMBERS_SKIPPED


async def test_a_copy_of_a_restored_database_skips_numbers_too(database: Database) -> None:
    first = await restored(database, was_copy=True)
    assert first.next_number > NUMBERS_SKIPPED  # though it never had a job
    second = await restored(database, was_copy=True)
    assert second.next_number > first.next_number + NUMBERS_SKIPPED


async def test_nobody_starts_with_a_copy_that_was_not_made_safe(
    database: Database, jobs: JobRepository, tmp_path: Path
) -> None:
    await jobs.accept(new_job(1))
    copy = tmp_path / "copy.db"
    await backup(database, copy)
    with pytest.raises(StorageUnavailable) as caught:
        async with Database.open(f"sqlite:///{copy}"):
            pass
    assert caught.value.fault is StorageFault.COPY
    async with Database.open(f"sqlite:///{copy}", exclusive=False) as looked_at:
        assert await check(looked_at) == []
    async with Database.open(f"sqlite:///{copy}", accept_copy=True) as accepted:
        assert len((await restored(accepted, was_copy=True)).unconfirmed) == 1
    async with Database.open(f"sqlite:///{copy}") as opened:
        assert await check(opened) == []


async def test_a_copy_that_could_not_be_made_safe_is_still_known_as_one(
    database: Database, jobs: JobRepository, tmp_path: Path
) -> None:
    await jobs.accept(new_job(1))
    copy = tmp_path / "copy.db"
    await backup(database, copy)
    with pytest.raises(OSError, match="no room"):
        async with Database.open(f"sqlite:///{copy}", accept_copy=True):
            raise OSError("no room for what comes first")
    with pytest.raises(StorageUnavailable) as caught:
        async with Database.open(f"sqlite:///{copy}"):
            pass
    assert caught.value.fault is StorageFault.COPY


async def test_the_log_of_the_database_before_is_not_written_into_a_copy(
    database: Database, jobs: JobRepository, tmp_path: Path
) -> None:
    await jobs.accept(new_job(1))
    copy = tmp_path / "copy.db"
    await backup(database, copy)
    await jobs.accept(new_job(2))
    shutil.copy(f"{database.path}-wal", f"{copy}-wal")
    before = copy.read_bytes()
    for exclusive in (True, False):
        with pytest.raises(StorageUnavailable, match=r"copy\.db-wal belongs") as caught:
            async with Database.open(f"sqlite:///{copy}", exclusive=exclusive, accept_copy=True):
                pass
        assert caught.value.fault is StorageFault.FOREIGN_LOG
    assert copy.read_bytes() == before
    Path(f"{copy}-wal").unlink()
    async with Database.open(f"sqlite:///{copy}", accept_copy=True) as accepted:
        assert await check(accepted) == []
