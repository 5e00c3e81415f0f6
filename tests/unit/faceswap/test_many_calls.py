from __future__ import annotations

import asyncio
from pathlib import Path

from faceswap import APIVersion, FaceSwapClient, SwapRequest
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


async def test_polling_keeps_its_connection(
    api: ScriptedAPI, client: FaceSwapClient, into: Path
) -> None:
    await api.say("job", "RUNNING")
    for _ in range(3):
        await client.get_status("job", version=V6, into=into)

    assert len({call.port for call in api.status_calls}) == 1
