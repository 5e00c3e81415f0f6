"""kill -9 after a card has appeared and before there is a job: the member is told, nothing counts.

Each kill is timed from outside: the photo, or the answer that refuses the order, is held.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import hosted, open_booth
from tests.support.discord import DiscordStandIn, Interaction, Upload
from tests.support.scripted_api import ScriptedAPI
from tests.support.waiting import until
from tests.support.workshop import photo_bytes

PHOTO, ORIGINAL = "/cdn/*", "/webhooks/*/*/messages/@original"
CARDS = "/webhooks/*/*/messages/*"
CUT_OFF = "I was restarted before your order was written down. Nothing was counted."


async def nothing_open(booth: PhotoBooth) -> None:
    """Wait until no order is written down any more: an answer comes before that."""
    await until(lambda: not open_orders(booth), within=IN_TIME)


def open_orders(booth: PhotoBooth) -> list[int]:
    return [row[0] for row in booth.query("SELECT interaction_id FROM open_orders")]


@asynccontextmanager
async def cut_off(
    booth: PhotoBooth, method: str = "GET", path: str = PHOTO
) -> AsyncGenerator[list[Interaction]]:
    """Kill the bot when it makes this request for the orders that are placed, and start another."""
    held = booth.discord.hold(method, path, before=True)
    ordered: list[Interaction] = []
    yield ordered
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    assert open_orders(booth) == [each.id for each in ordered]
    await booth.bot.start()


async def told(booth: PhotoBooth, ordered: Interaction) -> None:
    """See to it that the card says what happened, and that nothing is kept of the order."""
    card = await booth.text(ordered, CUT_OFF)
    assert card is ordered.original
    assert not card.thinking
    assert "Please send it again." in card.text()
    await nothing_open(booth)  # what was told is forgotten, too


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
async def test_killed_while_the_photo_is_fetched(
    booth: PhotoBooth, api: ScriptedAPI, private: bool
) -> None:
    async with cut_off(booth) as ordered:
        ordered.append(await booth.order(private=private))  # with the consent that it waited for
    await told(booth, ordered[0])
    assert ordered[0].original is not None
    assert ordered[0].original.ephemeral is private
    assert booth.accounts() == []
    assert api.submissions == []
    assert booth.photos() == []
    assert "20 of 20** left" in (await booth.page("quota show")).text()

    again = await booth.ask(private=private)  # the consent is kept
    await booth.text(again, "in its queue")
    assert open_orders(booth) == []
    await api.finish("job-1")
    await booth.picture(again)


async def test_killed_after_the_form_of_filters_was_sent(booth: PhotoBooth) -> None:
    await booth.consented()
    await nothing_open(booth)
    form = await booth.press(await booth.page("filters"), "Try it")
    async with cut_off(booth) as ordered:
        values = {"photo": Upload("me.jpg", photo_bytes(), "image/jpeg"), "who": "Woman"}
        sent = await booth.discord.submit_modal(booth.alice, form, values)
        ordered.append(await sent.responded())
    await told(booth, ordered[0])
    assert booth.accounts() == []


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
async def test_killed_before_a_refusal_was_told(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path, private: bool
) -> None:
    api.finishes, api.blocks = True, False
    async with open_booth(discord, tmp_path, **hosted(api), QUOTA_PER_DAY="1") as booth:
        card = await booth.picture(await booth.imagine("a lighthouse", private=private))
        await booth.accounted(("delivered", "spent", "spent"))
        method = "PATCH" if private else "DELETE"
        async with cut_off(booth, method, ORIGINAL) as ordered:
            ordered.append(await booth.imagine("a lighthouse", private=private))
        await told(booth, ordered[0])
        async with cut_off(booth, method, ORIGINAL) as ordered:
            ordered.append(await booth.press(card, "Again"))
        await told(booth, ordered[0])
        assert len(booth.accounts()) == 1

        refused = await booth.imagine("a lighthouse", private=private)
        await booth.text(refused, "You have used your picture for now")
        await nothing_open(booth)


async def test_a_card_that_is_gone_is_let_be(booth: PhotoBooth) -> None:
    held = booth.discord.hold("GET", PHOTO, before=True)
    ordered = await booth.order(private=True)
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    assert ordered.original is not None
    booth.discord.delete_message(ordered.original)
    await booth.bot.start()
    await booth.logged("The card of an order cut off cannot be edited: HTTP 404")
    await booth.settled()
    assert open_orders(booth) == []
    assert "Traceback" not in booth.bot.log


async def test_what_discord_does_not_take_at_first_is_told_by_the_next_process(
    booth: PhotoBooth,
) -> None:
    held = booth.discord.hold("GET", PHOTO, before=True)
    ordered = await booth.order()
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    held = booth.discord.hold("PATCH", CARDS, before=True)
    await booth.bot.start()
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    assert open_orders(booth) == [ordered.id]
    await booth.bot.start()
    await told(booth, ordered)


async def test_discord_is_answered_before_anything_is_written(
    booth: PhotoBooth, api: ScriptedAPI
) -> None:
    await booth.consented()
    await nothing_open(booth)
    with closing(sqlite3.connect(booth.bot.data_dir / "bot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        ordered = await booth.ask()
        await booth.discord.until(lambda: ordered.original, within=IN_TIME)
        assert open_orders(booth) == []
        other.execute("ROLLBACK")
    await booth.text(ordered, "in its queue")
    await api.finish("job-1")
    await booth.picture(ordered)
