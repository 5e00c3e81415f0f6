"""The demo's simulated Discord: a server, a channel, people, and a page that shows them live."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import simcord

from bot.client import FaceSwapBot
from bot.demo.frame import open_frame

LOOK_EVERY = 0.3  # seconds between looks for something new to show
SETTLE_SECONDS = 12.0  # the gallery may wait 8 for its previews; from 15 on idle connections count

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What there is: the simulation, the channel, the newcomer and a guest who shows the way."""

    env: Any
    channel: Any
    newcomer: Any
    guest: Any


@asynccontextmanager
async def open_scene(bot: FaceSwapBot) -> AsyncGenerator[Scene]:
    """Start the bot on a Discord of its own."""
    async with simcord.run(bot, check_errors=False, settle_timeout=SETTLE_SECONDS) as env:
        guild = env.create_guild("Photo Club")
        channel = guild.create_text_channel("photo-booth")
        scene = Scene(
            env=env,
            channel=channel,
            newcomer=guild.add_member(env.create_user("you")),
            guest=guild.add_member(env.create_user("eileen")),
        )
        # The simulation starts on a day of its own; messages are to carry today's date.
        await env.advance_time((datetime.now(UTC) - env.now()).total_seconds())
        yield scene


@asynccontextmanager
async def open_page(scene: Scene, *, port: int | None) -> AsyncGenerator[str]:
    """Serve the page and keep it up to date; yields its address."""
    preview = scene.env.preview(scene.channel, viewers=[scene.newcomer], layout="channel")
    async with preview as page, open_frame(page.url, port=port) as url:
        live = asyncio.create_task(_publish_changes(scene.env, page), name="demo-page")
        try:
            yield url
        finally:
            live.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await live


async def _publish_changes(env: Any, page: Any) -> None:
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
                await page.refresh()
        except (simcord.SetupError, TimeoutError):
            seen = -1  # a visitor's action is under way: look again in a moment
