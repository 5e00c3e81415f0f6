from __future__ import annotations

import asyncio
import gc
import os
import random
import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.backup import backup
from db.checks import check, check_ledgers
from db.database import Database
from db.errors import StorageFault, StorageUnavailable
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.models import JobState, Ledger, Limit, Scope, Window
from tests.unit.db.tools import claim, new_job

_ROOT = Path(__file__).parents[3]
_NOBODY = 65534
SOON = timedelta(milliseconds=50)
PATIENCE_SECONDS = 10.0


async def _run(database: Database, statement: str) -> list[object]:
    async def unit(connection: AsyncConnection) -> list[object]:
        result = await connection.exec_driver_sql(statement)
        return [row[0] for row in result.all()] if result.returns_rows else []

    return await database.write(unit)


async def test_file_and_folders_are_made_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "bot.db"
    async with Database.open(f"sqlite+aiosqlite:///{path}") as database:
        await _run(database, "CREATE TABLE t (x)")
        modes = {file.name: file.stat().st_mode & 0o077 for file in path.parent.iterdir()}
    assert set(modes) == {"bot.db", "bot.db-wal", "bot.db-shm", "bot.db.lock"}
    assert set(modes.values()) == {0}


async def test_settings_that_keep_money_safe(database: Database) -> None:
    assert await _run(database, "PRAGMA journal_mode") == ["wal"]
    assert await _run(database, "PRAGMA synchronous") == [2]
    assert await _run(database, "PRAGMA foreign_keys") == [1]
    assert await _run(database, "PRAGMA busy_timeout") == [5000]


