"""Waiting for what tells nobody when it changes: a file, a folder, a log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

LOOK_AGAIN = 0.02


async def until(holds: Callable[[], object], *, within: float) -> None:
    """Return once this is so; TimeoutError if it takes longer, in seconds."""
    async with asyncio.timeout(within):
        while not holds():  # noqa: ASYNC110 - nothing is there to wait on
            await asyncio.sleep(LOOK_AGAIN)
