"""The form of a row about Discord."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.acceptance.booth import PhotoBooth
from tests.support.scripted_api import PICTURE
from tests.tables.row import Outcome
from tests.tables.scene import Scene


class Place(enum.Enum):
    """Where the picture is in the end, or where the member was told that there is none."""

    CARD = "on the card"
    CHANNEL = "in a new message that mentions them"
    DIRECTLY = "by direct message"
    JOBS = "under /jobs"
    NOWHERE = "–"


class Desk(enum.Enum):
    """Which bot a row needs."""

    QUICK = "edits cards"
    SLOW = "posts anew"
    ALONE = "one row at a time: all of the bot is concerned"


Plant = Callable[[PhotoBooth], object]
Break = Callable[[Scene], object]
Play = Callable[[Scene], Awaitable[None]]


async def finish(scene: Scene) -> None:
    """The picture is ready."""
    await scene.finish()


async def fail(scene: Scene) -> None:
    """There is no picture."""
    await scene.house.api.say(scene.remote_id, "FAILED")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordRow:
    """What Discord does while one job is under way, and what comes of it."""

    does: str
    outcome: Outcome
    place: Place = Place.CARD
    plants: tuple[Plant, ...] = ()  # before the order is made, by somebody who has agreed once
    breaks: tuple[Break, ...] = ()  # when the API has the job
    play: Play = finish  # and then
    desk: Desk = Desk.QUICK
    spot: str = "booth"  # the channel that the order is made in: see `Spots`
    order: Mapping[str, object] = field(default_factory=dict)
    picture: bytes | None = PICTURE

    def __str__(self) -> str:
        return self.does

    @property
    def is_private(self) -> bool:
        return bool(self.order.get("private"))
