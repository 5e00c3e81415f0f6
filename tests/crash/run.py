"""One crash run from its plan to its verdict."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from tests.crash.audit import Verdict, audit
from tests.crash.book import Book
from tests.crash.killer import freeze, strike_until_done
from tests.crash.maker import Maker
from tests.crash.members import chat, order_for_ever
from tests.crash.orders import Orders
from tests.crash.scene import Member, Plan, Scene
from tests.support.bot_process import BotProcess
from tests.support.discord import DiscordStandIn
from tests.support.scripted_api import ScriptedAPI

NO_NONCES = 0.0
HEARTBEAT_MS = 1500
TOKEN_LIFETIME = timedelta(seconds=20)  # for Discord's 15 minutes; the bot is not told
SETTLE_SECONDS = 240.0
CHANNELS = 6
SHY, HERMIT = 3, 7  # of each eight


async def run(plan: Plan, folder: Path) -> Verdict:
    """Carry the plan out and judge what came of every job."""
    started = time.monotonic()
    async with open_scene(plan, folder) as scene:
        await _play(scene)
        scene.problems += await _settle(scene)
        return await audit(scene, seconds=time.monotonic() - started)


@asynccontextmanager
async def open_scene(plan: Plan, folder: Path) -> AsyncIterator[Scene]:
    """Open both stand-ins and start the bot between them."""
    async with (
        DiscordStandIn() as discord,
        ScriptedAPI(finishes=False, blocks=True, honours_keys=plan.honours_keys) as api,
    ):
        discord.limits.nonce_window *= 0  # a bot that was away for long cannot rely on nonces
        discord.limits.token_lifetime = TOKEN_LIFETIME
        discord.gateway.heartbeat_ms = HEARTBEAT_MS
        discord.gateway.cuts_the_silent = True
        bot = BotProcess(discord, folder, **_settings(plan, api))
        orders = Orders(plan.seed, endless=plan.long_freeze > 0)
        scene = Scene(
            plan=plan,
            discord=discord,
            api=api,
            bot=bot,
            book=Book(bot.data_dir / "bot.db"),
            orders=orders,
            maker=Maker(api, orders),
            rng=random.Random(plan.seed),
            launches=1,
        )
        _invite(scene)
        try:
            await bot.start()
            yield scene
        finally:
            await scene.maker.close()
            await bot.close()


def _settings(plan: Plan, api: ScriptedAPI) -> dict[str, str]:
    return {
        "FACESWAP_API_URL": api.url,
        "FACESWAP_API_KEY": api.key,
        "QUICK_JOB_SECONDS": "2",
        "QUOTA_PER_DAY": "100000",
        "PHOTO_KEEP_MINUTES": str(plan.keep_minutes),
        "JOB_DEADLINE_MINUTES": "1" if plan.long_freeze else "20",
        "LOG_FORMAT": "json",
    }


def _invite(scene: Scene) -> None:
    """Fill channels with members, one in eight of them shy and one a hermit."""
    guild = scene.discord.add_guild("Photo Club")
    channels = [scene.discord.add_text_channel(guild, f"booth-{n}") for n in range(CHANNELS)]
    for number in range(scene.plan.members):
        user = scene.discord.add_user(f"member-{number}")
        scene.discord.add_member(guild, user)
        if number % 8 == HERMIT:
            scene.discord.close_dms(user)
        channel, dismisses = channels[number % CHANNELS], number % 8 in {SHY, HERMIT}
        scene.members.append(Member(user=user, channel=channel, dismisses=dismisses))


async def _play(scene: Scene) -> None:
    """Have members order while the bot is struck, and wait until all is ordered."""
    people = [asyncio.create_task(order_for_ever(scene, member)) for member in scene.members]
    around = [
        asyncio.create_task(scene.book.keep_reading()),
        asyncio.create_task(chat(scene, scene.members[0])),
    ]
    try:
        async with asyncio.timeout(60 + 20 * scene.plan.kills + scene.plan.jobs):
            await strike_until_done(scene)
            if scene.plan.long_freeze:
                await freeze(scene, scene.plan.long_freeze)
            await scene.book.until(lambda: scene.permits.locked() and not scene.busy, within=300)
    finally:
        for task in (*people, *around):
            task.cancel()
        done = await asyncio.gather(*people, *around, return_exceptions=True)
        scene.problems += [f"{type(e).__name__}: {e}" for e in done if isinstance(e, Exception)]


async def _settle(scene: Scene) -> list[str]:
    """Wait until nothing is to happen any more; returns what did not come true."""

    def is_over() -> bool:
        return all(row.is_over for row in scene.book.rows.values())

    def is_tidy() -> bool:
        """Tell whether every file is gone whose time is over."""
        kept = {"undeliverable"}
        rows = scene.book.rows.values()
        return not any(row.photo or (row.picture and row.state not in kept) for row in rows)

    reading = asyncio.create_task(scene.book.keep_reading())
    try:
        problems = []
        if not await scene.book.until(is_over, within=SETTLE_SECONDS):
            problems.append("jobs did not come to an end")
        if not await scene.book.until(is_tidy, within=60 * scene.plan.keep_minutes + 45):
            problems.append("photos or pictures outlived their time")
    finally:
        reading.cancel()
    return problems
