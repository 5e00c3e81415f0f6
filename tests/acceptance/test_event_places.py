"""What an event has on its server besides messages: a thread for its pictures, and a listing.

One bot serves all of these; each test has members and a server of its own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.acceptance.organising import (
    MICROSECONDS,
    command,
    created,
    make_organiser,
    row,
    said,
)
from tests.support.discord import Channel, ChannelKind, Permission, ScheduledEvent
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

THREADS, LISTINGS = "/channels/*/threads", "/guilds/*/scheduled-events"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def booth(house: House) -> PhotoBooth:
    """A server in which alice may manage events and the bot may make them."""
    opened = house.open_booth()
    make_organiser(opened)
    return opened


async def thread_of(booth: PhotoBooth, event_id: int) -> Channel:
    """Wait until an event has its thread, also in the file; there must be no other."""
    await until(lambda: row(booth, event_id)["gallery_channel_id"], within=IN_TIME)
    (thread,) = booth.guild.threads
    assert row(booth, event_id)["gallery_channel_id"] == thread.id
    return thread


async def listing_of(booth: PhotoBooth, event_id: int) -> ScheduledEvent:
    """Wait until an event has its listing, also in the file; there must be no other."""
    await until(lambda: row(booth, event_id)["scheduled_event_id"], within=IN_TIME)
    (listing,) = booth.discord.scheduled_events(booth.guild)
    assert row(booth, event_id)["scheduled_event_id"] == listing.id
    return listing


async def unlisted(booth: PhotoBooth, event_id: int) -> None:
    """Wait until an event has nothing to do with its listing any more."""
    await until(lambda: row(booth, event_id)["scheduled_event_id"] is None, within=IN_TIME)


async def call_off(booth: PhotoBooth, event_id: int) -> None:
    asked = await command(booth, "cancel", event=str(event_id))
    await booth.press(asked.message, "Cancel it for good")
    await booth.text(asked, "is cancelled")


def starts_at(booth: PhotoBooth, event_id: int) -> datetime:
    return datetime.fromtimestamp(row(booth, event_id)["starts_at"] / MICROSECONDS, UTC)


async def test_the_gallery_gets_a_thread_and_the_server_a_listing(booth: PhotoBooth) -> None:
    number = await created(booth)
    thread = await thread_of(booth, number)
    assert (thread.name, thread.parent) == ("Winter party", booth.channel)
    listing = await listing_of(booth, number)
    assert (listing.name, listing.status.name) == ("Winter party", "SCHEDULED")
    assert listing.location == f"https://discord.com/channels/{booth.guild.id}/{booth.channel.id}"
    assert listing.ends_at is not None
    assert listing.ends_at - listing.starts_at == timedelta(hours=4)
    assert (listing.description or "").startswith("Be kind.")


async def test_a_listing_follows_its_event(booth: PhotoBooth) -> None:
    number = await created(booth)
    listing = await listing_of(booth, number)
    await said(booth, "edit", event=str(number), starts="tomorrow 19:00")
    await booth.discord.until(
        lambda: listing.starts_at == starts_at(booth, number), within=IN_TIME, what="a new time"
    )
    await call_off(booth, number)
    await unlisted(booth, number)
    assert listing.status.name == "CANCELED"


async def test_a_listing_goes_when_it_is_not_wanted_any_more(booth: PhotoBooth) -> None:
    number = await created(booth)
    listing = await listing_of(booth, number)
    await said(booth, "edit", event=str(number), listing=False)
    await unlisted(booth, number)
    assert listing.status.name == "CANCELED"
    without = await created(booth, listing=False)
    await until(lambda: row(booth, without)["gallery_channel_id"], within=IN_TIME)
    assert len(booth.discord.scheduled_events(booth.guild)) == 1


async def test_a_listing_that_somebody_deleted_stays_deleted(booth: PhotoBooth) -> None:
    number = await created(booth)
    listing = await listing_of(booth, number)
    listing.deleted = True
    await said(booth, "edit", event=str(number), starts="tomorrow 19:00")
    await call_off(booth, number)
    await unlisted(booth, number)
    assert [each.deleted for each in booth.discord.scheduled_events(booth.guild)] == [True]


async def test_without_permission_an_event_has_no_listing_and_takes_place(
    booth: PhotoBooth,
) -> None:
    own = booth.discord.bot_role(booth.guild)
    booth.discord.set_role(booth.guild, own, own.permissions & ~Permission.CREATE_EVENTS)
    number = await created(booth)
    await thread_of(booth, number)
    assert booth.discord.scheduled_events(booth.guild) == []
    assert row(booth, number)["state"] == "scheduled"


async def test_where_a_thread_is_refused_pictures_go_to_the_channel(booth: PhotoBooth) -> None:
    refusal = booth.discord.fail("POST", THREADS, status=403, code=50013)
    number = await created(booth)
    await until(lambda: row(booth, number)["gallery_channel_id"], within=IN_TIME)
    assert row(booth, number)["gallery_channel_id"] == booth.channel.id
    assert booth.guild.threads == []
    assert refusal.hits == 1


async def test_an_announcement_channel_gets_a_thread_of_its_kind(booth: PhotoBooth) -> None:
    news = booth.discord.add_text_channel(booth.guild, "news", kind=ChannelKind.ANNOUNCEMENT)
    number = await created(booth, channel=news)
    thread = await thread_of(booth, number)
    assert (thread.kind, thread.parent) == (ChannelKind.ANNOUNCEMENT_THREAD, news)


async def test_an_outage_only_puts_it_off(booth: PhotoBooth, house: House) -> None:
    outage = booth.discord.fail("POST", THREADS, status=503, times=None)
    number = await created(booth)
    await booth.logged(f"The places of event {number} have to wait")
    assert row(booth, number)["gallery_channel_id"] is None
    outage.times = outage.hits
    await house.bot.restart()
    await thread_of(booth, number)
    await listing_of(booth, number)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("path", [THREADS, LISTINGS], ids=["thread", "listing"])
async def test_killed_while_a_place_is_made_there_is_one_of_it(
    booth: PhotoBooth, house: House, path: str, before: bool
) -> None:
    held = booth.discord.hold("POST", path, before=before)
    number = await created(booth)
    await held.arrived()
    await house.bot.kill()
    held.release()
    await house.bot.start()
    await thread_of(booth, number)
    await listing_of(booth, number)
