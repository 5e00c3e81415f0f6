"""`faceswap-bot demo`: a first picture by itself, then a page where the newcomer makes their own."""

from __future__ import annotations

import asyncio
import time
import webbrowser
from collections.abc import Callable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import discord

from bot.assembly import App, assemble
from bot.backend import open_studio_backend
from bot.demo.page import Scene, open_page, open_scene
from bot.exits import CommandFailed
from bot.process import stop_on_signals
from bot.services.backends import Backends
from bot.settings import Settings
from cogs.ui.demo import welcome
from db.database import Database
from db.migrate import migrate

FILTER = "Vintage Portrait"
FIRST_PICTURE_SECONDS = 120.0
EDIT_SECONDS = 3  # each edit makes the visitor's page busy for a moment


async def run_demo(
    settings: Settings,
    *,
    folder: Path,
    port: int | None,
    open_browser: bool,
    say: Callable[[str], None],
) -> None:
    """Show the demo until a signal comes; everything it keeps is in `folder`."""
    stop = stop_on_signals()
    own = replace(
        settings, data_dir=folder, database_url="", card_edit_seconds=EDIT_SECONDS, discord_guild_id=None
    )
    async with (
        Database.open(own.database_url) as database,
        open_studio_backend(own) as backend,
    ):
        await migrate(database)
        app = assemble(own, database=database, backends=Backends(backend))
        await app.catalogue.refresh()
        async with open_scene(app.bot) as scene:
            worker = asyncio.create_task(app.worker.run(), name="worker")
            try:
                say(await _first_picture(app, scene, folder))
                async with open_page(scene, port=port) as page:
                    await _greet(app, scene)
                    say(f"Demo ready: {page.url}")
                    if open_browser:
                        webbrowser.open(page.url)
                    await stop.wait()
            finally:
                app.worker.stop()
                await worker
                await app.painter.close()


async def _first_picture(app: App, scene: Scene, folder: Path) -> str:
    """Have the guest order a picture of the bundled photo; returns the line that reports it."""
    started = time.monotonic()
    photo = resources.files("bot.demo").joinpath("assets/sample.jpg").read_bytes()
    asked = await scene.guest.slash(
        scene.channel, "faceswap", photo=("eileen.jpg", photo), filter=FILTER, who=1
    )
    await scene.guest.click(asked.response.message, label="I agree, go on")
    picture = await _wait_for_picture(scene)
    path = folder / f"first-picture{Path(picture.filename).suffix}"
    with scene.env.time_context():
        path.write_bytes(await picture.read())
    return f"First picture: {path} ({FILTER}, {time.monotonic() - started:.1f} s)"


async def _wait_for_picture(scene: Scene) -> discord.Attachment:
    try:
        async with asyncio.timeout(FIRST_PICTURE_SECONDS):
            while True:
                for message in scene.channel.history(viewer=scene.guest):
                    for attachment in message.attachments:
                        return attachment
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise CommandFailed("the first picture did not come; see the log above") from None


async def _greet(app: App, scene: Scene) -> None:
    channel = app.bot.get_channel(scene.channel.id)
    if isinstance(channel, discord.TextChannel):
        await channel.send(view=welcome())
