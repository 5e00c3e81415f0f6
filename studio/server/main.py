"""Runs a studio until it is told to stop: what `faceswap-bot studio` does."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator

from studio.server.studio import Studio, StudioConfig

__all__ = ["serve"]


async def serve(config: StudioConfig, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, then return; raises a StudioError if it cannot start.

    `announce` gets `Studio ready: URL` once requests are answered; it must flush.
    """
    with _stop_signals() as stop:
        async with Studio.open(config) as studio:
            announce(f"Studio ready: {studio.url}")
            await stop.wait()


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """Give an event that the stop signals set, from before the studio has started."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    try:
        for number in signals:
            loop.add_signal_handler(number, stop.set)
    except NotImplementedError:  # Windows: Ctrl-C cancels the main task instead
        yield stop
        return
    try:
        yield stop
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