async def test_unit_that_fails_changes_nothing(database: Database) -> None:
    async def unit(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("INSERT INTO notices (key, at) VALUES ('a', 1)")
        raise KeyError("the unit's own error")

    with pytest.raises(KeyError):
        await database.write(unit)
    assert await _run(database, "SELECT count(*) FROM notices") == [0]


async def test_unit_that_waits_for_anything_else_is_refused(database: Database) -> None:
    async def unit(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("INSERT INTO notices (key, at) VALUES ('a', 1)")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nothing but its connection"):
        await database.write(unit)
    assert await _run(database, "SELECT count(*) FROM notices") == [0]


async def test_commit_that_fails_leaves_no_transaction_behind(database: Database) -> None:
    async def unit(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        await connection.exec_driver_sql(
            "INSERT INTO job_log (job_id, at, to_state, actor) VALUES (7, 1, 'queued', 'nobody')"
        )

    with pytest.raises(IntegrityError):
        await database.write(unit)
    assert await _run(database, "SELECT count(*) FROM job_log") == [0]


async def test_reads_cannot_write(database: Database) -> None:
    async def unit(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("INSERT INTO notices (key, at) VALUES ('a', 1)")

    with pytest.raises(StorageUnavailable):
        await database.read(unit)


async def test_readers_see_a_whole_snapshot_while_a_writer_writes(database: Database) -> None:
    writing, go_on = threading.Event(), threading.Event()

    async def writer(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("INSERT INTO notices (key, at) VALUES ('a', 1)")
        writing.set()
        assert go_on.wait(PATIENCE_SECONDS)

    async def count(connection: AsyncConnection) -> object:
        return (await connection.exec_driver_sql("SELECT count(*) FROM notices")).scalar_one()

    async with asyncio.timeout(10):
        task = asyncio.create_task(database.write(writer))
        await asyncio.to_thread(writing.wait, PATIENCE_SECONDS)
        assert await database.read(count) == 0
        go_on.set()
        await task
        assert await database.read(count) == 1


async def test_cancelled_callers_leave_nothing_locked_and_nothing_half_done(
    database: Database, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the shield, connections in the middle of closing are left behind now and then."""
    chance = random.Random(20261121)
    callers = asyncio.Semaphore(8)
    errors: list[Exception] = []
    soon = timedelta(milliseconds=100)

    async def member(jobs: JobRepository, number: int) -> None:
        async with callers:
            task = asyncio.create_task(jobs.accept(new_job(number, user_id=number % 7)))
            if chance.random() < 0.7:
                asyncio.get_running_loop().call_later(chance.random() * 0.02, _cancel_twice, task)
            try:
                await task
            except asyncio.CancelledError:
                pass
            except StorageUnavailable as error:
                errors.append(error)

    async with (
        asyncio.timeout(60),
        Database.open(url, exclusive=False, busy_timeout=soon) as impatient,
    ):
        jobs = JobRepository(impatient)
        await LimitRepository(impatient).set(_daily(1000))
        await asyncio.gather(*(member(jobs, number) for number in range(120)))
        answers = [await jobs.accept(new_job(number, user_id=number % 7)) for number in range(120)]
        assert (await jobs.count_by_state())[JobState.QUEUED] == 120

    gc.collect()
    assert errors == []
    assert [record for record in caplog.records if record.name == "asyncio"] == []
    assert any(not answer.created for answer in answers)
    assert await check_ledgers(database) == []


async def test_unit_is_finished_though_its_caller_left(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def unit(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("INSERT INTO notices (key, at) VALUES ('a', 1)")
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)

    async with asyncio.timeout(10):
        caller = asyncio.create_task(database.write(unit))
        await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        go_on.set()
        assert await _run(database, "SELECT key FROM notices") == ["a"]


def _cancel_twice(task: asyncio.Task[object]) -> None:
    task.cancel()
    asyncio.get_running_loop().call_soon(task.cancel)


async def test_closing_waits_for_units_even_if_it_is_cancelled(url: str) -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def unit(connection: AsyncConnection) -> None:
        await connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)
        await connection.exec_driver_sql("INSERT INTO t VALUES (2)")

    async def bot() -> None:
        async with Database.open(url) as database:
            await _run(database, "CREATE TABLE t (x)")
            await database.write(unit)

    async with asyncio.timeout(20):
        running = asyncio.create_task(bot())
        await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
        for _ in range(3):
            running.cancel()
            await asyncio.wait([running], timeout=0.01)
            assert not running.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await running
        async with Database.open(url) as database:
            assert await _run(database, "SELECT x FROM t ORDER BY x") == [1, 2]


async def test_closed_database_says_so(url: str) -> None:
    async with Database.open(url) as database:
        pass
    with pytest.raises(StorageUnavailable, match="closed"):
        await _run(database, "SELECT 1")


async def test_failure_nobody_waits_for_is_logged_without_its_content(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def unit(connection: AsyncConnection) -> None:
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)
        raise KeyError("a member's prompt")

    task = asyncio.create_task(database.write(unit))
    await asyncio.to_thread(begun.wait, PATIENCE_SECONDS)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    async with asyncio.timeout(10):
        await _run(database, "SELECT 1")
    assert "KeyError" in caplog.text
    assert "prompt" not in caplog.text


async def test_errors_of_statements_do_not_show_their_values(database: Database) -> None:
    async def unit(connection: AsyncConnection) -> None:
        for _ in range(2):
            await connection.exec_driver_sql(
                "INSERT INTO notices (key, at) VALUES (?, 1)", ("a secret",)
            )

    with pytest.raises(IntegrityError) as caught:
        await database.write(unit)
    assert "a secret" not in str(caught.value)


async def test_second_bot_is_told_which_process_has_the_database(
    database: Database, url: str
) -> None:
    with pytest.raises(StorageUnavailable, match=str(os.getpid())) as caught:
        async with Database.open(url):
            pass
    assert caught.value.fault is StorageFault.IN_USE


async def test_tool_works_beside_the_running_bot(
    database: Database, jobs: JobRepository, url: str
) -> None:
    async with Database.open(url, exclusive=False) as beside:
        await JobRepository(beside).accept(new_job(1))
        assert await check(beside) == []
    assert await claim(jobs) is not None


async def test_tool_makes_no_database(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match=r"none\.db") as caught:
        async with Database.open(f"sqlite:///{tmp_path}/none.db", exclusive=False):
            pass
    assert caught.value.fault is StorageFault.MISSING
    assert not (tmp_path / "none.db").is_file()


@pytest.mark.parametrize(
    "address",
    ["", "bot.db", "sqlite://", "sqlite:///:memory:", "postgresql://user:hunter2@host/bot"],
)
async def test_address_that_cannot_be_used(address: str) -> None:
    with pytest.raises(StorageUnavailable, match=re.escape("sqlite:///data/bot.db")) as caught:
        async with Database.open(address):
            pass
    assert caught.value.fault is StorageFault.UNREACHABLE
    assert "hunter2" not in str(caught.value)


async def test_backup_is_whole_and_made_while_others_write(
    database: Database, jobs: JobRepository, tmp_path: Path
) -> None:
    await jobs.accept(new_job(1))
    target = tmp_path / "copies" / "bot.db"
    await asyncio.gather(
        backup(database, target), *(jobs.accept(new_job(number)) for number in range(2, 20))
    )
    async with Database.open(f"sqlite:///{target}", exclusive=False) as copy:
        assert await check(copy) == []
        assert (await JobRepository(copy).get(1)).interaction_id == 1
    with pytest.raises(FileExistsError, match="exists already"):
        await backup(database, target)


def _daily(amount: int) -> Limit:
    return Limit(
        ledger=Ledger.QUOTA,
        scope=Scope.MEMBER,
        scope_id=0,
        guild_id=0,
        window=Window.DAY,
        amount=amount,
    )
