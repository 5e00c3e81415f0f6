"""The moments at which a bot is struck: each is known from outside, by an answer that is held."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from tests.crash.orders import Fate, Habit
from tests.crash.scene import Scene
from tests.support.discord.faults import Held
from tests.support.discord.server import LoggedRequest
from tests.support.scripted_api import PICTURE_ANSWER, Answer, Gate

CALLBACK = "/interactions/*/*/callback"
CARD = "/webhooks/*/*/messages/*"
CHANNEL = "/channels/*/messages"
A_WHILE = 60.0  # longer than anybody waits for a moment
LONGEST_RANDOM = 2.5
NEW_CARD, UPDATE = 5, 6


@dataclass(frozen=True, slots=True)
class Trap:
    """`reached` waits until the bot stands in it; `lapse`: the other side gives up waiting."""

    reached: Callable[[], Awaitable[object]]
    lapse: Callable[[], Awaitable[object]]


Set = Callable[[Scene], AbstractAsyncContextManager[Trap]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment in a job's life; `wish`: the order that brings it about."""

    name: str
    trap: Set
    wish: Fate | Habit | None = None


async def _nothing() -> None:
    return


@asynccontextmanager
async def at_random(scene: Scene) -> AsyncIterator[Trap]:
    """Strike at any time."""
    seconds = scene.rng.uniform(0, LONGEST_RANDOM)
    yield Trap(lambda: asyncio.sleep(seconds), _nothing)


@asynccontextmanager
async def all_queued(scene: Scene) -> AsyncIterator[Trap]:
    """Have the API ask to slow down, so that jobs wait in the queue."""
    before = len(scene.api.submissions)
    scene.api.on_submit(Answer(status=429, headers={"Retry-After": "2"}))

    async def reached() -> None:
        await scene.api.until(lambda: len(scene.api.submissions) > before)
        await scene.book.until(lambda: scene.book.states()["queued"], within=A_WHILE)

    yield Trap(reached, _nothing)
    scene.api.forget_answers()


@asynccontextmanager
async def half_a_picture(scene: Scene) -> AsyncIterator[Trap]:
    """Have a status answer stop in the middle of its picture."""
    end = len(PICTURE_ANSWER) - 1000
    scene.api.on_status(Answer(body=PICTURE_ANSWER, cut_after=end, stalls=True))
    yield Trap(lambda: scene.api.until(lambda: scene.api.stalling), _nothing)
    scene.api.forget_answers()
    scene.api.end_stalls()


def gate(shut: Callable[[Scene], AbstractAsyncContextManager[Gate]]) -> Set:
    """Hold calls to the API."""

    @asynccontextmanager
    async def trap(scene: Scene) -> AsyncIterator[Trap]:
        async with shut(scene) as held:
            yield Trap(held.holds, held.cut)

    return trap


def hold(
    method: str,
    path: str,
    *,
    before: bool,
    where: Callable[[LoggedRequest], bool] = lambda _request: True,
) -> Set:
    """Hold one request to Discord: before it is applied, or with only the answer kept back."""

    @asynccontextmanager
    async def trap(scene: Scene) -> AsyncIterator[Trap]:
        held = scene.discord.hold(method, path, before=before, where=where)
        try:
            yield Trap(lambda: held.arrived(within=A_WHILE), lambda: _drop(held))
        finally:
            held.release()

    return trap


async def _drop(held: Held) -> None:
    held.drop()


def _brings_picture(request: LoggedRequest) -> bool:
    return bool(request.files)


def _brings_news(request: LoggedRequest) -> bool:
    """Tell how a job ended that has no picture: the one card with a Delete button and no file."""
    return not request.files and ":delete" in json.dumps(request.json)


def _answers(kind: int) -> Callable[[LoggedRequest], bool]:
    return lambda request: bool(request.json) and request.json.get("type") == kind


def _is_handed_out(request: LoggedRequest) -> bool:
    return bool(request.files) and request.path.endswith("@original")


def _is_a_card(request: LoggedRequest) -> bool:
    return bool(request.files) and not request.path.endswith("@original")


STARTING = Moment(name="starting", trap=at_random)
LOOKING = Moment(name="looking whether it was posted", trap=hold("GET", CARD, before=True))
FETCHING = Moment(name="photo to fetch", trap=hold("GET", "/cdn/*", before=True))
POSTING = (
    Moment(name="picture to the card", trap=hold("PATCH", CARD, before=True, where=_is_a_card)),
    Moment(name="picture on the card", trap=hold("PATCH", CARD, before=False, where=_is_a_card)),
    Moment(
        name="picture to the channel",
        trap=hold("POST", CHANNEL, before=True, where=_brings_picture),
    ),
    Moment(
        name="picture in the channel",
        trap=hold("POST", CHANNEL, before=False, where=_brings_picture),
    ),
)
MOMENTS = (
    Moment(name="at random", trap=at_random),
    Moment(
        name="command to answer", trap=hold("POST", CALLBACK, before=True, where=_answers(NEW_CARD))
    ),
    Moment(
        name="command answered", trap=hold("POST", CALLBACK, before=False, where=_answers(NEW_CARD))
    ),
    FETCHING,
    Moment(name="queued", trap=all_queued),
    Moment(name="sent, not arrived", trap=gate(lambda scene: scene.api.hold_arrivals())),
    Moment(name="sent and paid", trap=gate(lambda scene: scene.api.hold_submit())),
    Moment(name="being made", trap=gate(lambda scene: scene.api.hold_status())),
    Moment(name="half the picture", trap=half_a_picture),
    *POSTING,
    Moment(name="posted, card to remove", trap=hold("DELETE", CARD, before=True)),
    Moment(
        name="failure to tell",
        trap=hold("PATCH", CARD, before=True, where=_brings_news),
        wish=Fate.FAILS,
    ),
    Moment(
        name="failure told",
        trap=hold("PATCH", CARD, before=False, where=_brings_news),
        wish=Fate.REFUSED,
    ),
    Moment(
        name="cancelled",
        trap=hold("POST", CALLBACK, before=False, where=_answers(UPDATE)),
        wish=Habit.CANCELS,
    ),
    Moment(
        name="handed out by /jobs", trap=hold("PATCH", CARD, before=False, where=_is_handed_out)
    ),
)
