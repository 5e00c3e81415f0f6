"""Units of work: functions that do everything they do with one connection, awaiting nothing else.

On SQLite a unit runs from its first statement to its commit in one visit to the thread that owns
the connection. Awaiting statement by statement from the event loop would cost more than all of
SQLite's own work: each would wake two threads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Unit = Callable[[AsyncConnection], Awaitable[T]]


class ImmediateConnection(AsyncConnection):
    """SQLAlchemy's asynchronous connection on the thread that owns it: no call has to wait."""

    __slots__ = ()

    def __init__(self, connection: sa.Connection) -> None:
        self.sync_connection = connection

    async def execute(self, *arguments: Any, **options: Any) -> Any:
        return self._proxied.execute(*arguments, **options)

    async def scalar(self, *arguments: Any, **options: Any) -> Any:
        return self._proxied.scalar(*arguments, **options)

    async def scalars(self, *arguments: Any, **options: Any) -> Any:
        return self._proxied.scalars(*arguments, **options)

    async def exec_driver_sql(self, *arguments: Any, **options: Any) -> Any:
        return self._proxied.exec_driver_sql(*arguments, **options)

    async def run_sync(self, fn: Callable[..., T], *arguments: Any, **options: Any) -> T:
        return fn(self._proxied, *arguments, **options)


def carry_out(unit: Unit[T], connection: sa.Connection) -> T:
    """Run a unit where it is called, to its end."""
    steps = unit(ImmediateConnection(connection)).__await__()
    try:
        next(steps)
    except StopIteration as done:
        result: T = done.value
        return result
    raise RuntimeError("a unit of work awaits nothing but its connection")
