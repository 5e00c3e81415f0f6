from __future__ import annotations

import asyncio
import io
import os
import runpy
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from db.checks import check
from db.database import Database
from db.errors import StorageFault, StorageUnavailable
from db.jobs import JobRepository
from db.migrate import VERSIONS, migrate, pending

_ROOT = Path(__file__).parents[3]

_FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("old", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO old (id) VALUES (1), (2)")
"""

# Changes tables and rows, then waits in its middle for whoever reads the pipe.
_SECOND = """
import os
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    with op.batch_alter_table("old") as batch:
        batch.add_column(sa.Column("name", sa.Text))
    op.execute("DELETE FROM old WHERE id = 1")
    if "REACHED" in os.environ:
        with open(os.environ["REACHED"], "w") as pipe:
            pipe.write("in the middle")
        with open(os.environ["GO_ON"]) as pipe:
            pipe.read()
    op.create_table("whole", sa.Column("id", sa.Integer, primary_key=True))
"""

_START = """
import asyncio, sys
from pathlib import Path
from db.database import Database
from db.errors import StorageUnavailable
from db.migrate import migrate

async def main(url, versions):
    sys.stdin.readline()
    try:
        async with Database.open(url) as database:
            await migrate(database, versions=Path(versions))
            print("running", flush=True)
            sys.stdin.readline()
    except StorageUnavailable as error:
        print(error.fault.value, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


_COUNTED = """
INSERT INTO jobs (id, interaction_id, user_id, channel_id, kind, prompt, private, spoiler, state,
    cost, priority, fair_tag, attempts, idempotent, created_at, updated_at)
VALUES (9, 1, 7, 1, 'prompt', 'a tree', 0, 0, 'queued', 1, 0, 0.0, 0, 0, 0, 0);
INSERT INTO job_log (job_id, at, to_state, actor) VALUES (9, 0, 'queued', 'member');
INSERT INTO buckets (id, ledger, scope, scope_id, guild_id, window, window_start, used, archived)
VALUES (4, 'quota', 'member', 7, 0, 'day', 0, 3, 2);
INSERT INTO reservations VALUES (9, 4, 0, 'quota', 1, 'held');
INSERT INTO limits VALUES ('quota', 'member', 0, 0, 'day', 20);
INSERT INTO members VALUES (7, 1.5, 1.0);
"""


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "0001_first.py").write_text(_FIRST)
    return folder


async def _start(url: str, versions: Path, **environment: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", _START, url, str(versions)),
        cwd=_ROOT,
        env={**os.environ, **environment},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def _go(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    await process.stdin.drain()


async def _answer(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode().strip()


def _tables(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
        return dict(rows.fetchall())


def _rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


async def test_kill_in_the_middle_leaves_the_old_schema_whole_and_the_next_start_fine(
    tmp_path: Path, url: str, versions: Path
) -> None:
    async with Database.open(url) as database:
        await migrate(database, versions=versions)
    path = tmp_path / "bot.db"
    before = _tables(path)
    (versions / "0002_second.py").write_text(_SECOND)
    reached, go_on = tmp_path / "reached", tmp_path / "go_on"
    os.mkfifo(reached)
    os.mkfifo(go_on)

    killed = await _start(url, versions, REACHED=str(reached), GO_ON=str(go_on))
    await _go(killed)
    async with asyncio.timeout(20):
        assert await asyncio.to_thread(reached.read_text) == "in the middle"
    killed.send_signal(signal.SIGKILL)
    assert await killed.wait() == -signal.SIGKILL

    assert _tables(path) == before
    assert _rows(path, "SELECT id FROM old") == [(1,), (2,)]
    async with Database.open(url) as database:
        assert await pending(database, versions=versions) == ("0002",)
        assert await migrate(database, versions=versions) == ("0002",)
    assert {"old", "half", "whole"} <= set(_tables(path))
    assert _rows(path, "SELECT id, name FROM old") == [(2, None)]


async def test_three_starts_at_once_end_with_one_migrated_schema_and_one_running_process(
    tmp_path: Path, url: str
) -> None:
    starts = [await _start(url, VERSIONS) for _ in range(3)]
    await asyncio.gather(*(_go(process) for process in starts))
    async with asyncio.timeout(30):
        answers = await asyncio.gather(*(_answer(process) for process in starts))
        await asyncio.gather(*(process.communicate(b"\n") for process in starts))

    assert sorted(answers) == ["in_use", "in_use", "running"]
    assert "jobs" in _tables(tmp_path / "bot.db")
    newest = max(VERSIONS.glob("[0-9]*.py")).name[:4]
    assert _rows(tmp_path / "bot.db", "SELECT version_num FROM alembic_version") == [(newest,)]


async def test_database_that_others_may_have_open_is_not_migrated(
    database: Database, url: str
) -> None:
    async with Database.open(url, exclusive=False) as beside:
        with pytest.raises(ValueError, match="exclusive"):
            await migrate(beside)


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = _tables(database.path)
    assert await migrate(database) == ()
    assert _tables(database.path) == before
    assert not (database.path.parent / "backups").exists()


async def test_database_that_holds_something_is_copied_first(
    url: str, versions: Path, tmp_path: Path
) -> None:
    async with Database.open(url) as database:
        await migrate(database, versions=versions)
        before = _tables(database.path)
        (versions / "0002_second.py").write_text(_SECOND)
        await migrate(database, versions=versions)
    copy = tmp_path / "backups" / "pre-0002.db"
    assert _tables(copy) == before
    assert _rows(copy, "SELECT id FROM old") == [(1,), (2,)]
    assert copy.stat().st_mode & 0o077 == 0


async def test_copy_that_was_cut_off_is_made_again(
    url: str, versions: Path, tmp_path: Path
) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / ".pre-0002.db.part").write_bytes(b"half a copy")
    async with Database.open(url) as database:
        await migrate(database, versions=versions)
        (versions / "0002_second.py").write_text(_SECOND)
        await migrate(database, versions=versions)
    assert [file.name for file in (tmp_path / "backups").iterdir()] == ["pre-0002.db"]


async def test_step_that_fails_changes_nothing(url: str, versions: Path) -> None:
    async with Database.open(url) as database:
        await migrate(database, versions=versions)
        before = _tables(database.path)
        broken = _SECOND + "    raise RuntimeError('this step is broken')\n"
        (versions / "0002_second.py").write_text(broken)
        with pytest.raises(RuntimeError, match="broken"):
            await migrate(database, versions=versions)
        assert _tables(database.path) == before


_ORPHANS = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    op.create_table("new", sa.Column("old_id", sa.Integer, sa.ForeignKey("old.id")))
    op.execute("INSERT INTO new (old_id) VALUES (99)")
"""


async def test_step_that_would_leave_rows_without_their_parent_changes_nothing(
    url: str, versions: Path
) -> None:
    async with Database.open(url) as database:
        await migrate(database, versions=versions)
        (versions / "0002_orphans.py").write_text(_ORPHANS)
        with pytest.raises(StorageUnavailable) as caught:
            await migrate(database, versions=versions)
        assert caught.value.fault is StorageFault.DAMAGED
        assert "new" not in _tables(database.path)


async def test_newer_database_is_refused(database: Database) -> None:
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageUnavailable, match="9999") as caught:
        await migrate(database)
    assert caught.value.fault is StorageFault.NEWER_SCHEMA


async def test_database_of_another_program_is_left_alone(url: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection, connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    async with Database.open(url) as database:
        with pytest.raises(StorageUnavailable, match="recipes"):
            await migrate(database)
    assert list(_tables(tmp_path / "bot.db")) == ["recipes"]


def test_steps_are_numbered_and_each_follows_the_one_before() -> None:
    expected = None
    for number, file in enumerate(sorted(VERSIONS.glob("[0-9]*.py")), start=1):
        namespace = runpy.run_path(str(file))
        assert namespace["revision"] == file.name[:4] == f"{number:04}"
        assert namespace["down_revision"] == expected
        expected = namespace["revision"]
    assert expected is not None


def test_steps_compile_for_postgresql() -> None:
    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    for file in sorted(VERSIONS.glob("[0-9]*.py")):
        with Operations.context(context):
            runpy.run_path(str(file))["upgrade"]()
    assert "CREATE TABLE jobs" in written.getvalue()
    assert "ALTER TABLE jobs ADD COLUMN note TEXT;" in written.getvalue()


async def test_rows_of_the_first_schema_are_kept(url: str, tmp_path: Path) -> None:
    first = tmp_path / "versions"
    first.mkdir()
    shutil.copy(VERSIONS / "0001_initial.py", first)
    columns = "interaction_id, user_id, channel_id, kind, prompt, private, spoiler, state, cost, "
    columns += "priority, fair_tag, attempts, idempotent, created_at, updated_at"
    values = "1, 2, 3, 'prompt', 'a lighthouse', 0, 0, 'queued', 1, 0, 0, 0, 0, 1000, 1000"
    async with Database.open(url) as database:
        await migrate(database, versions=first)
        with closing(sqlite3.connect(database.path)) as connection, connection:
            connection.execute(f"INSERT INTO jobs ({columns}) VALUES ({values})")  # noqa: S608
        await migrate(database)
        (job,) = await JobRepository(database).list_for_member(2, limit=10)
    assert (job.id, job.prompt, job.note) == (1, "a lighthouse", None)


async def test_start_with_nothing_to_migrate_does_not_load_alembic(
    database: Database, url: str
) -> None:
    script = (
        "import asyncio, sys\n"
        "from db.database import Database\n"
        "from db.migrate import pending\n"
        "async def main():\n"
        "    async with Database.open(sys.argv[1], exclusive=False) as database:\n"
        "        print(await pending(database), 'alembic' in sys.modules)\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, url, cwd=_ROOT, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert output.decode().strip() == "() False"


async def test_quotas_of_before_keep_what_they_counted(url: str, tmp_path: Path) -> None:
    """Step 0008 makes three tables anew, and one column moves from members to jobs."""
    before = tmp_path / "before"
    shutil.copytree(VERSIONS, before, ignore=shutil.ignore_patterns("__pycache__"))
    for step in before.glob("*.py"):
        if step.name >= "0008":
            step.unlink()
    path = tmp_path / "bot.db"
    async with Database.open(url) as database:
        await migrate(database, versions=before)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(_COUNTED)

    async with Database.open(url) as database:
        await migrate(database)
        assert await check(database) == []
        assert await pending(database) == ()

    assert _rows(path, "SELECT * FROM buckets") == [
        (4, "quota", "member", 7, 0, "day", 0, 3, 2, 0, 0)
    ]
    assert _rows(path, "SELECT * FROM reservations") == [(9, 4, 0, "quota", 1, "held")]
    assert _rows(path, "SELECT scope, amount, event_id FROM limits") == [("member", 20, 0)]
    assert _rows(path, "SELECT * FROM members") == [(7, 1.5)]
    assert _rows(path, "SELECT id, weight FROM jobs") == [(9, 1.0)]
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("UPDATE buckets SET ledger = 'gold'")
