"""The demo's community event: under way when the visitor comes, with a guest's pictures.

The plan is handed over as it is; everything else is done as people do it: with the panel's button
and its form, the moderators' buttons and the votes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import discord
import simcord

from bot.demo.page import Scene
from bot.exits import CommandFailed
from bot.services.bundle import Services
from bot.services.events.walls import WallLink
from db.event_models import EventPlan, Place
from faceswap.models import Gender

NAME = "Open Studio Night"
LASTS = timedelta(hours=3)
STEP_SECONDS = 60.0  # until what somebody does has come of it; the engine may be busy
LOOK_EVERY = 0.05  # seconds

Found: TypeAlias = Sequence[tuple[discord.Message, str]]  # with the custom id of a button


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """A picture that the bundled guest makes before the visitor comes."""

    filter_name: str
    caption: str
    votes: int = 0
    is_approved: bool = True  # False: it waits for the visitor, who may decide


PORTRAITS = (
    Portrait(filter_name="Renaissance Oil", caption="Late for the ball", votes=2),
    Portrait(filter_name="Cyberpunk Neon", caption="Night shift", votes=1),
    Portrait(filter_name="Vintage Portrait", caption="Found in the attic", is_approved=False),
)


async def open_event(services: Services, scene: Scene) -> WallLink:
    """Have an event of the visitor's take place from now on; returns the way to its wall."""
    planning = services.events.planning
    draft = await planning.draft(scene.guild.id, scene.newcomer.id, _plan(scene))
    event = await planning.publish(scene.guild.id, draft.id)
    return await services.events.walls.open(event.id)


async def order_portraits(services: Services, scene: Scene, photo: bytes) -> None:
    """Have the guest step in for each portrait; the pictures come later."""
    numbers = {each.name: str(each.id) for each in await services.catalogue.offered()}
    panel, button = (await _buttons(scene.event_channel, scene.guest, ":join", count=1))[0]
    for portrait in PORTRAITS:
        form = await scene.guest.click(panel, custom_id=button)
        answers = {
            "photo": ("astronaut.jpg", photo),
            "filter": [numbers[portrait.filter_name]],
            "who": [str(Gender.FEMALE.value)],
            "caption": portrait.caption,
            "consent": True,
        }
        await scene.guest.submit_modal(form, answers)


async def hang_portraits(scene: Scene) -> None:
    """Have a moderator approve what is to be seen, and others vote for it, once it is made."""
    waiting = await _buttons(scene.moderators, scene.moderator, ":approve", count=len(PORTRAITS))
    hung = [each for each in PORTRAITS if each.is_approved]
    for portrait in hung:
        message, button = _with_words(waiting, portrait.caption)
        await _press(scene.moderator, message, button)
    [gallery] = scene.event_channel.threads
    shown = await _buttons(gallery, scene.moderator, ":vote", count=len(hung))
    for portrait in hung:
        message, button = _with_words(shown, portrait.caption)
        for member in (scene.moderator, scene.voter)[: portrait.votes]:
            await _press(member, message, button)


def _plan(scene: Scene) -> EventPlan:
    now = datetime.now(UTC)
    return EventPlan(
        name=NAME,
        about="Step in with a photo, choose how you want to be painted, and vote for the portraits"
        " that you like.",
        prize="The winner chooses the next theme",
        starts_at=now,
        ends_at=now + LASTS,
        channel_id=scene.event_channel.id,
        place=Place.THREAD,
        review_channel_id=scene.moderators.id,
        guest_limit=10,
        pot=200,
        caption=f"{NAME} · Photo Club",
    )


async def _buttons(channel: Any, viewer: Any, ending: str, *, count: int) -> Found:
    """Wait for so many messages with a button of this kind; returns them with its custom id."""
    found: Found = ()
    async with _in_time():
        while len(found) < count:
            await asyncio.sleep(LOOK_EVERY)
            found = _look(channel, viewer, ending)
    return found


async def _press(member: Any, message: discord.Message, button: str) -> None:
    """Press a button once the visitor does nothing: the simulation does one thing at a time."""
    async with _in_time():
        while True:
            try:
                await member.click(message, custom_id=button)
            except simcord.SetupError:
                await asyncio.sleep(LOOK_EVERY)
            else:
                return


@asynccontextmanager
async def _in_time() -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(STEP_SECONDS):
            yield
    except TimeoutError:
        raise CommandFailed("the demo's event came to a halt; the log above says why") from None


def _look(channel: Any, viewer: Any, ending: str) -> Found:
    return [
        (message, custom_id)
        for message in channel.history(viewer=viewer)
        for item in discord.ui.LayoutView.from_message(message).walk_children()
        if not getattr(item, "disabled", False)
        and (custom_id := getattr(item, "custom_id", None) or "").endswith(ending)
    ]


def _with_words(found: Found, words: str) -> tuple[discord.Message, str]:
    return next(
        (message, custom_id)
        for message, custom_id in found
        for item in discord.ui.LayoutView.from_message(message).walk_children()
        if words in getattr(item, "content", "")
    )
