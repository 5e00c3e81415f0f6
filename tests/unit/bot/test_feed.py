from __future__ import annotations

import asyncio

import pytest

from bot.services.events.feed import EventFeed


async def test_a_change_between_two_calls_is_heard_at_once_and_once() -> None:
    feed = EventFeed()
    async with feed.watch(1) as watch:
        feed.changed(1)
        feed.changed(1)
        await asyncio.wait_for(watch.next(), 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watch.next(), 0.01)


async def test_every_watcher_of_an_event_hears_and_no_other() -> None:
    feed = EventFeed()
    async with feed.watch(1) as one, feed.watch(1) as another, feed.watch(2) as elsewhere:
        feed.changed(1)
        await asyncio.wait_for(asyncio.gather(one.next(), another.next()), 1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(elsewhere.next(), 0.01)


async def test_nothing_is_left_of_those_who_went() -> None:
    feed = EventFeed()
    async with feed.watch(1):
        pass
    feed.changed(1)
    assert not feed._watches
