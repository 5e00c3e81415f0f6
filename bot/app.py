"""`faceswap-bot run`: opens everything, runs bot and worker side by side, ends in good order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import discord

from bot.assembly import App, assemble
from bot.backend import open_backend, open_studio_backend
from bot.client import point_at
from bot.exits import CommandFailed, ExitCode
from bot.health import BEAT_EVERY, LOOK_EVERY, BotState, Heartbeat
from bot.process import give_back_memory, raise_open_files, stop_on_signals
from bot.services.backends import Backends
from bot.settings import STUDIO, WALL_PORT, Settings
from bot.standing_limits import write_limits
from bot.wall.server import serving
from db.checks import check_ledgers
from db.database import Database
from db.jobs import JobRepository
from db.migrate import migrate
from db.restoring import started

_log = logging.getLogger(__name__)


async def run(settings: Settings) -> int:
    """Run until a signal says stop; returns the exit code. Raises CommandFailed, StorageError."""
    token = settings.require_discord()
    stop = stop_on_signals()
    raise_open_files()
    give_back_memory()
    point_at(api_url=settings.discord_api_url, gateway_url=settings.discord_gateway_url)
    async with Database.open(settings.database_url) as database:
        await migrate(database)
        await _report_ledgers(database)
        await started(database)
        await write_limits(database, settings)
        async with _open_backends(settings, database) as backends:
            app = assemble(settings, database=database, backends=backends)
            await app.intake.find_left()
            await app.curator.find_left()
            async with _open_wall(app, settings):
                await _run_side_by_side(app, token, stop, Heartbeat(settings.heartbeat_path))
    return ExitCode.OK


async def _run_side_by_side(
    app: App, token: str, stop: asyncio.Event, heartbeat: Heartbeat
) -> None:
    """Run bot and worker until told to stop; if one fails, both end with its failure."""
    async with app.bot:
        worker = asyncio.create_task(_work(app), name="worker")
        bot = asyncio.create_task(app.bot.start(token), name="bot")
        tasks: set[asyncio.Task[Any]] = {
            worker,
            bot,
            asyncio.create_task(stop.wait(), name="stop"),
            asyncio.create_task(app.catalogue.keep_fresh(), name="catalogue"),
            asyncio.create_task(app.painter.run(), name="painter"),
            asyncio.create_task(_watch_pots(app), name="pot watch"),
            asyncio.create_task(app.stage.run(app.bot.logged_in), name="stage"),
            asyncio.create_task(_make_venues(app), name="venues"),
            asyncio.create_task(_curate(app), name="curator"),
            asyncio.create_task(_beat(app, heartbeat), name="heartbeat"),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                _raise_failure(task)
            heartbeat.beat(BotState.STOPPING)
            if app.bot.logged_in.is_set():
                await _finish(app, bot=bot, worker=worker)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            heartbeat.clear()


@asynccontextmanager
async def _open_wall(app: App, settings: Settings) -> AsyncGenerator[None]:
    """Serve the live wall, if it has an address, until the bot has finished."""
    if app.wall is None:
        yield
        return
    port = settings.wall_port or WALL_PORT
    async with serving(app.wall, host=settings.wall_host, port=port):
        yield


async def _finish(app: App, *, bot: asyncio.Task[None], worker: asyncio.Task[None]) -> None:
    """Take no more commands, answer those under way, then finish what the worker has begun."""
    bot.cancel()  # nothing more is heard from the gateway, while messages can still be sent
    await asyncio.wait((bot,))
    await app.bot.finish_answers()
    app.worker.stop()
    await worker


async def _work(app: App) -> None:
    await app.bot.logged_in.wait()  # before that, nothing can be edited or posted
    await app.worker.run()


async def _watch_pots(app: App) -> None:
    await app.bot.logged_in.wait()
    await app.pot_watch.run()


async def _curate(app: App) -> None:
    await app.bot.wait_until_ready()  # before that, no server is known
    await app.curator.run()


async def _make_venues(app: App) -> None:
    await app.bot.wait_until_ready()  # before that, no server is known
    await app.venues.run()


def _raise_failure(task: asyncio.Task[Any]) -> None:
    try:
        task.result()
    except discord.LoginFailure:
        raise CommandFailed(
            "Discord refuses DISCORD_TOKEN: copy it anew from the application's Bot page"
        ) from None
    except (aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound) as error:
        raise CommandFailed(
            f"Discord cannot be reached ({type(error).__name__}): check the network, and "
            "DISCORD_API_URL and DISCORD_GATEWAY_URL if they are set"
        ) from error


async def _beat(app: App, heartbeat: Heartbeat) -> None:
    heartbeat.beat(BotState.STARTING)
    await app.bot.logged_in.wait()
    await app.bot.wait_until_ready()
    said, looks_left = None, 0
    while True:
        state = BotState.CONNECTED if app.bot.connected else BotState.RECONNECTING
        news = (state, app.gates.closed)
        if news != said or looks_left <= 0:
            heartbeat.beat(state, latency=app.bot.latency, closed=app.gates.closed)
            said, looks_left = news, round(BEAT_EVERY / LOOK_EVERY)
        looks_left -= 1
        await asyncio.sleep(LOOK_EVERY.total_seconds())


async def _report_ledgers(database: Database) -> None:
    for problem in await check_ledgers(database):
        _log.critical("The ledgers do not add up: %s", problem)


@asynccontextmanager
async def _open_backends(settings: Settings, database: Database) -> AsyncGenerator[Backends]:
    """Open the configured API, and the studio too while jobs it was given are unfinished."""
    open_elsewhere = await JobRepository(database).backends_of_open_jobs()
    async with AsyncExitStack() as stack:
        current = await stack.enter_async_context(open_backend(settings))
        others = []
        if STUDIO in open_elsewhere and current.name != STUDIO:
            others.append(await stack.enter_async_context(open_studio_backend(settings)))
        backends = Backends(current, *others)
        for name in sorted(open_elsewhere):
            if backends.find(name) is None:
                _log.warning("Jobs are unfinished at %s, which is not configured now.", name)
        yield backends
