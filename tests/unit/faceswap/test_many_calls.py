from __future__ import annotations

import asyncio
from pathlib import Path

from faceswap import APIVersion, FaceSwapClient, RemoteStatus, SwapRequest
from faceswap.timeouts import Timeouts
from tests.support.scripted_api import ScriptedAPI

V6 = APIVersion.V6


async def test_hundreds_of_waiting_status_calls_hold_up_nothing_else(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, into: Path
) -> None:
    calls = 300  # aiohttp's own limit would be 100
    await api.say("job", "RUNNING")
    async with asyncio.timeout(20), asyncio.TaskGroup() as group, api.hold_status() as gate:
        waiting = [
            group.create_task(client.get_status("job", version=V6, into=into)) for _ in range(calls)
        ]
        await gate.holds(calls)
        await client.submit(swap, version=V6)
        await client.list_filters()
        assert not any(task.done() for task in waiting)


async def test_open_status_calls_are_bounded_and_the_rest_wait_their_turn(
    api: ScriptedAPI, swap: SwapRequest, into: Path
) -> None:
    await api.say("job", "RUNNING")
    async with (
        asyncio.timeout(20),
        FaceSwapClient(url=api.url, key=api.key, max_open_status_calls=5) as client,
        asyncio.TaskGroup() as group,
    ):
        async with api.hold_status() as gate:
            tasks = [
                group.create_task(client.get_status("job", version=V6, into=into))
                for _ in range(20)
            ]
            await gate.holds(5)
            for _ in range(3):
                await client.submit(swap, version=V6)
            assert gate.waiting == len(api.status_calls) == 5
        await asyncio.wait(tasks)
    assert len(api.status_calls) == 20


async def test_a_call_that_blocks_gives_way_while_others_wait_to_ask(
    api: ScriptedAPI, swap: SwapRequest, into: Path
) -> None:
    for name in ("long", "short"):
        await api.say(name, "RUNNING")
    api.blocks = True
    await api.finish("short")
    timeouts = Timeouts(shared=0.05)
    async with (
        asyncio.timeout(20),
        FaceSwapClient(
            url=api.url, key=api.key, max_open_status_calls=1, timeouts=timeouts
        ) as client,
        asyncio.TaskGroup() as group,
    ):
        long = group.create_task(client.get_status("long", version=V6, into=into))
        await api.until(lambda: api.status_calls)
        short = await client.get_status("short", version=V6, into=into)
        assert short.status is RemoteStatus.COMPLETED
        assert (await long).status is RemoteStatus.IN_QUEUE
        again = group.create_task(client.get_status("long", version=V6, into=into))
        await api.until(lambda: len(api.status_calls) == 3)
        await asyncio.sleep(3 * timeouts.shared)  # long enough to be sent away, if others waited
        await api.finish("long")
        assert (await again).status is RemoteStatus.COMPLETED


async def test_polling_keeps_its_connection(
    api: ScriptedAPI, client: FaceSwapClient, into: Path
) -> None:
    await api.say("job", "RUNNING")
    for _ in range(3):
        await client.get_status("job", version=V6, into=into)

    assert len({call.port for call in api.status_calls}) == 1
