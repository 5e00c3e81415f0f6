"""Cancel in every state before delivery: what the member reads, and what quota and credits do.

One bot serves all of these; each test has members and a server of its own.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, hosted, open_booth, open_house
from tests.support.discord import DiscordStandIn
from tests.support.scripted_api import RESET, Answer, ScriptedAPI

pytestmark = pytest.mark.asyncio(loop_scope="module")

FREE = ("cancelled", "returned", "returned")
PAID = ("cancelled", "spent", "spent")
COUNTS = "It was already paid for, so it counts against your quota."
CARD = "/webhooks/*/*/messages/*"
CHANNEL = "/channels/*/messages"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    folder = tmp_path_factory.mktemp("house")
    async with open_house(folder, finishes=False) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def booth(house: House) -> PhotoBooth:
    return house.open_booth()


WISHES = {
    "not now": (
        Answer(status=429, headers={"Retry-After": "1"}),
        "Cancelled. It does not count against your quota.",
        FREE,
    ),
    "refused": (
        Answer(status=400, body={"error": "INVALID_IMAGE"}),
        "Cancelled. It does not count against your quota.",
        FREE,
    ),
    "taken": (None, COUNTS, PAID),
    "lost": (RESET, "I cannot tell whether it arrived", ("unconfirmed", "returned", "held")),
}


@pytest.mark.parametrize("case", WISHES)
async def test_while_it_is_sent(booth: PhotoBooth, house: House, case: str) -> None:
    answer, said, accounts = WISHES[case]
    await booth.consented()
    if answer is not None:
        house.api.on_submit(answer)
    async with house.api.hold_submit() as gate:
        ordered = await booth.order()
        await gate.holds()
        sending = await booth.text(ordered, "Sending it")
        assert sending.labels() == ["Cancel"]
        pressed = await booth.press(sending, "Cancel")
        card = await booth.text(ordered, "being sent at this very moment")
        assert card.labels() == []  # it is pressed already
        assert pressed.followups == []
    card = await booth.text(ordered, said)
    assert card is ordered.original
    await booth.accounted(accounts)
    assert booth.posted() == []


async def test_while_it_is_sent_and_then_the_bot_is_killed(tmp_path: Path) -> None:
    async with (
        DiscordStandIn() as discord,
        ScriptedAPI(finishes=False, blocks=True) as api,
        open_booth(discord, tmp_path, **hosted(api)) as booth,
    ):
        async with api.hold_submit() as gate:
            ordered = await booth.order()
            await gate.holds()
            await booth.press(await booth.text(ordered, "Sending it"), "Cancel")
            await booth.text(ordered, "being sent at this very moment")
            await booth.bot.kill()
        await booth.bot.start()
        await booth.text(ordered, "I cannot tell whether it arrived")
        await booth.accounted(("unconfirmed", "returned", "held"))
        assert api.paid == 1


async def test_while_it_is_made(booth: PhotoBooth, house: House) -> None:
    ordered, remote_id = await house.under_way(booth)
    card = await booth.text(ordered, "in its queue")
    assert "You can still cancel it, but it counts against your quota now." in card.text()
    await booth.press(card, "Cancel")
    await booth.text(ordered, COUNTS)
    await house.api.finish(remote_id)
    await booth.accounted(PAID)
    assert booth.posted() == []
    ((number,),) = booth.query("SELECT id FROM jobs WHERE user_id = ?", booth.alice.id)
    said = rf"Job {number} was cancelled by its member: its 2 credits are spent"
    assert re.search(said, booth.bot.log)


async def test_while_the_card_gets_its_picture(booth: PhotoBooth, house: House) -> None:
    ordered, remote_id = await house.under_way(booth)
    card = await booth.text(ordered, "in its queue")
    held = booth.discord.hold("PATCH", CARD, before=True)
    await house.api.finish(remote_id)
    await held.arrived()
    await booth.discord.press(booth.alice, card, "Cancel")
    await booth.accounted(PAID)
    held.release()

    card = await booth.text(ordered, COUNTS)
    assert card.files == {}
    assert booth.posted() == []
    await booth.accounted(PAID)


async def test_while_a_slow_picture_is_posted(tmp_path: Path) -> None:
    async with (
        DiscordStandIn() as discord,
        ScriptedAPI(finishes=False, blocks=True) as api,
        open_booth(discord, tmp_path, **hosted(api), QUICK_JOB_SECONDS="0") as booth,
    ):
        ordered = await booth.order()
        card = await booth.text(ordered, "in its queue")
        held = discord.hold("POST", CHANNEL)
        await api.finish("job-1")
        await held.arrived()
        (posted,) = booth.posted()
        await discord.press(booth.alice, card, "Cancel")
        await booth.accounted(PAID)
        held.release()
        await discord.until(lambda: posted.deleted, within=IN_TIME)
        assert await booth.bot.stop() == 0
        assert booth.accounts() == [PAID]


async def test_while_discord_takes_no_pictures(booth: PhotoBooth, house: House) -> None:
    ordered, remote_id = await house.under_way(booth)
    card = await booth.text(ordered, "in its queue")
    failing = booth.discord.fail("PATCH", CARD, status=503, times=None)
    await house.api.finish(remote_id)
    await booth.accounted(("completed", "spent", "spent"))
    await booth.discord.press(booth.alice, card, "Cancel")
    await booth.accounted(PAID)
    failing.times = failing.hits
    await booth.text(ordered, COUNTS)
    assert booth.posted() == []
