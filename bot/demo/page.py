"""The demo's simulated Discord: a server, channels, people, and a page that shows them live."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import discord
import simcord

from bot.client import FaceSwapBot
from bot.demo.channels import Channels
from bot.demo.frame import open_frame

LOOK_EVERY = 0.3  # seconds between looks for something new to show
SETTLE_SECONDS = 12.0  # the gallery may wait 8 for its previews; from 15 on idle connections count

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What there is: the simulation, a server with its channels, and people.

    The newcomer owns the server, and so is organiser, moderator and guest at once.
    """

    env: Any
    guild: Any
    channel: Any
    event_channel: Any
    moderators: Any  # the channel that only they see
    newcomer: Any
    guest: Any  # shows the way
    moderator: Any  # and votes
    voter: Any


@asynccontextmanager
async def open_scene(bot: FaceSwapBot) -> AsyncGenerator[Scene]:
    """Start the bot on a Discord of its own."""
    async with simcord.run(bot, check_errors=False, settle_timeout=SETTLE_SECONDS) as env:
        newcomer = env.create_user("you")
        guild = env.create_guild("Photo Club", owner=newcomer)
        itself: Any = bot.user
        moderators = guild.create_role(
            "Moderators", permissions=discord.Permissions(manage_messages=True)
        )
        hidden = discord.PermissionOverwrite(view_channel=False)
        shown = discord.PermissionOverwrite(view_channel=True)
        scene = Scene(
            env=env,
            guild=guild,
            channel=guild.create_text_channel("photo-booth"),
            event_channel=guild.create_text_channel("open-studio-night"),
            moderators=guild.create_text_channel(
                "moderators",
                overwrites={guild.default_role: hidden, moderators: shown, itself: shown},
            ),
            newcomer=guild.add_member(newcomer),
            guest=guild.add_member(env.create_user("eileen")),
            moderator=guild.add_member(env.create_user("sam"), roles=[moderators]),
            voter=guild.add_member(env.create_user("kim")),
        )
        # The simulation starts on a day of its own; messages are to carry today's date.
        await env.advance_time((datetime.now(UTC) - env.now()).total_seconds())
        yield scene


@asynccontextmanager
async def open_page(bot: FaceSwapBot, scene: Scene, *, port: int | None) -> AsyncGenerator[str]:
    """Serve the page and keep it up to date; yields its address."""
    channels = Channels(env=scene.env, bot=bot, guild=scene.guild, newcomer=scene.newcomer)
    await channels.show(scene.channel.id)
    try:
        async with open_frame(channels, port=port) as url:
            live = asyncio.create_task(_publish_changes(scene.env, channels), name="demo-page")
            try:
                yield url
            finally:
                live.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await live
    finally:
        await channels.close()


async def _publish_changes(env: Any, channels: Channels) -> None:
    """Publish after each change, and only then.

    Every publication makes an action that is on its way stale, so one without news would only
    have the page send it again.
    """
    loop = asyncio.get_running_loop()
    seen, before = -1, loop.time()
    while True:
        await asyncio.sleep(LOOK_EVERY)
        try:
            now = loop.time()
            await env.advance_time(now - before)
            before = now
            if len(env.http_requests) != seen:
                seen = len(env.http_requests)
                await channels.refresh()
        except (simcord.SetupError, TimeoutError):
            seen = -1  # a visitor's action is under way: look again in a moment
