from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord
import pytest

from tests.support.discord import BOT_DEFAULT, ListingStatus, Permission
from tests.unit.support.conftest import Stage

MAY_LIST = BOT_DEFAULT | Permission.CREATE_EVENTS


async def start(stage: Stage, *, may: Permission = MAY_LIST) -> discord.Guild:
    stage.discord.set_role(stage.guild, stage.discord.bot_role(stage.guild), may)
    await stage.start()
    await stage.bot.wait_until_ready()
    guild = stage.bot.get_guild(stage.guild.id)
    assert guild is not None
    return guild


async def create(
    guild: discord.Guild, *, begins: float = 60, ends: float = 3600
) -> discord.ScheduledEvent:
    now = datetime.now(UTC)
    return await guild.create_scheduled_event(
        name="Photo night",
        description="Step in!",
        start_time=now + timedelta(seconds=begins),
        end_time=now + timedelta(seconds=ends),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="#booth",
    )


async def test_a_listing_is_made_changed_and_taken_back(stage: Stage) -> None:
    guild = await start(stage)
    made = await create(guild)
    [listing] = stage.discord.scheduled_events(stage.guild)
    assert (listing.name, listing.location) == ("Photo night", "#booth")
    assert [e.id for e in await guild.fetch_scheduled_events()] == [made.id]

    await made.edit(name="Photo day", location="#there")
    assert (listing.name, listing.location) == ("Photo day", "#there")
    fetched = await guild.fetch_scheduled_event(made.id)
    assert fetched.name == "Photo day"
    await fetched.start()
    await (await guild.fetch_scheduled_event(made.id)).end()
    assert listing.status is ListingStatus.COMPLETED
    with pytest.raises(discord.HTTPException) as refused:
        await fetched.edit(name="too late", location="#there")
    assert refused.value.code == 180000
    await fetched.delete()
    with pytest.raises(discord.NotFound) as unknown:
        await guild.fetch_scheduled_event(made.id)
    assert unknown.value.code == 10070


@pytest.mark.parametrize(("begins", "ends"), [(-60, 3600), (0, 3600), (60, 60), (60, -60)])
async def test_times_that_discord_refuses(stage: Stage, begins: float, ends: float) -> None:
    guild = await start(stage)
    with pytest.raises(discord.HTTPException) as refused:
        await create(guild, begins=begins, ends=ends)
    assert refused.value.code == 50035
    assert stage.discord.scheduled_events(stage.guild) == []


async def test_listing_takes_create_events(stage: Stage) -> None:
    guild = await start(stage, may=BOT_DEFAULT)
    with pytest.raises(discord.Forbidden) as refused:
        await create(guild)
    assert refused.value.code == 50013


async def test_a_listing_begins_and_ends_by_itself(stage: Stage) -> None:
    guild = await start(stage)
    await create(guild)
    states = []
    for seconds in (0, 61, 3600):
        stage.discord.advance(seconds=seconds)
        states.append(stage.discord.scheduled_events(stage.guild)[0].status)
    assert states == [ListingStatus.SCHEDULED, ListingStatus.ACTIVE, ListingStatus.COMPLETED]
    assert await guild.fetch_scheduled_events() == []


async def test_what_was_called_off_stays_so(stage: Stage) -> None:
    guild = await start(stage)
    made = await create(guild)
    await made.cancel()
    assert stage.discord.scheduled_events(stage.guild)[0].status is ListingStatus.CANCELED
    with pytest.raises(discord.HTTPException) as refused:
        await made.edit(name="again", location="#booth")
    assert refused.value.code == 180000
