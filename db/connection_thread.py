"""One SQLite connection on a thread of its own, which carries out units of work in turn.

Both are aiosqlite's. It has no public way to run a function of ours on its thread, so this is the
only module that uses its private names; SQLAlchemy's own adapter uses the same.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite
import sqlalchemy as sa

from db.units import Unit, carry_out

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a connection is opened, and how its transactions begin."""

    arguments: Mapping[str, Any]
    pragmas: tuple[str, ...]
    begin: str


class ConnectionThread:
    """Opened by its first unit. Units wait for each other, so there is never more than one."""

    def __init__(self, path: Path, manner: Manner) -> None:
        self._path = path
        self._manner = manner
        self._opening = asyncio.Lock()
        self._driver: aiosqlite.Connection | None = None
        self._connection: sa.Connection | None = None
        self.units = 0  # waiting or under way

    async def run(self, unit: Unit[T]) -> T:
        """Carry out a unit in a transaction of its own, which is committed unless it raises."""
        self.units += 1
        try:
            driver = await self._opened()
            return await _on_thread(driver, lambda: self._transact(driver, unit))
        finally:
            self.units -= 1

    async def close(self) -> None:
        """Close the connection, after the units that wait, and end its thread."""
        if self._driver is not None:
            driver, self._driver = self._driver, None
            await _on_thread(driver, self._let_go)
            await driver.close()

    async def _opened(self) -> aiosqlite.Connection:
        async with self._opening:
            if self._driver is None:
                driver = aiosqlite.connect(self._path, **self._manner.arguments)
                driver._thread.daemon = True  # noqa: SLF001 - it must not outlive a failed process
                await driver
                try:
                    self._connection = await _on_thread(driver, lambda: self._set_up(driver))
                except BaseException:
                    await driver.close()
                    raise
                self._driver = driver
            return self._driver

    # --- on the thread

    def _set_up(self, driver: aiosqlite.Connection) -> sa.Connection:
        raw: sqlite3.Connection = driver._conn  # noqa: SLF001
        for pragma in self._manner.pragmas:
            raw.execute(f"PRAGMA {pragma}")
        engine = sa.create_engine(
            "sqlite+pysqlite://",
            creator=lambda: raw,
            poolclass=sa.StaticPool,
            pool_reset_on_return=None,  # each unit ends its own transaction
            hide_parameters=True,  # they hold prompts and tokens
        )
        sa.event.listen(engine, "begin", lambda _: raw.execute(self._manner.begin))
        return engine.connect()

    def _transact(self, driver: aiosqlite.Connection, unit: Unit[T]) -> T:
        connection = self._connection
        assert connection is not None, "it is there from the opening on"  # noqa: S101
        try:
            with connection.begin():
                return carry_out(unit, connection)
        finally:
            if driver.in_transaction:  # a commit or a rollback failed
                driver._conn.rollback()  # noqa: SLF001

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def _on_thread(driver: aiosqlite.Connection, work: Callable[[], T]) -> T:
    result: T = await driver._execute(work)  # type: ignore[no-untyped-call]  # noqa: SLF001
    return result
