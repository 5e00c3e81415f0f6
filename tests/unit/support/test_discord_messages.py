from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable

import aiohttp
import discord
import pytest

from tests.support.discord import BOT_DEFAULT, MessageFlag, Permission
from tests.unit.support.conftest import Stage


async def refusal(call: Awaitable[object]) -> tuple[int, int]:
    with pytest.raises(discord.HTTPException) as caught:
        await call
    return caught.value.status, caught.value.code


def upload(data: bytes = b"x", name: str = "a.bin") -> discord.File:
    return discord.File(io.BytesIO(data), name)


async def booth(stage: Stage) -> discord.TextChannel:
    await stage.start()
    channel = await stage.bot.fetch_channel(stage.booth.id)
    assert isinstance(channel, discord.TextChannel)
    return channel


class Words(discord.ui.LayoutView):
    def __init__(self, *texts: str) -> None:
        super().__init__(timeout=None)
        for text in texts:
            self.add_item(discord.ui.TextDisplay(text))


async def test_a_wrong_token_is_refused_at_login(stage: Stage) -> None:
    with pytest.raises(discord.LoginFailure):
        await stage.start(token="wrong.token.altogether")


async def test_the_same_nonce_posts_once_for_a_few_minutes(stage: Stage) -> None:
    channel = await booth(stage)
    first = await channel.send("job 7 is done", nonce=7)
    again = await channel.send("job 7 is done", nonce=7)
    assert first.id == again.id
    assert len(stage.discord.messages(stage.booth)) == 1
    stage.discord.advance(minutes=10)
    assert (await channel.send("job 7 is done", nonce=7)).id != first.id


async def test_files_are_bounded_by_size(stage: Stage) -> None:
    channel = await booth(stage)
    stage.discord.limits.file_bytes = 1000
    await channel.send(file=upload(b"x" * 1000))
    assert await refusal(channel.send(file=upload(b"x" * 1001))) == (413, 40005)
    stage.discord.limits.request_bytes = 1500
    files = [upload(b"x" * 800), upload(b"x" * 800, "b.bin")]
    assert await refusal(channel.send(files=files)) == (413, 40005)


async def test_missing_permissions_are_told_apart(stage: Stage) -> None:
    channel = await booth(stage)
    sent = await channel.send("hello")
    stage.discord.set_permissions(stage.booth, bot=BOT_DEFAULT & ~Permission.ATTACH_FILES)
    assert await refusal(channel.send(file=upload())) == (403, 50013)
    await channel.send("words are fine")
    stage.discord.set_permissions(stage.booth, bot=BOT_DEFAULT & ~Permission.EMBED_LINKS)
    assert await refusal(channel.send(embed=discord.Embed(title="t"))) == (403, 50013)
    stage.discord.set_permissions(stage.booth, bot=Permission.VIEW_CHANNEL)
    assert await refusal(channel.send("hello")) == (403, 50013)
    await sent.edit(content="edits need no permission to send")
    stage.discord.set_permissions(stage.booth, bot=Permission(0))
    assert await refusal(channel.send("hello")) == (403, 50001)
    assert await refusal(sent.edit(content="no")) == (403, 50001)
    stage.discord.delete_channel(stage.booth)
    assert await refusal(channel.send("hello")) == (404, 10003)


async def test_permissions_reach_the_bot_as_discord_sends_them(stage: Stage) -> None:
    channel = await booth(stage)
    updated = asyncio.Event()

    async def on_guild_channel_update(_before: object, _after: object) -> None:
        updated.set()

    stage.bot.add_listener(on_guild_channel_update)
    cached = stage.bot.get_channel(channel.id)
    assert isinstance(cached, discord.TextChannel)
    assert cached.permissions_for(cached.guild.me).attach_files
    stage.discord.set_permissions(stage.booth, bot=BOT_DEFAULT & ~Permission.ATTACH_FILES)
    async with asyncio.timeout(5):
        await updated.wait()
    assert not cached.permissions_for(cached.guild.me).attach_files


async def test_direct_messages_open_and_close(stage: Stage) -> None:
    await stage.start()
    user = await stage.bot.fetch_user(stage.alice.id)
    await user.send("your picture", file=upload(b"png", "p.png"))
    [message] = stage.discord.messages(stage.discord.dm_channel(stage.alice))
    assert message.files == {"p.png": b"png"}
    assert message.pings == {stage.alice}
    stage.discord.close_dms(stage.alice)
    assert await refusal(user.send("again")) == (403, 50007)


async def test_unknown_messages_and_those_of_others(stage: Stage) -> None:
    channel = await booth(stage)
    sent = await channel.send("hello")
    assert (await channel.fetch_message(sent.id)).content == "hello"
    await sent.delete()
    assert await refusal(channel.fetch_message(sent.id)) == (404, 10008)
    assert await refusal(sent.edit(content="no")) == (404, 10008)
    said = await stage.discord.say(stage.alice, stage.booth, "mine")
    partial = channel.get_partial_message(said.id)
    assert await refusal(partial.edit(content="ours")) == (403, 50005)
    assert await refusal(partial.delete()) == (403, 50013)
    assert [m.content async for m in channel.history()] == ["mine"]


