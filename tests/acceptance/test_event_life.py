"""An event as its server sees it: announced, opened, paused, ended; and what its organiser does.

One bot serves all of these; each test has members and a server of its own.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.acceptance.organising import command, created, make_organiser, row, said
from tests.support.artwork import bordered, encoded
from tests.support.discord import Channel, Message, Upload
from tests.support.ports import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW: dict[str, Any] = {"starts": "now", "ends": "2h"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    port = str(free_port())
    async with open_house(tmp_path_factory.mktemp("house"), WALL_PORT=port) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def booth(house: House) -> PhotoBooth:
    """A server in which alice may manage events and the bot may make them."""
    opened = house.open_booth()
    make_organiser(opened)
    return opened


async def posted(booth: PhotoBooth, words: str, channel: Channel | None = None) -> Message:
    """Wait until a message of the channel says this; there must be no second one."""

    def found() -> list[Message]:
        shown = booth.discord.messages(channel or booth.channel)
        return [each for each in shown if words in each.text() and not each.ephemeral]

    await booth.discord.until(found, within=IN_TIME, what=f"the words {words!r}")
    (message,) = found()
    return message


async def panel(booth: PhotoBooth) -> Message:
    """Wait until the panel is there."""
    return await posted(booth, "for each guest, with any filter")


def buttons(message: Message) -> dict[str, bool]:
    """The labels of buttons, and whether they can be pressed."""
    return {each["label"]: not each.get("disabled") for each in message.buttons()}


async def test_an_event_is_announced_calling_one_role_and_has_a_panel(booth: PhotoBooth) -> None:
    fans = booth.discord.add_role(booth.guild, "fans", mentionable=True)
    booth.discord.give_role(booth.guild, booth.bob, fans)
    await created(booth, **NOW, ping=fans)
    announced = await posted(booth, "A photo party: step in with a photo")
    assert announced.pings == {booth.bob}
    shown = await panel(booth)
    assert shown.files  # a sample
    assert not shown.pings
    assert "It is open, and ends" in announced.text()
    await booth.discord.until(
        lambda: buttons(shown) == {"Step in": True, "Gallery": True, "Standings": True},
        within=IN_TIME,
        what="the way in and the way to the gallery",
    )
    assert "**Open**" in shown.text()


async def test_nobody_steps_in_while_it_is_paused(booth: PhotoBooth) -> None:
    number = await created(booth, **NOW)
    shown = await panel(booth)
    assert "is paused" in await said(booth, "pause", event=str(number))
    assert row(booth, number)["state"] == "paused"
    await booth.discord.until(
        lambda: buttons(shown)["Step in"] is False, within=IN_TIME, what="a panel that is shut"
    )
    assert "goes on until" in await said(booth, "pause", event=str(number))
    assert row(booth, number)["state"] == "open"
    await booth.discord.until(
        lambda: buttons(shown)["Step in"] is True, within=IN_TIME, what="a panel that is open"
    )


async def test_an_event_ends_when_its_organiser_says_so_twice(booth: PhotoBooth) -> None:
    number = await created(booth, **NOW)
    shown = await panel(booth)
    asked = await command(booth, "end", event=str(number))
    assert "This cannot be undone" in (await booth.text(asked, "now?")).text()
    assert row(booth, number)["state"] == "open"
    await booth.press(asked.message, "End it now")
    await booth.text(asked, "has ended")
    await posted(booth, "is over")
    await booth.discord.until(lambda: "Step in" not in buttons(shown), within=IN_TIME)
    assert row(booth, number)["state"] == "closed"


async def test_a_cancelled_event_says_so(booth: PhotoBooth) -> None:
    number = await created(booth, **NOW)
    shown = await panel(booth)
    asked = await command(booth, "cancel", event=str(number))
    await booth.press(asked.message, "Cancel it for good")
    await posted(booth, "was cancelled by its organiser")
    await booth.discord.until(
        lambda: "❌" in shown.text(), within=IN_TIME, what="a panel that says so"
    )
    assert "Step in" not in buttons(shown)


async def test_a_panel_shows_the_look_that_was_taken(booth: PhotoBooth) -> None:
    number = await created(booth, **NOW)
    shown = await panel(booth)
    before = shown.files
    await said(booth, "edit", event=str(number), guest_limit=9)
    await booth.discord.until(
        lambda: "Up to 9 pictures" in shown.text(), within=IN_TIME, what="another limit"
    )
    assert shown.files == before  # and was not sent again
    frame = Upload("frame.png", encoded(bordered()), "image/png")
    asked = await command(booth, "frame", event=str(number), frame=frame)
    await booth.text(asked, "A new look")
    await booth.press(asked.original, "Use this look")
    await booth.discord.until(lambda: shown.files != before, within=IN_TIME, what="a new look")
    assert len(shown.files) == 1


async def test_a_wall_is_opened_renewed_and_revoked_by_its_organiser(booth: PhotoBooth) -> None:
    number = await created(booth, **NOW)
    asked = await command(booth, "wall", event=str(number))
    page = await booth.text(asked, "The wall of Winter party")
    assert asked.ephemeral
    first, code = link_of(page), code_of(page)
    assert await status_of(first) is HTTPStatus.OK
    again = await command(booth, "wall", event=str(number))
    assert link_of(await booth.text(again, "The wall of")) == first  # one wall, however often asked

    await booth.press(page, "New link")
    await booth.discord.until(lambda: first not in page.text(), within=IN_TIME, what="a new link")
    second = link_of(page)
    assert code_of(page) != code
    assert await status_of(first) is HTTPStatus.NOT_FOUND
    assert await status_of(second) is HTTPStatus.OK

    await booth.press(page, "Revoke the link")
    await booth.text(asked, "is revoked")
    assert await status_of(second) is HTTPStatus.NOT_FOUND
    assert row(booth, number)["wall_key"] is None
    assert not any(
        "/w/" in each.text() for each in booth.discord.messages(booth.channel) if not each.ephemeral
    )


def link_of(page: Message) -> str:
    (link,) = re.findall(r"http://\S+/w/\S+", page.text())
    return str(link)


def code_of(page: Message) -> str:
    (code,) = re.findall(r"code \*\*(\S+)\*\*", page.text())
    return str(code)


async def status_of(address: str) -> HTTPStatus:
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        return HTTPStatus(answer.status)
