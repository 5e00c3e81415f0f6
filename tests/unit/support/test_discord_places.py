from __future__ import annotations

import io

import discord
import pytest
from discord import app_commands

from tests.support.discord import Channel, ChannelKind, Permission
from tests.unit.support.conftest import Stage

MIB = 2**20


async def place(stage: Stage, channel: Channel) -> discord.PartialMessageable:
    await stage.start()
    return stage.bot.get_partial_messageable(channel.id)


def file(size: int = 1) -> discord.File:
    return discord.File(io.BytesIO(b"x" * size), "a.bin")


def post_of(stage: Stage) -> Channel:
    forum = stage.discord.add_text_channel(stage.guild, "ideas", kind=ChannelKind.FORUM)
    return stage.discord.add_thread(forum, "a post")


@pytest.mark.parametrize("kind", [ChannelKind.TEXT, ChannelKind.VOICE, ChannelKind.ANNOUNCEMENT])
async def test_these_channels_take_messages(stage: Stage, kind: ChannelKind) -> None:
    channel = stage.discord.add_text_channel(stage.guild, "there", kind=kind)
    there = await place(stage, channel)
    assert (await there.send("hello")).content == "hello"
    fetched = await stage.bot.fetch_channel(channel.id)
    assert isinstance(fetched, discord.abc.GuildChannel)
    assert fetched.type.value == kind


async def test_a_forum_takes_none_but_its_posts_do(stage: Stage) -> None:
    post = post_of(stage)
    assert post.parent is not None
    there = await place(stage, post)
    await there.send("hello")
    with pytest.raises(discord.HTTPException) as refused:
        await stage.bot.get_partial_messageable(post.parent.id).send("hello")
    assert refused.value.code == 50008
    assert isinstance(await stage.bot.fetch_channel(post.id), discord.Thread)


async def test_a_command_in_a_thread_knows_that_it_is_one(stage: Stage) -> None:
    seen: list[object] = []

    @stage.bot.tree.command(description="Where am I?")
    @app_commands.guild_only()
    async def where(interaction: discord.Interaction) -> None:
        seen.append(interaction.channel)
        seen.append(interaction.app_permissions.send_messages_in_threads)
        await interaction.response.send_message("here")

    thread = stage.discord.add_thread(stage.booth, "party")
    await stage.start()
    await (await stage.discord.slash(stage.alice, thread, "where")).responded()
    assert isinstance(seen[0], discord.Thread)
    assert seen[1] is True


async def test_a_thread_asks_for_a_permission_of_its_own(stage: Stage) -> None:
    thread = stage.discord.add_thread(stage.booth, "party")
    there = await place(stage, thread)
    stage.discord.set_permissions(
        stage.booth, bot=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
    )
    with pytest.raises(discord.Forbidden) as refused:
        await there.send("hello")
    assert refused.value.code == 50013


async def test_an_archived_thread_opens_with_a_new_message_only(stage: Stage) -> None:
    thread = stage.discord.add_thread(stage.booth, "party")
    there = await place(stage, thread)
    message = await there.send("hello")
    stage.discord.archive(thread)
    for change in (message.edit(content="changed"), message.delete()):
        with pytest.raises(discord.HTTPException) as refused:
            await change
        assert refused.value.code == 50083
    await there.send("open again")
    await message.edit(content="changed")


async def test_a_locked_thread_opens_for_moderators_only(stage: Stage) -> None:
    thread = stage.discord.add_thread(stage.booth, "party")
    there = await place(stage, thread)
    stage.discord.archive(thread, lock=True)
    with pytest.raises(discord.HTTPException) as refused:
        await there.send("hello")
    assert refused.value.code == 160005
    moderator = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES_IN_THREADS
    stage.discord.set_permissions(stage.booth, bot=moderator | Permission.MANAGE_THREADS)
    await there.send("hello")


async def test_a_deleted_thread_is_an_unknown_channel(stage: Stage) -> None:
    thread = stage.discord.add_thread(stage.booth, "party")
    there = await place(stage, thread)
    stage.discord.delete_channel(thread)
    with pytest.raises(discord.NotFound) as refused:
        await there.send("hello")
    assert refused.value.code == 10003


async def test_old_messages_take_few_edits(stage: Stage) -> None:
    there = await place(stage, stage.booth)
    message = await there.send("hello")
    for number in range(10):
        await message.edit(content=str(number))
    stage.discord.advance(minutes=61)
    for number in range(5):
        await message.edit(content=str(number))
    with pytest.raises(discord.HTTPException) as refused:
        await message.edit(content="once more")
    assert (refused.value.status, refused.value.code) == (429, 30046)
    young = await there.send("hello")
    await young.edit(content="as often as one likes")


async def test_a_boosted_server_takes_larger_files(stage: Stage) -> None:
    there = await place(stage, stage.booth)
    with pytest.raises(discord.HTTPException) as refused:
        await there.send(file=file(11 * MIB))
    assert (refused.value.status, refused.value.code) == (413, 40005)
    stage.guild.premium_tier = 2
    await there.send(file=file(30 * MIB))
    with pytest.raises(discord.HTTPException):
        await there.send(file=file(51 * MIB))


async def test_the_bot_writes_to_nobody_it_shares_no_server_with(stage: Stage) -> None:
    await stage.start()
    dm = await stage.bot.create_dm(discord.Object(stage.alice.id))
    await dm.send("hello")
    stage.discord.remove_member(stage.guild, stage.alice)
    with pytest.raises(discord.Forbidden) as refused:
        await dm.send("hello")
    assert refused.value.code == 50278
    stage.alice.installed = True
    await dm.send("hello")


async def test_members_leave_silently_without_the_intent(stage: Stage) -> None:
    await stage.start()
    left: list[str] = []

    @stage.bot.event
    async def on_raw_member_remove(event: discord.RawMemberRemoveEvent) -> None:
        left.append(event.user.name)

    stage.discord.remove_member(stage.guild, stage.alice)
    bob = stage.discord.add_user("bob")
    stage.discord.add_member(stage.guild, bob)
    assert [session.intents & 2 for session in stage.discord.gateway.connected] == [0]
    await stage.discord.until(lambda: "alice" not in left)
