"""Work in a thread that is never left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def run_to_the_end(work: Callable[[], T]) -> T:
    """Run `work` in a thread; when cancelled, wait for it first.

    A thread cannot be stopped, and what it writes can be cleaned up only once it is done. So this
    is for short work.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work))
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        task.exception()  # looked at, so that asyncio does not complain of it
        raise cancelled
    return task.result()
