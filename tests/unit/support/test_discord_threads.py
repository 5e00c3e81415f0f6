from __future__ import annotations

import io

import discord
import pytest

from tests.support.discord import BOT_DEFAULT, Channel, ChannelKind, Notice, Permission
from tests.support.pngs import png
from tests.unit.support.conftest import Stage


async def text_channel(stage: Stage) -> discord.TextChannel:
    await stage.start()
    channel = await stage.bot.fetch_channel(stage.booth.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def forum(stage: Stage, *, kind: ChannelKind) -> discord.ForumChannel:
    there = stage.discord.add_text_channel(stage.guild, "gallery", kind=kind)
    await stage.start()
    channel = await stage.bot.fetch_channel(there.id)
    assert isinstance(channel, discord.ForumChannel)
    return channel


def found(stage: Stage, thread: discord.Thread) -> Channel:
    assert thread.parent is not None
    parent = next(c for c in stage.guild.channels if c.id == thread.parent.id)
    return next(t for t in stage.discord.threads(parent) if t.id == thread.id)


async def test_a_public_thread_is_opened_and_written_in(stage: Stage) -> None:
    channel = await text_channel(stage)
    thread = await channel.create_thread(
        name="party", type=discord.ChannelType.public_thread, auto_archive_duration=10080
    )
    await thread.send("hello")

    opened = found(stage, thread)
    assert (opened.name, opened.archives_after) == ("party", 10080)
    assert [m.text() for m in stage.discord.messages(opened, seen_by=stage.alice)] == ["hello"]
    notices = [m.notice for m in stage.discord.messages(stage.booth)]
    assert notices == [Notice.THREAD_OPENED]
    assert [t.id for t in await channel.guild.active_threads()] == [thread.id]


async def test_opening_takes_a_permission_for_each_kind(stage: Stage) -> None:
    channel = await text_channel(stage)
    for kind, missing in (
        (discord.ChannelType.public_thread, Permission.CREATE_PUBLIC_THREADS),
        (discord.ChannelType.private_thread, Permission.CREATE_PRIVATE_THREADS),
    ):
        stage.discord.set_permissions(stage.booth, bot=BOT_DEFAULT & ~missing)
        with pytest.raises(discord.Forbidden) as refused:
            await channel.create_thread(name="party", type=kind)
        assert refused.value.code == 50013
    stage.discord.set_permissions(stage.booth, bot=Permission(0))
    with pytest.raises(discord.Forbidden) as refused:
        await channel.create_thread(name="party", type=discord.ChannelType.public_thread)
    assert refused.value.code == 50001
    assert stage.discord.threads(stage.booth) == []


async def test_a_private_thread_is_seen_by_the_invited_and_by_moderators(stage: Stage) -> None:
    keeper = stage.discord.add_user("keeper")
    role = stage.discord.add_role(stage.guild, "keepers", Permission.MANAGE_THREADS)
    stage.discord.add_member(stage.guild, keeper, roles=[role])
    bob = stage.discord.add_user("bob")
    stage.discord.add_member(stage.guild, bob)
    channel = await text_channel(stage)
    thread = await channel.create_thread(name="secret")
    await thread.send("psst")
    await thread.add_user(discord.Object(stage.alice.id))

    opened = found(stage, thread)
    assert opened.kind is ChannelKind.PRIVATE_THREAD
    sees = [u.name for u in (stage.alice, bob, keeper) if stage.discord.messages(opened, seen_by=u)]
    assert sees == ["alice", "keeper"]
    assert {m.id for m in await thread.fetch_members()} == {stage.alice.id, stage.discord.bot.id}


async def test_a_thread_of_a_message_has_its_id_and_comes_once(stage: Stage) -> None:
    channel = await text_channel(stage)
    message = await channel.send("Who steps in?")
    thread = await message.create_thread(name="answers")
    assert thread.id == message.id
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="again")
    assert refused.value.code == 160004
    assert (await channel.fetch_message(message.id)).thread is not None


@pytest.mark.parametrize("kind", [ChannelKind.FORUM, ChannelKind.MEDIA])
async def test_a_post_is_a_thread_with_its_first_message(stage: Stage, kind: ChannelKind) -> None:
    channel = await forum(stage, kind=kind)
    picture = discord.File(io.BytesIO(png()), "picture.png", description="A cat")
    made = await channel.create_thread(name="Picture 1", content="by alice", file=picture)

    post = found(stage, made.thread)
    shown = stage.discord.messages(post, seen_by=stage.alice)
    assert [m.id for m in shown] == [made.thread.id] == [made.message.id]
    assert shown[0].alt_texts() == ["A cat"]
    assert [t.id for t in await channel.guild.active_threads()] == [made.thread.id]


