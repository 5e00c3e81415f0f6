from __future__ import annotations

import asyncio

from bot.services.turns import Turns


async def test_a_few_of_one_key_go_at_once_and_the_others_in_turn() -> None:
    turns, under_way, most, order = Turns(3), 0, 0, []

    async def go(number: int) -> None:
        nonlocal under_way, most
        async with turns.taken(7):
            under_way += 1
            most = max(most, under_way)
            order.append(number)
            await asyncio.sleep(0)
            under_way -= 1

    async with asyncio.timeout(5):
        await asyncio.gather(*(go(number) for number in range(20)))
    assert most == 3
    assert order == [*range(20)]


async def test_keys_do_not_wait_for_each_other() -> None:
    turns = Turns(1)
    async with asyncio.timeout(5), turns.taken(1), turns.taken(2):
        waiting = asyncio.create_task(_once(turns, 1))
        await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait([waiting])
    async with asyncio.timeout(5):
        await _once(turns, 1)


async def _once(turns: Turns, key: int) -> None:
    async with turns.taken(key):
        pass
