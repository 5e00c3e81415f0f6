"""A public picture climbs down the ladder of places until one takes it.

Two bots serve all of these, one that edits cards and one for which every job is slow; each test has
members and a server of its own, and plants its faults where only they are met.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.support.discord import Interaction, Permission
from tests.support.scripted_api import PICTURE

pytestmark = pytest.mark.asyncio(loop_scope="module")

DELIVERED = ("delivered", "spent", "spent")
UNDELIVERABLE = ("undeliverable", "spent", "spent")
PNG = {"picture.png": PICTURE}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), finishes=False) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slow_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    folder = tmp_path_factory.mktemp("slow")
    async with open_house(folder, finishes=False, QUICK_JOB_SECONDS="0") as opened:
        yield opened


def refuse_token(booth: PhotoBooth, ordered: Interaction) -> None:
    path = f"/webhooks/*/{ordered.token}/messages/*"
    for method in ("GET", "PATCH", "DELETE"):
        booth.discord.fail(method, path, status=401, code=50027, times=None)


def refuse_edits(booth: PhotoBooth) -> None:
    path = f"/channels/{booth.channel.id}/messages/*"
    booth.discord.fail("PATCH", path, status=403, code=50001, times=None)


async def test_on_the_card_by_its_token(house: House) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth)
    await house.api.finish(remote_id)
    card = await booth.picture(ordered)

    assert card is ordered.original
    assert card.pings == set()
    await booth.accounted(DELIVERED)
    assert booth.asked_of_channel() == []


async def test_on_the_card_by_the_bots_own_token(house: House) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth)
    refuse_token(booth, ordered)
    await house.api.finish(remote_id)

    assert (await booth.picture(ordered)).files == PNG
    await booth.accounted(DELIVERED)
    assert len(booth.posted()) == 1


async def test_in_a_new_message_when_no_token_opens_the_card(house: House) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth)
    refuse_token(booth, ordered)
    refuse_edits(booth)
    await house.api.finish(remote_id)

    await booth.accounted(DELIVERED)
    (message,) = booth.posted()
    assert message.files == PNG
    assert message.pings == {booth.alice}
    assert booth.discord.messages(booth.channel) == [message]


async def test_in_a_new_message_when_a_moderator_removed_the_card(house: House) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth)
    assert ordered.original is not None
    booth.discord.delete_message(ordered.original)
    await house.api.finish(remote_id)

    await booth.accounted(DELIVERED)
    (message,) = booth.posted()
    assert message.pings == {booth.alice}


@pytest.mark.parametrize("how", ["muted", "deleted", "thrown out"])
async def test_directly_when_the_channel_is_closed_to_it(house: House, how: str) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth)
    refuse_token(booth, ordered)
    if how == "muted":
        booth.discord.set_permissions(booth.channel, bot=Permission(0))
    elif how == "deleted":
        booth.discord.delete_channel(booth.channel)
    else:  # without another server in common, nothing could be sent to her at all
        booth.discord.add_member(booth.discord.add_guild("Chess Club"), booth.alice)
        booth.discord.remove_bot(booth.guild)
    await house.api.finish(remote_id)

    await booth.accounted(DELIVERED)
    (message,) = booth.posted(booth.discord.dm_channel(booth.alice))
    assert message.files == PNG
    assert booth.posted() == []


async def test_under_jobs_when_nothing_takes_it(house: House) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth)
    refuse_token(booth, ordered)
    refuse_edits(booth)
    path = f"/channels/{booth.channel.id}/messages"
    booth.discord.fail("POST", path, status=403, code=50013, times=None)
    booth.discord.close_dms(booth.alice)
    await house.api.finish(remote_id)

    await booth.accounted(UNDELIVERABLE)
    assert "Get picture" not in (await booth.page("jobs", user=booth.bob)).text()
    page = await booth.page("jobs")
    (label,) = page.labels()
    held = booth.discord.hold("PATCH", "/webhooks/*/*/messages/@original", before=True)
    cut_off = await booth.press(page, label)
    await held.arrived()
    held.drop()
    await booth.text(cut_off, "Discord did not work just now")
    fetched = await booth.press(page, label)
    assert (await booth.picture(fetched)).files == PNG
    assert fetched.ephemeral
    await booth.accounted(DELIVERED)


async def test_posted_once_though_discord_said_that_it_failed(slow_house: House) -> None:
    booth = slow_house.open_booth()
    _, remote_id = await slow_house.under_way(booth)
    path = f"/channels/{booth.channel.id}/messages"
    booth.discord.fail("POST", path, status=503, applied=True)
    await slow_house.api.finish(remote_id)

    await booth.accounted(DELIVERED)
    assert len(booth.posted()) == 1


async def test_a_slow_picture_mentions_its_member_and_the_card_goes_away(
    slow_house: House,
) -> None:
    booth = slow_house.open_booth()
    ordered, remote_id = await slow_house.under_way(booth)
    await slow_house.api.finish(remote_id)

    await booth.accounted(DELIVERED)
    (message,) = booth.posted()
    assert message.pings == {booth.alice}
    assert message.labels() == ["Again", "Delete"]
    assert ordered.original is not None
    assert ordered.original.deleted


async def test_a_slow_picture_goes_on_the_card_where_no_new_message_may_be(
    slow_house: House,
) -> None:
    booth = slow_house.open_booth()
    ordered, remote_id = await slow_house.under_way(booth)
    path = f"/channels/{booth.channel.id}/messages"
    booth.discord.fail("POST", path, status=403, code=50013, times=None)
    await slow_house.api.finish(remote_id)

    assert (await booth.picture(ordered)).files == PNG
    await booth.accounted(DELIVERED)


@pytest.mark.parametrize("token_lives", [True, False])
async def test_a_failure_is_told_where_it_can_be(house: House, token_lives: bool) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth)
    if not token_lives:
        refuse_token(booth, ordered)
    await house.api.say(remote_id, "FAILED")
    card = await booth.text(ordered, "could not make this picture")
    assert card is ordered.original


async def test_a_failure_is_told_directly_when_the_card_is_gone(house: House) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth)
    assert ordered.original is not None
    booth.discord.delete_message(ordered.original)
    await house.api.say(remote_id, "FAILED")

    dms = booth.discord.dm_channel(booth.alice)
    (told,) = await booth.discord.until(lambda: booth.discord.messages(dms), within=IN_TIME)
    assert "could not make this picture" in told.text()
    await booth.accounted(("failed", "returned", "spent"))


async def test_an_order_by_direct_message(house: House) -> None:
    booth = house.open_booth()
    ordered, remote_id = await house.under_way(booth, direct=True, spoiler=True)
    await house.api.finish(remote_id)

    card = await booth.picture(ordered)
    assert card.channel is booth.discord.dm_channel(booth.alice)
    assert card.spoilers() == list(card.files)
    assert card.alt_texts() == [
        "AI-made picture: a woman, made from a photo with the filter Cyberpunk Neon"
    ]
    await booth.accounted(DELIVERED)
