from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.services.previews import KEEP_SECONDS, MOST, RETRY_SECONDS, Previews
from faceswap.client import FaceSwapClient
from faceswap.models import Filter
from tests.support.pngs import png
from tests.support.scripted_api import Answer, ScriptedAPI

WAIT = 5.0


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def client(api: ScriptedAPI) -> AsyncGenerator[FaceSwapClient]:
    async with FaceSwapClient(url=api.url, key=api.key) as opened:
        yield opened


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def previews(client: FaceSwapClient, seconds: Seconds) -> Previews:
    return Previews(client, seconds=seconds)


def made(api: ScriptedAPI, number: int, name: str | None = None) -> Filter:
    address = f"{api.url}/previews/{name or number}"
    return Filter(id=number, name=f"Filter {number}", preview_url=address)


async def test_each_filter_gets_its_own(api: ScriptedAPI, previews: Previews) -> None:
    for number in (1, 2):
        api.previews[str(number)] = Answer(body=png(colour=(number, 0, 0)))
    wanted = [made(api, 1), made(api, 2), made(api, 3), Filter(id=4, name="without")]
    found = await previews.of(wanted)
    assert {key: each.data for key, each in found.items()} == {
        1: png(colour=(1, 0, 0)),
        2: png(colour=(2, 0, 0)),
    }
    assert await previews.of([]) == {}


async def test_many_who_look_at_once_cost_one_call(api: ScriptedAPI, previews: Previews) -> None:
    api.previews["same"] = Answer(body=png())
    wanted = [made(api, 1, "same"), made(api, 2, "same")]
    for found in await asyncio.gather(*(previews.of(wanted) for _ in range(20))):
        assert set(found) == {1, 2}
    assert len(api.calls) == 1


async def test_a_preview_is_kept_and_a_failure_tried_again(
    api: ScriptedAPI, previews: Previews, seconds: Seconds
) -> None:
    assert await previews.of([made(api, 1)]) == {}
    api.previews["1"] = Answer(body=png())
    seconds.now += RETRY_SECONDS - 1
    assert await previews.of([made(api, 1)]) == {}
    seconds.now += 1
    assert set(await previews.of([made(api, 1)])) == {1}
    seconds.now += KEEP_SECONDS - 1
    assert set(await previews.of([made(api, 1)])) == {1}
    assert len(api.calls) == 2
    seconds.now += 1
    assert set(await previews.of([made(api, 1)])) == {1}
    assert len(api.calls) == 3


async def test_a_slow_preview_holds_up_no_page(api: ScriptedAPI, client: FaceSwapClient) -> None:
    previews = Previews(client, patience=0.2)
    api.previews |= {"1": Answer(body=png(), cut_after=9, stalls=True), "2": Answer(body=png())}
    assert set(await previews.of([made(api, 1), made(api, 2)])) == {2}
    async with asyncio.timeout(WAIT):
        await api.until(lambda: api.stalling == 1)
    await client.close()  # ends the download that nobody waits for
    assert await previews.of([made(api, 1)]) == {}


async def test_few_are_kept(api: ScriptedAPI, previews: Previews) -> None:
    many = [made(api, number) for number in range(MOST + 5)]
    api.previews |= {str(each.id): Answer(body=png()) for each in many}
    for each in many:
        await previews.of([each])
    calls = len(api.calls)
    await previews.of(many[5:])
    assert len(api.calls) == calls
    await previews.of(many[:1])
    assert len(api.calls) == calls + 1
