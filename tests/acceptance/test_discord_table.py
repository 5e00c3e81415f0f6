"""Each fault of Discord, as a member, the operator and both ledgers see it.

The rows of one bot are under way together, a few at once, each with members and a server of its
own; what concerns the whole bot is played alone. A row that fails is reported by its name.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.booth import PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.acceptance.rows import Journal, check, ended, see
from tests.support.discord import Channel, ChannelKind, Message
from tests.tables.discord import ROWS
from tests.tables.discord_row import Desk, DiscordRow, Place
from tests.tables.row import NOT_COUNTED, Outcome
from tests.tables.scene import Scene

AT_ONCE = 6
PATIENCE = 10.0  # seconds; how fast a command is answered is not what is tried here
# No machine is so slow that it would make a quick job a slow one.
SETTINGS = {
    Desk.QUICK: {"QUICK_JOB_SECONDS": "600"},
    Desk.SLOW: {"QUICK_JOB_SECONDS": "0"},
    Desk.ALONE: {"QUICK_JOB_SECONDS": "600"},
}
COMPANIES = ((Desk.QUICK, Desk.SLOW), (Desk.ALONE,))


@dataclass(frozen=True, slots=True)
class Stage:
    """One bot, and the rows that need it."""

    desk: Desk
    house: House
    journal: Journal
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def play(self, row: DiscordRow) -> None:
        async with self.turns:
            if row.plants:
                await self._order(row)
            else:
                await self._deliver(row)

    async def _order(self, row: DiscordRow) -> None:
        """Play a row whose order itself goes wrong."""
        booth, since = self.house.open_booth(), self.journal.length
        booth.channel = _spot(booth, row.spot)
        await booth.consented()
        for plant in row.plants:
            plant(booth)
        ordered = await booth.send_command()
        if row.outcome.state != "none":
            await self.house.api.finish(await self.house.followed(booth, 1))
            await booth.picture(ordered)
        for words in row.outcome.reads:
            await booth.text(ordered, words)
        await self.journal.account_soon(row.outcome.log, since=since)
        account = (row.outcome.state, row.outcome.quota, row.outcome.credits)
        await booth.accounted(*[account] * row.outcome.paid)

    async def _deliver(self, row: DiscordRow) -> None:
        """Play a row of a job that the API has."""
        booth, since = self.house.open_booth(), self.journal.length
        booth.channel = _spot(booth, row.spot)
        async with ended(booth):
            scene = await self._begin(booth, row)
            for break_something in row.breaks:
                break_something(scene)
            await row.play(scene)
        await asyncio.gather(*scene.beside)
        scene.heal()
        job_id = check(
            booth,
            scene.ordered,
            row.outcome,
            picture=row.picture,
            told=row.place is not Place.JOBS,
            stays=row.place is not Place.NOWHERE,
        )
        self.journal.account(job_id, row.outcome.log, since=since, alone=self.desk is Desk.ALONE)
        await _check_place(scene, row)
        if row.is_private:
            _check_private(scene)

    async def _begin(self, booth: PhotoBooth, row: DiscordRow) -> Scene:
        ordered, remote_id = await self.house.under_way(booth, **row.order)
        return Scene(self.house, booth, ordered, remote_id)


def _spot(booth: PhotoBooth, name: str) -> Channel:
    """The channel that a row's order is made in."""
    discord = booth.discord
    match name:
        case "thread":
            return discord.add_thread(booth.channel, "a party")
        case "post":
            forum = discord.add_text_channel(booth.guild, "ideas", kind=ChannelKind.FORUM)
            return discord.add_thread(forum, "a post")
        case "voice":
            return discord.add_text_channel(booth.guild, "talk", kind=ChannelKind.VOICE)
        case "news":
            return discord.add_text_channel(booth.guild, "news", kind=ChannelKind.ANNOUNCEMENT)
        case _:
            return booth.channel


