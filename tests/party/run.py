"""One party from its plan to its verdict."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.crash.book import Book
from tests.party.audit import Verdict, audit
from tests.party.facts import Facts
from tests.party.guests import take_part
from tests.party.killer import strike
from tests.party.kitchen import MOST_MARKS, Kitchen
from tests.party.moderators import moderate, police
from tests.party.organiser import create_event, fetch_export, wall_link
from tests.party.plan import Plan
from tests.party.scene import Guest, Scene, Venue
from tests.party.surface import come_true
from tests.party.voters import vote, vote_for_oneself
from tests.party.wall import watch_wall
from tests.support.bot_process import BotProcess
from tests.support.discord import BOT_DEFAULT, ChannelKind, DiscordStandIn, Permission, User
from tests.support.ports import free_port
from tests.support.scripted_api import ScriptedAPI

HEARTBEAT_MS = 1500
SAMPLE_SECONDS = 1.0
VOTERS_SHARE = 0.4  # of the guests vote, too
MOST_STRANGERS = 40  # who only vote
CLOSE_SECONDS = 120.0
TIDY_SECONDS = 90.0


async def run(plan: Plan, folder: Path) -> Verdict:
    """Carry the plan out and judge what came of it."""
    assert plan.guests * (plan.guest_limit + 2) < MOST_MARKS
    started = time.monotonic()
    async with open_scene(plan, folder) as scene:
        await create_event(scene)
        async with AsyncExitStack() as stack:
            scene.wall = await stack.enter_async_context(watch_wall(await wall_link(scene)))
            await _play(scene)
            await _settle(scene)
        return await audit(scene, seconds=time.monotonic() - started)


@asynccontextmanager
async def open_scene(plan: Plan, folder: Path) -> AsyncIterator[Scene]:
    """Open both stand-ins, invite everybody, and start the bot between them."""
    async with (
        DiscordStandIn(check_schema=plan.checks_schema) as discord,
        ScriptedAPI(finishes=False, blocks=True, honours_keys=plan.honours_keys) as api,
    ):
        discord.limits.nonce_window *= 0  # a bot that was away for long cannot rely on nonces
        discord.gateway.heartbeat_ms = HEARTBEAT_MS
        discord.gateway.cuts_the_silent = True
        wall_port = free_port()
        bot = BotProcess(discord, folder, **_settings(api, wall_port))
        book = Book(bot.data_dir / "bot.db")
        scene = Scene(
            plan=plan,
            discord=discord,
            api=api,
            bot=bot,
            book=book,
            facts=Facts(book),
            kitchen=Kitchen(api, seed=plan.seed, making=plan.making),
            venue=_venue(discord, plan),
            wall_port=wall_port,
            rng=random.Random(plan.seed),
        )
        _invite(scene)
        try:
            await bot.start()
            yield scene
        finally:
            await scene.kitchen.close()
            await bot.close()


def _settings(api: ScriptedAPI, wall_port: int) -> dict[str, str]:
    return {
        "FACESWAP_API_URL": api.url,
        "FACESWAP_API_KEY": api.key,
        "WALL_PORT": str(wall_port),
        "LOG_FORMAT": "json",
    }


def _venue(discord: DiscordStandIn, plan: Plan) -> Venue:
    guild = discord.add_guild("Photo Club", bot_permissions=BOT_DEFAULT | Permission.CREATE_EVENTS)
    party = discord.add_text_channel(guild, "party")
    review = discord.add_text_channel(guild, "review")
    gallery = None
    if plan.in_posts:
        gallery = discord.add_text_channel(guild, "gallery", kind=ChannelKind.MEDIA)
    crew = discord.add_role(guild, "crew", Permission.MANAGE_MESSAGES)
    discord.set_overwrite(review, guild.everyone, deny=Permission.VIEW_CHANNEL)
    discord.set_overwrite(review, crew, allow=Permission.VIEW_CHANNEL)
    discord.set_overwrite(review, discord.bot_role(guild), allow=Permission.VIEW_CHANNEL)
    moderators = [discord.add_user(f"moderator-{n}") for n in range(plan.moderators)]
    for moderator in moderators:
        discord.add_member(guild, moderator, roles=[crew])
    return Venue(
        guild=guild,
        party=party,
        review=review,
        gallery=gallery,
        organiser=guild.owner,
        moderators=moderators,
    )


def _invite(scene: Scene) -> None:
    for number, kind in enumerate(scene.plan.kinds()):
        user = scene.discord.add_user(f"guest-{number}")
        scene.discord.add_member(scene.venue.guild, user)
        scene.guests.append(Guest(number=number, user=user, kind=kind))


async def _play(scene: Scene) -> None:
    """Have everybody do what they do until the event has closed by the clock."""
    guests = [_start(take_part(scene, guest)) for guest in scene.guests]
    others = [_start(each) for each in _others(scene)]
    try:
        await asyncio.sleep(max(0.0, scene.seconds_left))
        closed = await come_true(lambda: scene.facts.state == "closed", within=CLOSE_SECONDS)
        if not closed:
            scene.problems.append(f"the event did not close: it is {scene.facts.state}")
        await asyncio.wait(guests, timeout=CLOSE_SECONDS)
        # What waits is looked at afterwards, too, and is posted at the pace that Discord allows.
        backlog = CLOSE_SECONDS + 2.5 * scene.facts.waiting
        await come_true(lambda: _is_tidy(scene), within=backlog)
    finally:
        scene.problems += await _stop([*guests, *others])


def _others(scene: Scene) -> list[Coroutine[Any, Any, None]]:
    return [
        scene.book.keep_reading(),
        scene.facts.keep_reading(scene.event_id),
        strike(scene),
        _sample(scene),
        police(scene, scene.venue.moderators[0]),
        vote_for_oneself(scene),
        *(moderate(scene, each) for each in scene.venue.moderators),
        *(vote(scene, user) for user in _voters(scene)),
    ]


def _voters(scene: Scene) -> list[User]:
    guests = [guest.user for guest in scene.guests if scene.rng.random() < VOTERS_SHARE]
    strangers = [scene.discord.add_user(f"voter-{n}") for n in range(MOST_STRANGERS)]
    for stranger in strangers:
        scene.discord.add_member(scene.venue.guild, stranger)
    return [*guests, *strangers]


async def _sample(scene: Scene) -> None:
    """Note how much memory the bot takes, each second."""
    while True:
        with contextlib.suppress(psutil.Error):  # it has just been killed
            scene.memory.append(psutil.Process(scene.bot.pid).memory_info().rss)
        await asyncio.sleep(SAMPLE_SECONDS)


async def _settle(scene: Scene) -> None:
    """Give the wall and the gallery time to follow, and fetch the export."""
    reading = [_start(scene.book.keep_reading()), _start(scene.facts.keep_reading(scene.event_id))]
    try:
        if not await come_true(lambda: _is_tidy(scene), within=TIDY_SECONDS):
            scene.problems.append(f"not everything came to rest: {_restless(scene)}")
        scene.export = await fetch_export(scene)
    finally:
        await _stop(reading)


def _is_tidy(scene: Scene) -> bool:
    return not _restless(scene)


def _restless(scene: Scene) -> list[str]:
    """Name what is still to happen."""
    jobs = [row.id for row in scene.book.rows.values() if not row.is_over]
    pictures = scene.facts.pictures.values()
    waiting = [row.id for row in pictures if row.state == "waiting"]
    hidden = [row.id for row in pictures if row.state == "approved" and not row.gallery_message_id]
    standing = [row.id for row in pictures if row.state == "removed" and row.gallery_message_id]
    unposted = scene.book.query("SELECT kind FROM event_notices WHERE posted_at IS NULL")
    found = {
        "jobs": jobs,
        "waiting": waiting,
        "not in the gallery": hidden,
        "still in the gallery": standing,
        "notices": [kind for (kind,) in unposted],
    }
    return [f"{what} {which[:8]}" for what, which in found.items() if which]


def _start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work)


async def _stop(tasks: list[asyncio.Task[None]]) -> list[str]:
    for task in tasks:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    return [f"{type(e).__name__}: {e}" for e in done if isinstance(e, Exception)]
