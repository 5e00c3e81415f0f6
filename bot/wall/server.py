"""Serves the walls: opens the port, and closes it in good order."""

from __future__ import annotations

import errno
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.exits import CommandFailed
from bot.wall.routes import Routes

LAST_ANSWERS_SECONDS = 3.0  # for what is being sent when the bot stops

_log = logging.getLogger(__name__)


@asynccontextmanager
async def serving(routes: Routes, *, host: str, port: int) -> AsyncGenerator[int]:
    """Serve until the block ends; yields the port. Raises CommandFailed."""
    runner = web.AppRunner(
        routes.app(),
        access_log=None,  # addresses hold keys
        handle_signals=False,
        shutdown_timeout=LAST_ANSWERS_SECONDS,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise CommandFailed(_why(error, host=host, port=port)) from error
        _log.info("The live wall is served on %s, port %d.", host, site.port)
        yield site.port
    finally:
        await runner.cleanup()


def _why(error: OSError, *, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"The live wall cannot be served: port {port} of {host} is taken. Set WALL_PORT to "
            "another, or end the program that uses it"
        )
    reason = error.strerror or str(error)
    return f"The live wall cannot be served on {host}, port {port}: {reason}. Look at WALL_HOST"
