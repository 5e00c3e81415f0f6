from __future__ import annotations

import asyncio
import threading

import pytest

from faceswap.threads import run_to_the_end


async def test_a_cancelled_call_waits_for_its_thread() -> None:
    started, let_go, done = asyncio.Event(), threading.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(started.set)
        assert let_go.wait(10)
        done.set()

    task = asyncio.create_task(run_to_the_end(work))
    await started.wait()
    for _ in range(2):  # however often it is asked to hurry
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert done.is_set()


async def test_what_the_thread_raises_is_raised() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        await run_to_the_end(lambda: int("x"))


async def test_a_failure_after_a_cancellation_is_not_complained_of() -> None:
    started, let_go = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(started.set)
        assert let_go.wait(10)
        raise ValueError("too late")

    task = asyncio.create_task(run_to_the_end(work))
    await started.wait()
    task.cancel()
    let_go.set()
    with pytest.raises(asyncio.CancelledError):
        await task
