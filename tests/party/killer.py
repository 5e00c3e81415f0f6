"""Kills the bot at awkward moments of a party, and starts it again."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from tests.party.scene import Kill, Scene, now
from tests.party.surface import come_true
from tests.support.discord import LoggedRequest

REACH_SECONDS = 20.0
START_SECONDS = 60.0
AWAY_SECONDS = 1.5
BEFORE_THE_END = 1.0
FOR_REVIEW, IN_GALLERY = ":approve", ":vote"  # of the buttons below a picture
AWAY_AT_THE_END = 4.0

Reached = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When the bot is killed: at which share of the event's time at the earliest, and where."""

    name: str
    share: float
    trap: Callable[[Scene], AbstractAsyncContextManager[Reached]]
    away: float = AWAY_SECONDS


def _says(request: LoggedRequest, words: str) -> bool:
    return words in json.dumps(request.json)


def _posting(words: str) -> Callable[[Scene], AbstractAsyncContextManager[Reached]]:
    """A message that Discord has taken, and whose answer does not arrive."""

    @asynccontextmanager
    async def trap(scene: Scene) -> AsyncIterator[Reached]:
        in_posts = scene.plan.in_posts and words == IN_GALLERY
        path = "/channels/*/threads" if in_posts else "/channels/*/messages"
        held = scene.discord.hold("POST", path, where=lambda request: _says(request, words))
        try:
            yield held.arrived
        finally:
            held.drop()

    return trap


@asynccontextmanager
async def _paying(scene: Scene) -> AsyncIterator[Reached]:
    """An order that the API has taken, and whose receipt does not arrive."""
    async with scene.api.hold_submit() as gate:
        yield gate.holds
        await gate.cut()


@asynccontextmanager
async def _approving(scene: Scene) -> AsyncIterator[Reached]:
    """The answer to some interaction that is written down and does not reach Discord."""
    held = scene.discord.hold("POST", "/interactions/*/*/callback", before=True)
    try:
        yield held.arrived
    finally:
        held.drop()


@asynccontextmanager
async def _ending(scene: Scene) -> AsyncIterator[Reached]:
    """The last second before the event's end."""

    async def reached() -> None:
        await asyncio.sleep(max(0.0, scene.seconds_left - BEFORE_THE_END))

    yield reached


REVIEW = Moment(name="a picture before the moderators", share=0.15, trap=_posting(FOR_REVIEW))
GALLERY = Moment(name="a picture in the gallery", share=0.4, trap=_posting(IN_GALLERY))
PAID = Moment(name="sent and paid", share=0.25, trap=_paying)
ANSWER = Moment(name="an answer under way", share=0.3, trap=_approving)
END = Moment(name="the event's end", share=0.95, trap=_ending, away=AWAY_AT_THE_END)
ORDER = (REVIEW, GALLERY, END, PAID, ANSWER)


def moments(kills: int) -> list[Moment]:
    """As many moments as there are to be kills, the most awkward first, in order of time."""
    chosen = [ORDER[number % len(ORDER)] for number in range(kills)]
    return sorted(chosen, key=lambda moment: moment.share)


async def strike(scene: Scene) -> None:
    """Kill as often as planned."""
    began = now()
    for moment in moments(scene.plan.kills):
        passed = (now() - began).total_seconds()
        await asyncio.sleep(max(0.0, moment.share * scene.plan.seconds - passed))
        await _kill(scene, moment)


async def _kill(scene: Scene, moment: Moment) -> None:
    if not scene.bot.is_running:
        scene.problems.append("the bot ended by itself")
    async with moment.trap(scene) as reached:
        was_reached = await _within(reached, max(REACH_SECONDS, scene.seconds_left))
        since = now()
        await scene.bot.kill()
        open_orders = scene.book.open_orders()
    await asyncio.sleep(moment.away)
    await scene.bot.launch()
    if not await come_true(lambda: scene.discord.gateway.connected, within=START_SECONDS):
        scene.problems.append("the bot did not start again")
    scene.kills.append(
        Kill(
            moment=moment.name,
            was_reached=was_reached,
            since=since,
            until=now(),
            open_orders=open_orders,
        )
    )


async def _within(reached: Reached, seconds: float) -> bool:
    """Wait for a moment; what is held gives up after a while, and is waited for again."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                with contextlib.suppress(AssertionError):
                    await reached()
                    return True
    return False
