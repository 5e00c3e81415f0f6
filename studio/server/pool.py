"""The worker processes: hands each order to the next free one and replaces those that are lost."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from studio.engine.protocol import FilterInfo
from studio.server.errors import EngineUnavailable
from studio.server.process import EngineProcess, WorkerLost

_log = logging.getLogger(__name__)
_LONGEST_PAUSE = 30.0  # between two tries to start a worker


class WorkersBusy(Exception):
    """No worker was free in time; the order was not begun."""


class _Order:
    """An order on its way: what to do, whether it has begun, and its answer."""

    def __init__(self, message: dict[str, Any], *, timeout: float) -> None:
        loop = asyncio.get_running_loop()
        self.message = message
        self.timeout = timeout
        self.begun: asyncio.Future[None] = loop.create_future()
        self.answer: asyncio.Future[dict[str, Any]] = loop.create_future()

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class WorkerPool:
    """A fixed number of worker processes and one line of orders, urgent ones first."""

    def __init__(self, *, engine: str, size: int, memory_mb: int) -> None:
        self._engine = engine
        self._memory_mb = memory_mb
        self._numbers = itertools.count()
        self._line: asyncio.PriorityQueue[tuple[bool, int, _Order]] = asyncio.PriorityQueue()
        self._catalogue: asyncio.Future[tuple[FilterInfo, ...]] = (
            asyncio.get_running_loop().create_future()
        )
        self.size = size
        self.ready = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, *, engine: str, size: int, memory_mb: int) -> AsyncIterator[WorkerPool]:
        """Start the workers and wait for the first; raises EngineUnavailable."""
        pool = cls(engine=engine, size=size, memory_mb=memory_mb)
        places = [asyncio.create_task(pool._keep_worker()) for _ in range(size)]
        try:
            await pool._catalogue
            yield pool
        finally:
            for place in places:
                place.cancel()
            await asyncio.gather(*places, return_exceptions=True)
            while not pool._line.empty():
                pool._line.get_nowait()[-1].fail(WorkersBusy())

    @property
    def catalogue(self) -> tuple[FilterInfo, ...]:
        return self._catalogue.result()

    async def ask(
        self,
        message: dict[str, Any],
        *,
        timeout: float,  # noqa: ASYNC109 - counts from the moment a worker takes the order
        urgent: bool = False,
        begin_within: float | None = None,
    ) -> dict[str, Any]:
        """Have a worker carry out an order; raises WorkerLost, or WorkersBusy if it never began."""
        order = _Order(message, timeout=timeout)
        self._line.put_nowait((not urgent, next(self._numbers), order))
        try:
            await asyncio.wait(
                (order.answer, order.begun),
                timeout=begin_within,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not order.begun.done() and not order.answer.done():
                raise WorkersBusy
            return await order.answer
        finally:
            order.answer.cancel()  # nobody listens any more; nothing happens to a finished one

    async def _keep_worker(self) -> None:
        pause = 1.0
        while True:
            try:
                worker = await EngineProcess.start(self._engine, memory_mb=self._memory_mb)
            except EngineUnavailable as error:
                if not self._catalogue.done():
                    self._catalogue.set_exception(error)
                    return
                _log.error("%s; trying again in %.0f s", error, pause)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
                continue
            pause = 1.0
            if not self._catalogue.done():
                self._catalogue.set_result(worker.catalogue)
            await self._serve(worker)

    async def _serve(self, worker: EngineProcess) -> None:
        """Give a worker one order after the other until it is lost."""
        self.ready += 1
        try:
            while True:
                entry = await self._line.get()
                if worker.has_ended:  # while it was idle, so not by this order's fault
                    self._line.put_nowait(entry)
                    return
                if not entry[-1].answer.done():
                    await self._carry_out(worker, entry[-1])
        except WorkerLost as error:
            _log.warning("A worker was lost (%s) and is replaced.", error)
        finally:
            self.ready -= 1
            await worker.kill()

    async def _carry_out(self, worker: EngineProcess, order: _Order) -> None:
        order.begun.set_result(None)
        try:
            answer = await worker.ask(order.message, timeout=order.timeout)
        except WorkerLost as error:
            order.fail(error)
            raise
        except asyncio.CancelledError:
            order.fail(WorkersBusy())
            raise
        if not order.answer.done():
            order.answer.set_result(answer)
