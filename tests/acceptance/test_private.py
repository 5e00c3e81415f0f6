"""A private picture reaches its member alone, whatever fails on the way.

One bot serves all of these; each test has members and a server of its own, and plants its faults
where only they are met.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.support.discord import Interaction, Message
from tests.support.scripted_api import PICTURE

pytestmark = pytest.mark.asyncio(loop_scope="module")

DELIVERED = ("delivered", "spent", "spent")
UNDELIVERABLE = ("undeliverable", "spent", "spent")
PNG = {"picture.png": PICTURE}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), finishes=False) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def booth(house: House) -> PhotoBooth:
    return house.open_booth()


@dataclass(frozen=True, slots=True)
class Story:
    """One private order and what breaks before its picture is ready."""

    booth: PhotoBooth
    ordered: Interaction

    def fail_card(self, status: int, code: int = 0, *, times: int | None = None) -> None:
        path = f"/webhooks/*/{self.ordered.token}/messages/*"
        self.booth.discord.fail("PATCH", path, status=status, code=code, times=times)

    def fail_dm(self, status: int, code: int = 0, *, times: int | None = None) -> None:
        path = f"/channels/{self.booth.discord.dm_channel(self.booth.alice).id}/messages"
        self.booth.discord.fail("POST", path, status=status, code=code, times=times)

    def close_dms(self) -> None:
        self.booth.discord.close_dms(self.booth.alice)

    def dismiss(self) -> None:
        assert self.ordered.original is not None
        self.booth.discord.delete_message(self.ordered.original)

    def leave(self) -> None:
        self.booth.discord.delete_channel(self.booth.channel)

    async def on_card(self) -> None:
        card = await self.booth.picture(self.ordered)
        assert card.ephemeral
        assert card.files == PNG

    async def directly(self) -> None:
        found = await self.booth.discord.until(
            self._direct, within=IN_TIME, what="a direct message with the picture"
        )
        assert [message.files for message in found] == [PNG]
        await self.booth.accounted(DELIVERED)

    async def under_jobs(self) -> None:
        await self.booth.accounted(UNDELIVERABLE)
        page = await self.booth.page("jobs")
        assert "ready: get it below" in page.text()
        (label,) = page.labels()
        assert label.startswith("Get picture")
        fetched = await self.booth.press(page, label)
        assert (await self.booth.picture(fetched)).files == PNG
        assert fetched.ephemeral
        await self.booth.accounted(DELIVERED)

        again = await self.booth.press(page, label)
        answer = await self.booth.text(again, "has been posted already")
        assert answer.ephemeral

    def nothing_public(self) -> None:
        assert [m for m in self.booth.discord.messages(self.booth.channel) if not m.ephemeral] == []
        assert self.booth.asked_of_channel() == []

    def _direct(self) -> list[Message]:
        return self.booth.posted(self.booth.discord.dm_channel(self.booth.alice))


Breaks = Callable[[Story], object]
CASES: dict[str, tuple[list[Breaks], str]] = {
    "all well": ([], "on_card"),
    "card: 500 twice": ([lambda s: s.fail_card(500, times=2)], "on_card"),
    "card: 429": ([lambda s: s.fail_card(429, times=1)], "on_card"),
    "card: token expired": ([lambda s: s.fail_card(401, 50027)], "directly"),
    "card: unknown webhook": ([lambda s: s.fail_card(404, 10015)], "directly"),
    "card: forbidden": ([lambda s: s.fail_card(403, 50001)], "directly"),
    "card: too large": ([lambda s: s.fail_card(413, 40005)], "directly"),
    "card: dismissed": ([lambda s: s.dismiss()], "directly"),
    "card: dismissed; dm: 503 once": (
        [lambda s: s.dismiss(), lambda s: s.fail_dm(503, times=1)],
        "directly",
    ),
    "card: expired; dm: closed": (
        [lambda s: s.fail_card(401, 50027), lambda s: s.close_dms()],
        "under_jobs",
    ),
    "card: dismissed; dm: forbidden": (
        [lambda s: s.dismiss(), lambda s: s.fail_dm(403, 50001)],
        "under_jobs",
    ),
    "card: expired; dm: unknown channel": (
        [lambda s: s.fail_card(401, 50027), lambda s: s.fail_dm(404, 10003)],
        "under_jobs",
    ),
    "card: too large; dm: too large": (
        [lambda s: s.fail_card(413, 40005), lambda s: s.fail_dm(413, 40005)],
        "under_jobs",
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_the_picture_finds_its_member(booth: PhotoBooth, house: House, name: str) -> None:
    breaks, place = CASES[name]
    ordered, remote_id = await house.under_way(booth, private=True)
    story = Story(booth, ordered)
    assert ordered.ephemeral
    for break_something in breaks:
        break_something(story)
    await house.api.finish(remote_id)

    await getattr(story, place)()
    await booth.accounted(DELIVERED)
    story.nothing_public()


async def test_a_failure_is_told_privately(booth: PhotoBooth, house: House) -> None:
    ordered, remote_id = await house.under_way(booth, private=True)
    story = Story(booth, ordered)
    story.fail_card(401, 50027)
    await house.api.say(remote_id, "FAILED")

    dms = booth.discord.dm_channel(booth.alice)
    (told,) = await booth.discord.until(lambda: booth.discord.messages(dms), within=IN_TIME)
    assert "could not make this picture" in told.text()
    story.nothing_public()


async def test_again_stays_private(booth: PhotoBooth, house: House) -> None:
    ordered, remote_id = await house.under_way(booth, private=True, spoiler=True)
    await house.api.finish(remote_id)
    card = await booth.picture(ordered)
    assert card.spoilers()

    again = await booth.press(card, "Again")
    await house.api.finish(await house.followed(booth, 2))
    repeated = await booth.picture(again)
    assert repeated.ephemeral
    assert repeated.spoilers()
    await booth.accounted(DELIVERED, DELIVERED)
    Story(booth, again).nothing_public()


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_killed_while_it_is_handed_over(
    booth: PhotoBooth, house: House, before: bool
) -> None:
    ordered, remote_id = await house.under_way(booth, private=True)
    story = Story(booth, ordered)
    path = f"/webhooks/*/{ordered.token}/messages/*"
    held = booth.discord.hold("PATCH", path, before=before)
    await house.api.finish(remote_id)
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    await booth.bot.start()

    await story.on_card()
    await booth.accounted(DELIVERED)
    story.nothing_public()


async def test_killed_and_then_nothing_works(booth: PhotoBooth, house: House) -> None:
    ordered, remote_id = await house.under_way(booth, private=True)
    story = Story(booth, ordered)
    held = booth.discord.hold("PATCH", f"/webhooks/*/{ordered.token}/messages/*", before=True)
    await house.api.finish(remote_id)
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    story.dismiss()
    story.close_dms()
    await booth.bot.start()

    await story.under_jobs()
    story.nothing_public()
