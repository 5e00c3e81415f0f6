"""`faceswap-bot demo`: a first picture by itself, then a page where a newcomer makes their own."""

from __future__ import annotations

import asyncio
import logging
import socket
import tempfile
import time
import webbrowser
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path

import discord

from bot.assembly import App, assemble
from bot.backend import open_studio_backend
from bot.demo.event import hang_portraits, open_event, order_portraits
from bot.demo.page import Scene, open_page, open_scene
from bot.exits import CommandFailed
from bot.process import stop_on_signals
from bot.services.backends import Backends
from bot.services.events.walls import WallLink
from bot.settings import Settings
from bot.standing_limits import write_limits
from bot.wall.server import serving
from cogs.ui.welcome import welcome
from db.database import Database
from db.migrate import migrate
from db.models import JobState
from faceswap.models import Gender, Ratio

BOT_NAME = "Photo Booth"
WALL_HOST = "127.0.0.1"
FILTER = "Space Explorer"
FIRST_PICTURE_SECONDS = 120.0
LOOK_EVERY = 0.1  # seconds
EDIT_SECONDS = 0.5  # the page looks as often; the studio may need little longer for a picture

_log = logging.getLogger(__name__)


async def run_demo(
    settings: Settings,
    *,
    port: int | None,
    open_browser: bool,
    say: Callable[[str], None],
) -> None:
    """Show the demo until a signal comes; all it leaves is the first picture, in DATA_DIR/demo.

    Raises CommandFailed.
    """
    stop = stop_on_signals()
    keep = settings.data_dir / "demo"
    with tempfile.TemporaryDirectory(prefix="faceswap-bot-demo-") as folder:
        own = _own_settings(settings, Path(folder))
        async with _open(own) as (app, scene):
            await _take_a_name(app)
            wall = await open_event(app.bot.services, scene)
            say(await _first_picture(app, scene, keep))
            await order_portraits(app.bot.services, scene, _photo())
            await _greet(app, scene, wall)
            async with open_page(app.bot, scene, port=port) as url:
                say(f"Demo ready: {url}")
                say(f"Wall: {wall.url}")
                if open_browser:
                    webbrowser.open(url)
                rest = asyncio.create_task(_finish(app, scene), name="portraits, previews")
                await stop.wait()
                rest.cancel()
                await asyncio.gather(rest, return_exceptions=True)


def _own_settings(settings: Settings, folder: Path) -> Settings:
    """Take what is configured, but for Discord, the API and the place to keep things."""
    return replace(
        settings,
        data_dir=folder,
        database_url="",  # the demo's own, below its folder
        discord_guild_id=None,
        faceswap_api_url=None,  # the studio, whatever is configured
        faceswap_api_key=None,
        card_edit_seconds=EDIT_SECONDS,
        wall_url=None,
        wall_port=_free_port(),
        wall_host=WALL_HOST,
    )


def _free_port() -> int:
    """Find a port for the wall, whose links are made before it is served."""
    with socket.create_server((WALL_HOST, 0)) as found:
        port: int = found.getsockname()[1]
        return port


@asynccontextmanager
async def _open(settings: Settings) -> AsyncGenerator[tuple[App, Scene]]:
    """Start the studio, the bot on its simulated Discord, and the worker beside it."""
    async with (
        Database.open(settings.database_url) as database,
        open_studio_backend(settings) as backend,
    ):
        await migrate(database)
        await write_limits(database, settings)
        app = assemble(settings, database=database, backends=Backends(backend))
        await app.catalogue.refresh()
        async with open_scene(app.bot) as scene, _serve_wall(app, settings):
            worker = asyncio.create_task(app.worker.run(), name="worker")
            others = [
                asyncio.create_task(app.painter.run(), name="painter"),
                asyncio.create_task(app.stage.run(app.bot.logged_in), name="stage"),
                asyncio.create_task(app.venues.run(), name="venues"),
                asyncio.create_task(app.curator.run(), name="curator"),
                asyncio.create_task(app.pot_watch.run(), name="pot watch"),
            ]
            try:
                yield app, scene
            finally:
                app.worker.stop()
                await worker
                for task in others:
                    task.cancel()
                await asyncio.gather(*others, return_exceptions=True)


@asynccontextmanager
async def _serve_wall(app: App, settings: Settings) -> AsyncGenerator[None]:
    if app.wall is None or settings.wall_port is None:
        raise CommandFailed("the demo has no wall")
    async with serving(app.wall, host=settings.wall_host, port=settings.wall_port):
        yield


async def _finish(app: App, scene: Scene) -> None:
    """Do what the visitor need not wait for."""
    try:
        await hang_portraits(scene)
    except CommandFailed as error:  # the visitor may have ended the event meanwhile
        _log.warning("%s", error)
    # Else the first look at /filters would be a long one.
    for each in await app.catalogue.offered():  # one by one: no picture waits for more than one
        await app.bot.services.previews.of((each,))


async def _take_a_name(app: App) -> None:
    if app.bot.user is not None:
        await app.bot.user.edit(username=BOT_NAME)


async def _greet(app: App, scene: Scene, wall: WallLink) -> None:
    """Let the bot say what to try, below the first picture: next to where one types."""
    channel = app.bot.get_channel(scene.channel.id)
    if isinstance(channel, discord.TextChannel):
        await channel.send(view=welcome(event=scene.event_channel.id, wall=wall.url))


async def _first_picture(app: App, scene: Scene, keep: Path) -> str:
    """Have the guest order a picture of the bundled photo; returns the line that reports it."""
    started = time.monotonic()
    asked = await scene.guest.slash(
        scene.channel,
        "faceswap",
        photo=("astronaut.jpg", _photo()),
        filter=FILTER,
        who=Gender.FEMALE.value,
        ratio=Ratio.LANDSCAPE.value,
    )
    await scene.guest.click(asked.response.message, label="I agree, go on")
    picture = await _wait_for_picture(app, scene)
    seconds = time.monotonic() - started
    with scene.env.time_context():
        data = await picture.read()
    path = keep / f"first-picture{Path(picture.filename).suffix}"
    await asyncio.to_thread(_write, path, data)
    return f"First picture: {path} ({FILTER}, {seconds:.1f} s)"


def _photo() -> bytes:
    return resources.files("bot.demo").joinpath("assets/astronaut.jpg").read_bytes()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


async def _wait_for_picture(app: App, scene: Scene) -> discord.Attachment:
    try:
        async with asyncio.timeout(FIRST_PICTURE_SECONDS):
            while True:
                messages: list[discord.Message] = scene.channel.history(viewer=scene.guest)
                for message in messages:
                    if message.attachments:
                        return message.attachments[0]
                counts = await app.jobs.count_by_state()
                if counts[JobState.FAILED]:
                    raise CommandFailed("the first picture failed; the log above says why")
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        raise CommandFailed("the first picture did not come; the log above says why") from None