async def test_only_allowed_mentions_notify_and_edits_never_do(stage: Stage) -> None:
    channel = await booth(stage)
    role = stage.discord.add_role(stage.guild, "Fans", mentionable=True)
    bob = stage.discord.add_user("bob")
    stage.discord.add_member(stage.guild, bob, roles=[role])
    text = f"{stage.alice.mention} {role.mention} @everyone"

    await channel.send(text)
    await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
    only = discord.AllowedMentions(
        everyone=False, roles=False, users=[discord.Object(stage.alice.id)]
    )
    await channel.send(text, allowed_mentions=only)
    await channel.send(view=Words(text))
    await (await channel.send("quiet")).edit(content=text)

    pings = [message.pings for message in stage.discord.messages(stage.booth)]
    alice = stage.alice
    assert pings == [{alice, bob}, set(), {alice}, {alice, bob}, set()]


async def test_edits_keep_and_drop_files_as_asked(stage: Stage) -> None:
    channel = await booth(stage)
    sent = await channel.send(files=[upload(b"1", "one.txt"), upload(b"2", "two.txt")])
    [message] = stage.discord.messages(stage.booth)
    await sent.edit(content="words only")
    assert list(message.files) == ["one.txt", "two.txt"]
    await sent.edit(attachments=[sent.attachments[1], upload(b"3", "three.txt")])
    assert message.files == {"two.txt": b"2", "three.txt": b"3"}
    assert await sent.attachments[1].read() == b"2"
    await sent.edit(attachments=[])
    assert message.files == {}


async def test_a_layout_cannot_be_mixed_with_content_nor_undone(stage: Stage) -> None:
    channel = await booth(stage)
    sent = await channel.send("plain")
    [message] = stage.discord.messages(stage.booth)
    assert await refusal(sent.edit(view=Words("layout"))) == (400, 50035)
    await sent.edit(content=None, view=Words("layout"))
    assert MessageFlag.COMPONENTS_V2 in message.flags
    assert message.text() == "layout"
    assert await refusal(sent.edit(content="plain again")) == (400, 50035)
    assert await refusal(sent.edit(view=None)) == (400, 50006)


async def raw_send(stage: Stage, body: dict[str, object]) -> tuple[int, int]:
    """What discord.py itself would refuse to send."""
    url = f"{stage.discord.origin}/api/v10/channels/{stage.booth.id}/messages"
    headers = {"Authorization": f"Bot {stage.discord.token}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json=body, headers=headers) as answer,
    ):
        return answer.status, (await answer.json()).get("code", 0)


def text(content: str = "x") -> dict[str, object]:
    return {"type": 10, "content": content}


def button(custom_id: str) -> dict[str, object]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id}


def gallery(url: str) -> dict[str, object]:
    return {"type": 12, "items": [{"media": {"url": url}}]}


V2 = int(MessageFlag.COMPONENTS_V2)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ([text("x" * 4000)], [text("x" * 3999), text("xx")]),
        ([text()] * 40, [{"type": 17, "components": [text()] * 20}] * 2),
        ([text() | {"id": 1}, text() | {"id": 2}], [text() | {"id": 1}] * 2),
        (
            [{"type": 1, "components": [button("a"), button("b")]}],
            [{"type": 1, "components": [button("a"), button("a")]}],
        ),
        ([gallery("https://example.com/a.png")], [gallery("attachment://absent.png")]),
        ([{"type": 17, "components": [text()]}], [{"type": 1, "components": [text()]}]),
    ],
    ids=["text", "count", "ids", "custom ids", "attachment", "nesting"],
)
async def test_layouts_keep_to_discords_limits(
    stage: Stage, good: list[object], bad: list[object]
) -> None:
    assert (await raw_send(stage, {"flags": V2, "components": good}))[0] == 200
    assert await raw_send(stage, {"flags": V2, "components": bad}) == (400, 50035)
    stage.discord.problems.clear()  # some of these break Discord's document, too


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({"content": ""}, 50006),
        ({"flags": V2, "components": [text()], "content": "x"}, 50035),
        ({"components": [text()]}, 50035),
        ({"content": "x", "message_reference": {"message_id": "1"}}, 50035),
    ],
    ids=["long", "empty", "mixed", "no flag", "reply to nothing"],
)
async def test_other_bodies_discord_refuses(
    stage: Stage, body: dict[str, object], code: int
) -> None:
    assert await raw_send(stage, body) == (400, code)
    assert not stage.discord.messages(stage.booth)


async def test_files_shown_by_a_layout_are_not_listed_as_attachments(stage: Stage) -> None:
    channel = await booth(stage)
    view = discord.ui.LayoutView()
    shown: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery()
    shown.add_item(media="attachment://p.png")
    view.add_item(shown)
    sent = await channel.send(view=view, file=upload(b"png", "p.png"))
    assert sent.attachments == []
    item = sent.components[0]
    assert isinstance(item, discord.MediaGalleryComponent)
    assert item.items[0].media.url.startswith(stage.discord.origin)
    [message] = stage.discord.messages(stage.booth)
    assert message.files == {"p.png": b"png"}


async def test_links_to_files_die_after_a_day(stage: Stage) -> None:
    channel = await booth(stage)
    sent = await channel.send(file=upload())
    assert await sent.attachments[0].read() == b"x"
    stage.discord.advance(hours=25)
    with pytest.raises(discord.NotFound):
        await sent.attachments[0].read()
