"""What members hear while no pictures can be made: API away, key refused, quota used up."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import hosted, open_booth
from tests.support.discord import DiscordStandIn, Interaction
from tests.support.ports import free_port
from tests.support.scripted_api import Answer, ScriptedAPI
from tests.support.waiting import LOOK_AGAIN

UUID = "3f2b8c1e-6f0a-4d3b-9a55-0c2d7e8f9a10"
DELIVERED = ("delivered", "spent", "spent")
RESETS = re.compile(r"<t:\d{10}:R>")


def words(answer: Interaction) -> str:
    assert answer.message is not None
    assert answer.ephemeral
    return answer.message.text()


def lines(booth: PhotoBooth, level: str) -> list[str]:
    return [line for line in booth.bot.log.splitlines() if f" {level} " in line]


async def test_an_api_that_is_away_comes_back_and_goes_again(
    discord: DiscordStandIn, tmp_path: Path
) -> None:
    api = ScriptedAPI(port=free_port())
    settings = {"FACESWAP_API_URL": f"http://127.0.0.1:{api.port}", "FACESWAP_API_KEY": api.key}
    async with open_booth(discord, tmp_path, **settings) as booth:
        # It was never there: the bot knows no filter, and says why.
        assert "does not answer just now" in words(await booth.ask())
        typed = {"filter": "Cyber"}
        assert await discord.autocomplete(
            booth.alice, booth.channel, "faceswap", typed, focused="filter"
        ) == []  # fmt: skip
        waiting = await booth.order(filter=UUID)
        card = await booth.text(waiting, "Yours waits and starts by itself")
        assert card is waiting.original
        assert "takes no pictures just now" in (await booth.page("help")).text()

        async with api:
            await booth.picture(waiting)
            await booth.accounted(DELIVERED)
            async with asyncio.timeout(IN_TIME):  # the list of filters comes a moment later
                while not await discord.autocomplete(  # noqa: ASYNC110 - nobody tells of it
                    booth.alice, booth.channel, "faceswap", typed, focused="filter"
                ):
                    await asyncio.sleep(LOOK_AGAIN)

        # It went away again: the filters are known, and the order waits.
        waiting = await booth.order()
        await booth.text(waiting, "Yours waits and starts by itself")
        await booth.accounted(DELIVERED, ("queued", "held", "returned"))
        async with api:
            await booth.picture(waiting)
            await booth.accounted(DELIVERED, DELIVERED)
    assert api.paid == 2


async def test_a_key_that_was_never_right(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    settings = {**hosted(api), "FACESWAP_API_KEY": "a-mistyped-key", "LOG_LEVEL": "DEBUG"}
    async with open_booth(discord, tmp_path, **settings) as booth:
        for _ in range(2):
            refused = words(await booth.ask())
            assert "The photo booth is closed" in refused
            assert "They have been told" in refused
        (told,) = lines(booth, "CRITICAL")
        assert "FACESWAP_API_KEY" in told
        assert "a-mistyped-key" not in booth.bot.log
        assert booth.accounts() == []


async def test_a_key_that_is_refused_one_day(booth: PhotoBooth, api: ScriptedAPI) -> None:
    api.on_submit(Answer(status=401, body={"detail": "Invalid API key"}))
    card = await booth.text(await booth.order(), "Yours waits and starts by itself")
    assert card.labels() == ["Cancel"]
    assert booth.accounts() == [("queued", "held", "returned")]

    for refused in (await booth.order(), await booth.imagine("a lighthouse")):
        answer = await booth.text(refused, "The photo booth is closed")
        assert answer.ephemeral
    (told,) = lines(booth, "CRITICAL")
    assert "check FACESWAP_API_KEY" in told
    assert api.key not in booth.bot.log
    assert api.paid == 0
    await booth.press(card, "Cancel")
    await booth.accounted(("cancelled", "returned", "returned"))


async def test_no_credits_left(booth: PhotoBooth, api: ScriptedAPI) -> None:
    api.on_submit(Answer(status=402, body={"detail": "Insufficient credits"}))
    await booth.text(await booth.order(), "Yours waits and starts by itself")
    refused = await booth.text(await booth.order(), "The photo booth is closed")
    assert refused.ephemeral
    (told,) = lines(booth, "CRITICAL")
    assert "out of credits" in told
    assert api.paid == 0


async def test_quota(discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path) -> None:
    settings = {**hosted(api), "QUOTA_PER_DAY": "2", "PHOTO_KEEP_MINUTES": "0"}
    api.finishes, api.blocks = True, False
    async with open_booth(discord, tmp_path, **settings) as booth:
        api.on_submit(Answer(status=400, body={"error": "INVALID_IMAGE"}))
        await booth.text(await booth.order(), "It does not count against your quota.")
        assert "**2 of 2** left" in (await booth.page("quota show")).text()

        card = await booth.picture(await booth.order())
        await booth.accounted(("failed", "returned", "returned"), DELIVERED)
        gone = await booth.press(card, "Again")
        answer = await booth.text(gone, "I have deleted the photo, as promised")
        assert answer.ephemeral
        assert booth.photos() == []

        await booth.picture(await booth.imagine("a lighthouse"))
        page = (await booth.page("quota show")).text()
        assert "**0 of 2** left" in page
        assert RESETS.search(page)
        for refused in (await booth.order(), await booth.imagine("a ship", private=True)):
            answer = await booth.text(refused, "You have used all 2 of your pictures for now:")
            assert answer.ephemeral
            assert RESETS.search(answer.text())
        await booth.picture(await booth.imagine("a tree", user=booth.bob))  # everyone has their own

        booth.bot.settings["QUOTA_PER_DAY"] = "0"
        await booth.bot.restart()
        answer = await booth.text(await booth.order(user=booth.bob), "the quota is set to 0")
        assert answer.ephemeral
    assert api.paid == 3


async def test_an_order_beyond_the_quota_that_came_at_the_same_moment(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    async with open_booth(discord, tmp_path, **hosted(api), QUOTA_PER_DAY="1") as booth:
        await booth.consented()
        orders = [await booth.send_command() for _ in range(3)]
        await discord.until(
            lambda: sum(len(order.followups) for order in orders) == 2, within=IN_TIME
        )
        told = [message.text() for order in orders for message in order.followups]
        assert [text.split(";")[0] for text in told] == [
            "You have used your picture for now: this bot gives everybody 1 a day"
        ] * 2
        await booth.accounted(("submitted", "held", "spent"))
    assert api.paid == 1
