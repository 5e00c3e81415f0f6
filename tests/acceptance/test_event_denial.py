"""Whatever fails, a picture that nobody has approved is shown nowhere; and what is held comes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing

import pytest
import pytest_asyncio

from db.event_models import Place
from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.acceptance.party import Party
from tests.support.discord import Channel, ChannelKind, Message, Permission
from tests.support.scripted_api import PICTURE
from tests.support.waiting import until

GUESTS = 40

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def booth(house: House) -> PhotoBooth:
    return house.open_booth()


def pictures_in(booth: PhotoBooth, *channels: Channel) -> list[Message]:
    """Return all messages with a picture that a member could see."""
    return [m for channel in channels for m in booth.discord.messages(channel) if m.files]


async def told_of_trouble(booth: PhotoBooth, words: str) -> None:
    """Wait until the organiser was told privately; they are told once."""
    direct = booth.discord.dm_channel(booth.guild.owner)
    await booth.discord.until(lambda: booth.discord.messages(direct), within=IN_TIME)
    (message,) = booth.discord.messages(direct)
    assert words in message.text()


@pytest.mark.parametrize("how", ["deleted", "hidden", "read only"])
async def test_where_the_moderators_cannot_be_asked_nothing_is_shown(
    booth: PhotoBooth, how: str
) -> None:
    party = await Party(booth).begin()
    if how == "deleted":
        booth.discord.delete_channel(party.review)
    else:
        lost = Permission.VIEW_CHANNEL if how == "hidden" else Permission.SEND_MESSAGES
        booth.discord.set_overwrite(party.review, booth.discord.bot, deny=lost)
    ordered = await party.order(booth.alice)
    await booth.text(ordered, "A moderator looks")

    await told_of_trouble(booth, "I cannot show new pictures of **Summer party**")
    assert party.pictures() == ["waiting"]
    assert pictures_in(booth, party.gallery, booth.channel) == []

    elsewhere = booth.discord.add_text_channel(booth.guild, "new-moderators")
    party.change(review_channel_id=elsewhere.id)
    party.review = elsewhere
    await party.order(booth.bob)
    assert len(await party.reviewed(2)) == 2


async def test_a_gallery_that_takes_nothing_is_tried_again(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    (review,) = await party.reviewed()
    booth.discord.fail("POST", f"/channels/{party.gallery.id}/messages", status=403, code=50013)
    await party.approve(review)

    await told_of_trouble(booth, "I cannot show approved pictures of **Summer party**")
    assert party.pictures() == ["approved"]
    assert party.shown() == []


async def test_a_decision_that_cannot_be_saved_changes_nothing(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    (review,) = await party.reviewed()
    with closing(sqlite3.connect(booth.bot.data_dir / "bot.db", timeout=10)) as other:
        other.execute(
            "CREATE TRIGGER broken BEFORE UPDATE ON event_pictures WHEN new.state = 'approved' "
            "BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"
        )
        pressed = await party.approve(review)
        await booth.text(pressed, "Something went wrong on my side")
        other.execute("DROP TRIGGER broken")

    assert party.pictures() == ["waiting"]
    assert party.shown() == []
    await party.approve(review)
    await party.exhibited()


async def test_a_picture_that_is_gone_from_the_disk_is_given_up(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice)
    (review,) = await party.reviewed()
    for name in party.files():
        (booth.bot.data_dir / "events" / str(party.event_id) / name).unlink()
    await party.approve(review)

    await party.states("removed")
    await booth.text(ordered, "was taken out of the gallery")
    await booth.logged("its file is gone from the disk")


async def test_a_new_moderators_channel_gets_what_waits(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    (old,) = await party.reviewed()
    party.review = booth.discord.add_text_channel(booth.guild, "new-moderators")
    party.change(review_channel_id=party.review.id)
    await party.order(booth.bob)

    assert len(await party.reviewed(2)) == 2
    await booth.discord.until(lambda: old.deleted, within=IN_TIME)
    assert party.pictures() == ["waiting", "waiting"]


# --- other galleries


async def test_a_gallery_in_a_thread(booth: PhotoBooth) -> None:
    party = await Party(booth, needs_approval=False, place=Place.THREAD).begin()
    party.change(gallery_channel_id=None)
    await party.order(booth.alice)
    party.gallery = booth.discord.add_thread(booth.channel, "Summer party", owner=booth.discord.bot)
    party.change(gallery_channel_id=party.gallery.id)

    (shown,) = await party.exhibited()
    booth.discord.archive(party.gallery)
    await booth.press(shown, "Remove")
    await booth.discord.until(lambda: shown.deleted, within=IN_TIME)


@pytest.mark.parametrize("kind", [ChannelKind.MEDIA, ChannelKind.FORUM])
async def test_in_a_media_channel_each_picture_is_a_post(
    booth: PhotoBooth, kind: ChannelKind
) -> None:
    party = await Party(booth, needs_approval=False, place=Place.MEDIA).begin()
    media = booth.discord.add_text_channel(booth.guild, "media", kind=kind)
    party.change(gallery_channel_id=media.id)
    await party.order(booth.alice)
    await booth.discord.until(lambda: booth.discord.threads(media), within=IN_TIME)
    (post,) = booth.discord.threads(media)
    await until(lambda: party.pictures("gallery_channel_id") == [post.id], within=IN_TIME)
    (shown,) = booth.discord.messages(post)
    assert post.name.startswith("Cyberpunk Neon #")
    assert list(shown.files.values()) == [PICTURE]
    assert shown.pings == {booth.alice}

    await booth.press(shown, "Remove")
    await booth.discord.until(lambda: shown.deleted, within=IN_TIME)
    await party.states("removed")


async def test_a_gallery_that_is_deleted_as_a_whole_costs_no_picture(booth: PhotoBooth) -> None:
    party = await Party(booth, needs_approval=False).begin()
    await party.order(booth.alice)
    (shown,) = await party.exhibited()
    await until(lambda: party.pictures("gallery_message_id") == [shown.id], within=IN_TIME)
    await booth.press(shown, "♥ Vote", user=booth.bob)
    booth.discord.delete_channel(party.gallery)

    await until(lambda: party.pictures("votes_shown") == [1], within=IN_TIME)
    assert party.pictures() == ["approved"]
    assert len(party.files()) == 1


async def test_many_guests_at_once(house: House, booth: PhotoBooth) -> None:
    party = await Party(booth, needs_approval=False).begin()
    guests = [booth.discord.add_user(f"guest {number}") for number in range(GUESTS)]
    for guest in guests:
        booth.discord.add_member(booth.guild, guest)
    house.discord.rate_limits = False
    try:
        ordered = await asyncio.gather(*(party.order(guest) for guest in guests))
        await asyncio.gather(*map(booth.picture, ordered))
        shown = await party.exhibited(GUESTS)
    finally:
        house.discord.rate_limits = True

    assert party.pictures() == ["approved"] * GUESTS
    assert len(shown) == GUESTS
    assert {user for message in shown for user in message.pings} == set(guests)