async def _check_place(scene: Scene, row: DiscordRow) -> None:
    """See that the picture, or the bad news, is where the row says, and nowhere else."""
    found = _found(scene, row)
    if row.place is Place.JOBS:
        assert found == {}, found
        await _look_under_jobs(scene, row)
        return
    assert list(found) == [row.place] * (row.place is not Place.NOWHERE), list(found)
    if row.place is Place.CHANNEL:
        assert found[Place.CHANNEL].pings == {scene.booth.alice} & set(
            scene.ordered.channel.audience()
        )


def _found(scene: Scene, row: DiscordRow) -> dict[Place, Message]:
    booth = scene.booth
    everywhere = (
        (Place.CARD, [scene.card]),
        (Place.CHANNEL, booth.discord.messages(scene.ordered.channel)),
        (Place.DIRECTLY, booth.discord.messages(booth.discord.dm_channel(booth.alice))),
    )
    found: dict[Place, Message] = {}
    for place, messages in everywhere:
        for message in messages:
            is_card = message is scene.card
            if message.deleted or is_card is not (place is Place.CARD):
                continue
            if message.files or _is_news(message, row.outcome):
                assert place not in found, f"twice {place.value}"
                found[place] = message
    return found


def _is_news(message: Message, outcome: Outcome) -> bool:
    """Whether it tells that there is no picture."""
    return outcome.state in {"failed", "cancelled"} and outcome.reads[0] in message.text()


async def _look_under_jobs(scene: Scene, row: DiscordRow) -> None:
    """What no place took is offered to its member, who can be anywhere."""
    booth = scene.booth
    typed = await booth.discord.slash(booth.alice, None, "jobs")
    await typed.responded()
    await booth.discord.until(lambda: typed.original and not typed.original.thinking)
    assert typed.original is not None
    for words in row.outcome.reads:
        assert words in typed.original.text() or words == NOT_COUNTED
    if row.outcome.state == "failed":
        return
    label = next(label for label in typed.original.labels() if label.startswith("Get picture"))
    fetched = await booth.press(typed.original, label)
    card = await booth.picture(fetched)
    assert row.picture is None or list(card.files.values()) == [row.picture]
    await booth.accounted(("delivered", "spent", "spent"))


def _check_private(scene: Scene) -> None:
    """Nothing of a private job is ever asked of a channel, or seen there by anybody else."""
    seen = scene.booth.discord.messages(scene.ordered.channel, seen_by=scene.booth.bob)
    assert seen == []
    path = f"/channels/{scene.ordered.channel.id}/"
    asked = [r.path for r in scene.booth.discord.requests if r.path.startswith(path)]
    assert asked == []


@pytest.mark.parametrize("desks", COMPANIES, ids=("together", "alone"))
async def test_every_row(
    tmp_path: Path, subtests: pytest.Subtests, desks: tuple[Desk, ...]
) -> None:
    async with AsyncExitStack() as stack:
        houses = await asyncio.gather(
            *(stack.enter_async_context(_open(desk, tmp_path)) for desk in desks)
        )
        stages = [
            Stage(desk, house, Journal(house.bot), asyncio.Semaphore(_at_once(desk)))
            for desk, house in zip(desks, houses, strict=True)
        ]
        for house in houses:
            house.discord.limits.response_seconds = PATIENCE
        plays = [
            (row.does, asyncio.create_task(stage.play(row)))
            for stage in stages
            for row in ROWS
            if row.desk is stage.desk
        ]
        await see(subtests, plays, {stage.desk.name: stage.journal for stage in stages})


def _open(desk: Desk, folder: Path) -> AbstractAsyncContextManager[House]:
    home = folder / desk.name.lower()
    home.mkdir()
    settings = {"LOG_LEVEL": "INFO", **SETTINGS[desk]}
    return open_house(home, finishes=False, **settings)


def _at_once(desk: Desk) -> int:
    return 1 if desk is Desk.ALONE else AT_ONCE
