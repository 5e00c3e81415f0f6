from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from bot.services.room import Room


async def test_no_more_bytes_are_given_out_than_there_are() -> None:
    room, held, most = Room(100), 0, 0

    async def hold(size: int) -> None:
        nonlocal held, most
        async with room.taken(size):
            held += size
            most = max(most, held)
            await asyncio.sleep(0)
            held -= size

    async with asyncio.timeout(5):
        await asyncio.gather(*(hold(size) for size in (60, 60, 30, 10, 100, 1, 99, 40) * 5))
    assert most == 100


async def test_what_is_larger_than_the_room_has_it_to_itself() -> None:
    room = Room(100)
    async with asyncio.timeout(5), room.taken(1000):
        waiting = asyncio.create_task(_take_once(room, 1))
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


async def test_who_waits_longest_is_next_also_if_others_want_less() -> None:
    room, order = Room(100), []

    async def take(size: int) -> None:
        async with room.taken(size):
            order.append(size)

    async with asyncio.timeout(5):
        async with room.taken(50):
            tasks = [asyncio.create_task(take(size)) for size in (80, 1)]
            await asyncio.sleep(0)
            assert order == []
        await asyncio.gather(*tasks)
    assert order == [80, 1]


async def test_who_gives_up_waiting_takes_nothing() -> None:
    room = Room(100)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(room.taken(60))
        waiting = asyncio.create_task(_take_once(room, 50))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert waiting.cancelled()
    async with asyncio.timeout(5):
        await _take_once(room, 100)


async def _take_once(room: Room, size: int) -> None:
    async with room.taken(size):
        pass
