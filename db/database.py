"""The only module that opens the database and runs transactions on it.

Every unit of work runs as a task of its own that its caller cannot cancel, and closing waits for
all of them. A cancelled caller may therefore still have committed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from db import sqlite
from db.connection_thread import ConnectionThread
from db.errors import StorageFault, StorageUnavailable
from db.faults import translated_errors
from db.process_lock import process_lock
from db.units import Unit

logger = logging.getLogger(__name__)

T = TypeVar("T")

_BUSY_TIMEOUT = timedelta(seconds=5)


class Database:
    """An open database; made by `open`, closed by leaving its block."""

    def __init__(self, path: Path, *, exclusive: bool, busy_timeout: timedelta) -> None:
        self.path = path
        self.exclusive = exclusive
        self._busy_timeout = busy_timeout
        self._writer = sqlite.writer(path, busy_timeout=busy_timeout)
        self._readers = sqlite.Readers(path, busy_timeout=busy_timeout)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        url: str,
        *,
        exclusive: bool = True,
        accept_copy: bool = False,
        busy_timeout: timedelta = _BUSY_TIMEOUT,
    ) -> AsyncGenerator[Self]:
        """Open the database at `url`, for example sqlite:///data/bot.db.

        The bot opens it with `exclusive`: folders and file are made where missing, and no second
        process can do the same. A tool that only looks, or writes a little beside a running bot,
        opens without it and needs a database that exists. `accept_copy`: a copy that was put in
        place of the database may become it; nobody else may start with one. It does so when the
        block ends well, and is known as a copy until then, also after a kill.
        """
        path = sqlite.file_path(url)
        with ExitStack() as held:
            with translated_errors(path):
                if exclusive:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    held.enter_context(process_lock(path))
                _require_file(path, create=exclusive)
                _look_at_copy(path, may_become_it=accept_copy or not exclusive)
                start = sqlite.prepare if exclusive and not accept_copy else sqlite.look
                await asyncio.to_thread(start, path, busy_timeout=busy_timeout)
            database = cls(path, exclusive=exclusive, busy_timeout=busy_timeout)
            try:
                yield database
            finally:
                await database._close()
            if accept_copy:
                with translated_errors(path):
                    await asyncio.to_thread(sqlite.prepare, path, busy_timeout=busy_timeout)

    async def write(self, unit: Unit[T]) -> T:
        """Run the unit in one transaction that holds the write lock, and commit it."""
        return await self._shielded(self._run(self._writer, unit))

    async def read(self, unit: Unit[T]) -> T:
        """Run the unit on one snapshot; it cannot write and hinders no writer."""
        return await self._shielded(self._run(self._readers, unit))

    async def alter(self, unit: Unit[T]) -> T:
        """Run a unit that changes the schema: all of it or nothing, foreign keys checked last."""
        return await self._shielded(self._alter(unit))

    async def copy_to(self, target: Path) -> None:
        """Write a copy of the whole database to a file that does not exist yet."""
        await self._in_thread(sqlite.copy_to, target)

    async def file_problems(self) -> list[str]:
        """List what SQLite itself finds wrong with the file, one sentence each."""
        return await self._in_thread(sqlite.file_problems)

    async def _in_thread(self, work: Callable[..., T], *arguments: object) -> T:
        async def run() -> T:
            with translated_errors(self.path):
                return await asyncio.to_thread(
                    work, self.path, *arguments, busy_timeout=self._busy_timeout
                )

        return await self._shielded(run())

    async def _alter(self, unit: Unit[T]) -> T:
        async def checked(connection: AsyncConnection) -> T:
            result = await unit(connection)
            broken = await connection.exec_driver_sql("PRAGMA foreign_key_check")
            if broken.first() is not None:
                detail = f"{self.path}: the new schema would leave rows without their parent"
                raise StorageUnavailable(StorageFault.DAMAGED, detail)
            return result

        migrator = sqlite.migrator(self.path, busy_timeout=self._busy_timeout)
        try:
            return await self._run(migrator, checked)
        finally:
            await migrator.close()

    async def _run(self, runner: ConnectionThread | sqlite.Readers, unit: Unit[T]) -> T:
        with translated_errors(self.path):
            return await runner.run(unit)

    async def _shielded(self, work: Coroutine[Any, Any, T]) -> T:
        if self._closed:
            work.close()
            raise StorageUnavailable(StorageFault.UNREACHABLE, f"{self.path} is closed")
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_report_unheard_error)
            raise

    async def _close(self) -> None:
        """Wait for the units under way, however often the waiter is cancelled."""
        self._closed = True
        closing = asyncio.create_task(self._finish())
        cancelled: asyncio.CancelledError | None = None
        while not closing.done():
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError as error:
                cancelled = error
        closing.result()
        if cancelled is not None:
            raise cancelled

    async def _finish(self) -> None:
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._writer.close()
        await self._readers.close()


def _require_file(path: Path, *, create: bool) -> None:
    if not create and not path.exists():
        raise StorageUnavailable(StorageFault.MISSING, f"{path}")


def _look_at_copy(path: Path, *, may_become_it: bool) -> None:
    """Refuse a copy that was put back, where it could do harm.

    The log of the database that it replaces would be written into it, and a bot that starts with it
    would send what was sent already.
    """
    if not sqlite.is_copy(path):
        return
    if sqlite.has_wal(path):
        detail = f"{sqlite.wal_of(path)} belongs to the database that was here before"
        raise StorageUnavailable(StorageFault.FOREIGN_LOG, detail)
    if not may_become_it:
        raise StorageUnavailable(StorageFault.COPY, f"{path}")


def _report_unheard_error(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.warning("A unit of work whose caller had left failed: %s", type(error).__name__)
