"""Puts a studio together: opens every part in order, serves, and closes them in reverse."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiohttp import web

from studio.server.calls import EngineCalls
from studio.server.catalogue import Catalogue
from studio.server.config import StudioConfig
from studio.server.errors import AddressUnavailable
from studio.server.fetching import PhotoFetcher
from studio.server.guard import Guard
from studio.server.health import Health
from studio.server.intake import Intake
from studio.server.pages import Pages
from studio.server.photos import Fetcher, NoFetcher
from studio.server.pool import WorkerPool
from studio.server.records import Records
from studio.server.rendering import Rendering
from studio.server.routes import Parts, Routes

__all__ = ["Studio", "StudioConfig"]

_log = logging.getLogger(__name__)
_LONGEST_SWEEP_PAUSE = 60.0
_LAST_ANSWERS = 5.0  # seconds a stopping studio gives to answers that are being sent


class Studio:
    """A running studio; made by `open`."""

    def __init__(self, *, url: str, key: str) -> None:
        self.url = url
        self.key = key

    @classmethod
    @asynccontextmanager
    async def open(
        cls, config: StudioConfig, *, fetcher: Fetcher | None = None
    ) -> AsyncIterator[Studio]:
        """Start workers and serve; raises a StudioError that says what the operator can do.

        Closing waits for no job: what is unfinished is on disk and goes on at the next start.
        """
        async with AsyncExitStack() as stack:
            records = await stack.enter_async_context(Records.open(config.data_dir))
            await records.expire(keep_results=config.keep_results)
            pool = await stack.enter_async_context(
                WorkerPool.open(
                    engine=config.engine,
                    size=config.workers,
                    memory_mb=config.worker_memory_mb,
                )
            )
            if fetcher is None:
                fetcher = NoFetcher()
                if config.allow_urls:
                    fetcher = await stack.enter_async_context(PhotoFetcher.open())
            calls = EngineCalls(pool, job_timeout=config.job_timeout)
            rendering = Rendering(records, calls, workers=config.workers)
            parts = _parts(
                config,
                records=records,
                pool=pool,
                rendering=rendering,
                calls=calls,
                fetcher=fetcher,
            )
            await stack.enter_async_context(rendering.running())
            await stack.enter_async_context(_sweeping(records, keep_results=config.keep_results))
            port = await stack.enter_async_context(_serving(config, parts=parts))
            yield cls(url=_url(config.host, port), key=config.keys[0])


def _parts(
    config: StudioConfig,
    *,
    records: Records,
    pool: WorkerPool,
    rendering: Rendering,
    calls: EngineCalls,
    fetcher: Fetcher,
) -> Parts:
    catalogue = Catalogue(pool.catalogue, calls=calls)
    intake = Intake(
        records=records,
        rendering=rendering,
        calls=calls,
        catalogue=catalogue,
        fetcher=fetcher,
        queue_limit=config.queue_limit,
    )
    return Parts(
        guard=Guard(config.keys),
        intake=intake,
        records=records,
        catalogue=catalogue,
        health=Health(pool=pool, records=records, queue_limit=config.queue_limit),
        pages=Pages(),
        keep_results=config.keep_results,
        status_wait=config.status_wait,
    )


@asynccontextmanager
async def _serving(config: StudioConfig, *, parts: Parts) -> AsyncIterator[int]:
    """Serve on the configured address; gives the real port."""
    runner = web.AppRunner(
        Routes(parts).app(), access_log=None, shutdown_timeout=_LAST_ANSWERS, handle_signals=False
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, config.host, config.port)
        try:
            await site.start()
        except OSError as error:
            reason = error.strerror or str(error)
            raise AddressUnavailable(config.host, config.port, reason) from error
        yield site.port
    finally:
        parts.guard.is_stopping = True
        parts.records.release_waiters()
        await runner.cleanup()


@asynccontextmanager
async def _sweeping(records: Records, *, keep_results: float) -> AsyncIterator[None]:
    """Delete old pictures now and then, in the background."""

    async def sweep() -> None:
        while True:
            await asyncio.sleep(min(_LONGEST_SWEEP_PAUSE, max(1.0, keep_results / 4)))
            try:
                await records.expire(keep_results=keep_results)
            except Exception:  # noqa: BLE001 - such as a full disk
                _log.exception("Old pictures could not be deleted; trying again later")

    task = asyncio.create_task(sweep())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _url(host: str, port: int) -> str:
    """Give an address that a client on this machine can use."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
