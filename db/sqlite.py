"""All that is particular to SQLite: how its file is opened, begun, copied and written to."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.connection_thread import ConnectionThread, Manner
from db.errors import StorageFault, StorageUnavailable
from db.units import Unit

# A power loss under NORMAL drops the last commits; a lost "intent to submit" is a second paid call.
_WRITER_PRAGMAS = ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_MIGRATION_PRAGMAS = ("synchronous=FULL", "foreign_keys=OFF", "secure_delete=ON")
_READER_PRAGMAS = ("query_only=ON",)
_READERS = 4

_WRITE_VERSION_AT = 18  # in the file's header: 1 for a rollback journal, 2 for WAL
_ROLLBACK_JOURNAL = b"\x01"

_numbers = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))

T = TypeVar("T")


def file_path(url: str) -> Path:
    """Read the file a database address names; anything but an SQLite file is refused."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        # the address may hold a password, so it is not repeated
        detail = "this is not a database address; write sqlite:///data/bot.db"
        raise StorageUnavailable(StorageFault.UNREACHABLE, detail) from error
    if parsed.get_backend_name() != "sqlite":
        detail = f"{parsed.get_backend_name()} is not supported; write sqlite:///data/bot.db"
        raise StorageUnavailable(StorageFault.UNREACHABLE, detail)
    if parsed.database in (None, "", ":memory:"):
        detail = "the database must be a file; write sqlite:///data/bot.db"
        raise StorageUnavailable(StorageFault.UNREACHABLE, detail)
    return Path(str(parsed.database)).absolute()


def prepare(path: Path, *, busy_timeout: timedelta) -> None:
    """Create the file if needed, readable by its owner only, and switch it to WAL."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with closing(_connect(path, busy_timeout=busy_timeout)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    look(path, busy_timeout=busy_timeout)


def look(path: Path, *, busy_timeout: timedelta) -> None:
    """Fail early if this is no database: read the first page."""
    with closing(_connect(path, busy_timeout=busy_timeout)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def is_copy(path: Path) -> bool:
    """Tell whether a copy of ours lies here: those are not in WAL mode, what the bot opened is."""
    try:
        with path.open("rb") as file:
            file.seek(_WRITE_VERSION_AT)
            if file.read(1) != _ROLLBACK_JOURNAL:
                return False
    except FileNotFoundError:
        return False
    # immutable: a log beside it, which may be another database's, is not looked at
    address = f"{path.as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        query = "SELECT count(*) FROM sqlite_schema WHERE name IN ('jobs', 'alembic_version')"
        (found,) = connection.execute(query).fetchone()
    return bool(found == 2)  # noqa: PLR2004


def has_wal(path: Path) -> bool:
    """Tell whether a write-ahead log with something in it lies beside the file."""
    log = wal_of(path)
    return log.is_file() and log.stat().st_size > 0


def wal_of(path: Path) -> Path:
    """Name the write-ahead log of a database file."""
    return path.with_name(f"{path.name}-wal")


async def last_number(connection: AsyncConnection, table: sa.Table) -> int:
    """Tell the highest number that a table's rows were ever given, or skipped."""
    query = sa.select(_numbers.c.seq).where(_numbers.c.name == table.name)
    return int(await connection.scalar(query) or 0)


async def skip_numbers(connection: AsyncConnection, table: sa.Table, *, by: int) -> None:
    """Go on at a round number, at least `by` further: lower ones are never given to a row."""
    last = await last_number(connection, table)
    round_number = (last // by + 2) * by
    is_there = _numbers.c.name == table.name
    moved = await connection.execute(sa.update(_numbers).where(is_there).values(seq=round_number))
    if moved.rowcount == 0:  # no row was ever inserted
        await connection.execute(sa.insert(_numbers).values(name=table.name, seq=round_number))


def writer(path: Path, *, busy_timeout: timedelta) -> ConnectionThread:
    """Make the one connection that writes: it has the write lock from each beginning on."""
    return ConnectionThread(path, _manner(_WRITER_PRAGMAS, "BEGIN IMMEDIATE", busy_timeout))


def migrator(path: Path, *, busy_timeout: timedelta) -> ConnectionThread:
    """Make a writer, but one where tables may be replaced under the keys that point at them."""
    return ConnectionThread(path, _manner(_MIGRATION_PRAGMAS, "BEGIN IMMEDIATE", busy_timeout))


class Readers:
    """A few connections that see a whole snapshot each and hinder no writer."""

    def __init__(self, path: Path, *, busy_timeout: timedelta) -> None:
        manner = _manner(_READER_PRAGMAS, "BEGIN", busy_timeout)
        self._threads = [ConnectionThread(path, manner) for _ in range(_READERS)]

    async def run(self, unit: Unit[T]) -> T:
        """Carry out a unit on the first connection that has the least to do."""
        return await min(self._threads, key=lambda thread: thread.units).run(unit)

    async def close(self) -> None:
        for thread in self._threads:
            await thread.close()


def _manner(pragmas: tuple[str, ...], begin: str, busy_timeout: timedelta) -> Manner:
    return Manner(pragmas=pragmas, begin=begin, arguments=_connect_arguments(busy_timeout))


def _connect_arguments(busy_timeout: timedelta) -> dict[str, Any]:
    # isolation_level=None: the driver's own idea of a transaction loses updates and commits DDL.
    arguments: dict[str, Any] = {
        "isolation_level": None,
        "timeout": busy_timeout.total_seconds(),
    }
    if sys.version_info >= (3, 12):
        # announced to change its default, and both other values break BEGIN IMMEDIATE
        arguments["autocommit"] = sqlite3.LEGACY_TRANSACTION_CONTROL
    return arguments


def _connect(path: Path, *, busy_timeout: timedelta) -> sqlite3.Connection:
    connection: sqlite3.Connection = sqlite3.connect(path, **_connect_arguments(busy_timeout))
    return connection


def insert_missing(table: sa.Table, values: Mapping[str, object]) -> sa.Insert:
    """Insert a row unless one with the same key is there."""
    return insert(table).values(**values).on_conflict_do_nothing()


def insert_or_replace(
    table: sa.Table, values: Mapping[str, object], *, key: tuple[str, ...]
) -> sa.Insert:
    """Insert a row, or bring the one with the same key up to date."""
    changed = {name: value for name, value in values.items() if name not in key}
    statement = insert(table).values(**values)
    return statement.on_conflict_do_update(index_elements=list(key), set_=changed)


def copy_to(path: Path, target: Path, *, busy_timeout: timedelta) -> None:
    """Write a whole, compact copy while others go on reading and writing."""
    with closing(_connect(path, busy_timeout=busy_timeout)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def file_problems(path: Path, *, busy_timeout: timedelta) -> list[str]:
    """Ask SQLite to check the file: pages, indexes, constraints, foreign keys."""
    with closing(_connect(path, busy_timeout=busy_timeout)) as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        problems = [f"The database file is damaged: {line}." for line in found if line != "ok"]
        for table, row_id, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            problems.append(f"Row {row_id} of {table} points at a row of {parent} that is gone.")
    return problems