async def test_posts_may_carry_layouts_and_need_the_permission_to_post(stage: Stage) -> None:
    channel = await forum(stage, kind=ChannelKind.MEDIA)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay("By alice"))
    view.add_item(discord.ui.ActionRow(discord.ui.Button(label="♥ 0", custom_id="picture:1:vote")))
    made = await channel.create_thread(name="Picture 1", view=view)
    assert found(stage, made.thread).name == "Picture 1"
    there = found(stage, made.thread).parent
    assert there is not None
    stage.discord.set_permissions(there, bot=Permission.VIEW_CHANNEL)
    with pytest.raises(discord.Forbidden) as refused:
        await channel.create_thread(name="Picture 2", view=view)
    assert refused.value.code == 50013


async def test_closing_and_reopening_threads(stage: Stage) -> None:
    channel = await text_channel(stage)
    thread = await channel.create_thread(name="party", type=discord.ChannelType.public_thread)
    await thread.edit(archived=True)
    assert [t.archived for t in stage.discord.threads(stage.booth)] == [True]
    assert [t.id async for t in channel.archived_threads()] == [thread.id]
    with pytest.raises(discord.HTTPException) as refused:
        await thread.edit(name="other")
    assert refused.value.code == 50083
    await thread.edit(archived=False)
    assert [t.archived for t in stage.discord.threads(stage.booth)] == [False]


async def test_locking_and_deleting_take_manage_threads_even_of_ones_own(stage: Stage) -> None:
    channel = await text_channel(stage)
    thread = await channel.create_thread(name="party", type=discord.ChannelType.public_thread)
    for attempt in (thread.edit(locked=True), thread.delete()):
        with pytest.raises(discord.Forbidden) as refused:
            await attempt
        assert refused.value.code == 50013
    stage.discord.set_permissions(stage.booth, bot=BOT_DEFAULT | Permission.MANAGE_THREADS)
    await thread.delete()
    assert stage.discord.threads(stage.booth) == []


async def test_a_deleted_channel_takes_its_threads_along(stage: Stage) -> None:
    channel = await text_channel(stage)
    thread = await channel.create_thread(name="party", type=discord.ChannelType.public_thread)
    stage.discord.delete_channel(stage.booth)
    with pytest.raises(discord.NotFound) as refused:
        await thread.send("hello")
    assert refused.value.code == 10003


@pytest.mark.parametrize("kind", [ChannelKind.TEXT, ChannelKind.MEDIA])
async def test_making_a_channel_takes_manage_channels(stage: Stage, kind: ChannelKind) -> None:
    await stage.start()
    await stage.bot.wait_until_ready()
    guild = stage.bot.get_guild(stage.guild.id)
    assert guild is not None
    hidden: dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite] = {
        guild.default_role: discord.PermissionOverwrite(view_channel=False)
    }

    async def make() -> discord.abc.GuildChannel:
        if kind is ChannelKind.TEXT:
            return await guild.create_text_channel("review", overwrites=hidden)
        return await guild.create_forum("gallery", media=True)

    with pytest.raises(discord.Forbidden) as refused:
        await make()
    assert refused.value.code == 50013
    role = stage.discord.bot_role(stage.guild)
    stage.discord.set_role(stage.guild, role, BOT_DEFAULT | Permission.MANAGE_CHANNELS)
    made = await make()
    channel = next(c for c in stage.guild.channels if c.id == made.id)
    assert channel.kind is kind
    sees = Permission.VIEW_CHANNEL in channel.permissions(stage.alice)
    assert sees is (kind is ChannelKind.MEDIA)


async def test_pinning_takes_a_permission_and_says_so_in_the_channel(stage: Stage) -> None:
    channel = await text_channel(stage)
    message = await channel.send("the panel")
    with pytest.raises(discord.Forbidden) as refused:
        await message.pin()
    assert refused.value.code == 50013
    stage.discord.set_permissions(stage.booth, bot=BOT_DEFAULT | Permission.PIN_MESSAGES)
    await message.pin()
    assert [m.id async for m in channel.pins()] == [message.id]
    assert [m.notice for m in stage.discord.messages(stage.booth)] == [None, Notice.PINNED]
    await message.unpin()
    assert [m async for m in channel.pins()] == []
