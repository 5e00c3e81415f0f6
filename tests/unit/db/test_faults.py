from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checks import check, check_ledgers
from db.database import Database
from db.errors import StorageFault, StorageUnavailable
from db.jobs import JobRepository
from db.models import JobState
from tests.unit.db.tools import new_job

_ROOT = Path(__file__).parents[3]
_PAGE = 4096

_HOLD_WRITE_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""

# Root may write anywhere, so the subprocess becomes nobody; everything is imported before that.
_OPEN_AS_NOBODY = """
import asyncio, concurrent.futures.thread, os, sys
from db.database import Database
from db.errors import StorageUnavailable
import aiosqlite, sqlalchemy.dialects.sqlite.aiosqlite

async def main(url, mode):
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        async with Database.open(url, exclusive=mode == "bot"):
            print("open")
    except StorageUnavailable as error:
        print(error.fault.value)

asyncio.run(main(*sys.argv[1:]))
"""


@asynccontextmanager
async def _write_lock_elsewhere(path: Path) -> AsyncGenerator[None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _HOLD_WRITE_LOCK, str(path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"locked\n"
    try:
        yield
    finally:
        await process.communicate(b"\n")


async def test_locked_by_another_process(database: Database, url: str) -> None:
    soon = timedelta(milliseconds=50)
    async with Database.open(url, exclusive=False, busy_timeout=soon) as impatient:
        jobs = JobRepository(impatient)
        async with _write_lock_elsewhere(database.path):
            with pytest.raises(StorageUnavailable) as caught:
                await jobs.accept(new_job(1))
            assert caught.value.fault is StorageFault.LOCKED
            assert await jobs.list_submitted() == ()
        assert (await jobs.accept(new_job(1))).created


@pytest.fixture
def open_to_all(migrated: Path) -> Generator[Path]:
    """A folder that another user can reach, with a database anybody may use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bot.db").write_bytes(migrated.read_bytes())
        (folder / "bot.db").chmod(0o666)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


def _forbid_writing(path: Path) -> None:
    path.chmod(0o555)


async def _open_as_nobody(folder: Path, mode: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _OPEN_AS_NOBODY, f"sqlite:///{folder}/bot.db", mode),
        cwd=_ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return output.decode().strip()


async def test_another_user_may_open_what_is_open_to_all(open_to_all: Path) -> None:
    assert await _open_as_nobody(open_to_all, "bot") == "open"


@pytest.mark.parametrize("mode", ["bot", "tool"])
async def test_read_only_folder(open_to_all: Path, mode: str) -> None:
    _forbid_writing(open_to_all)
    assert await _open_as_nobody(open_to_all, mode) == "read_only"


async def test_read_only_file(open_to_all: Path) -> None:
    _forbid_writing(open_to_all / "bot.db")
    assert await _open_as_nobody(open_to_all, "bot") == "read_only"


async def test_full_disk_changes_nothing_and_room_helps(
    database: Database, jobs: JobRepository
) -> None:
    await jobs.accept(new_job(1))

    async def pragma(connection: AsyncConnection, statement: str) -> int:
        return int((await connection.exec_driver_sql(f"PRAGMA {statement}")).scalar_one())

    pages = await database.write(lambda c: pragma(c, "page_count"))
    await database.write(lambda c: pragma(c, f"max_page_count = {pages}"))
    with pytest.raises(StorageUnavailable) as caught:
        await jobs.accept(new_job(2, filter_name="x" * 10 * _PAGE))
    assert caught.value.fault is StorageFault.DISK_FULL
    assert (await jobs.count_by_state())[JobState.QUEUED] == 1
    assert await check_ledgers(database) == []

    await database.write(lambda c: pragma(c, "max_page_count = 1000000"))
    assert (await jobs.accept(new_job(2, filter_name="x" * 10 * _PAGE))).created


async def test_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_text("These are my notes, not a database. " * 200)
    with pytest.raises(StorageUnavailable) as caught:
        async with Database.open(f"sqlite:///{tmp_path}/bot.db"):
            pass
    assert caught.value.fault is StorageFault.DAMAGED
    assert (tmp_path / "bot.db").read_text().startswith("These are my notes")


async def test_damaged_pages_are_found(url: str, tmp_path: Path, migrated: Path) -> None:
    path = tmp_path / "bot.db"
    shutil.copy(migrated, path)
    async with Database.open(url) as database:
        jobs = JobRepository(database)
        for number in range(50):
            await jobs.accept(new_job(number))
    await asyncio.to_thread(_damage, path)

    async with Database.open(url) as database:
        with pytest.raises(StorageUnavailable) as caught:
            await JobRepository(database).get(1)
        assert caught.value.fault is StorageFault.DAMAGED
        problems = await check(database)
        assert problems
        assert all("damaged" in problem for problem in problems)


def _damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'jobs'"
        (page,) = connection.execute(query).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * _PAGE)
        file.write(b"\xde\xad" * (_PAGE // 2))


async def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StorageUnavailable) as caught:
        async with Database.open(f"sqlite:///{tmp_path}/data/bot.db"):
            pass
    assert caught.value.fault is StorageFault.UNREACHABLE


async def test_database_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "bot.db").mkdir()
    for exclusive in (True, False):
        with pytest.raises(StorageUnavailable) as caught:
            async with Database.open(f"sqlite:///{tmp_path}/bot.db", exclusive=exclusive):
                pass
        assert caught.value.fault is StorageFault.UNREACHABLE
