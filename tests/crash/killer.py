"""Strikes the bot: kills, freezes and orderly stops, at every moment of a job and at random."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable
from datetime import datetime

from tests.crash.book import Found
from tests.crash.moments import LOOKING, MOMENTS, POSTING, STARTING, Moment, Trap
from tests.crash.scene import Kind, Scene, Strike, now

REACH_SECONDS = 8.0  # for a moment; after that the strike falls all the same
START_SECONDS = 60.0
LONGEST_FREEZE = 6.0
LAPSES = 0.5  # of the answers that are held while it is frozen or stopping never come
KINDS = (  # in turn; 13 in all, so that in time each comes at each moment
    *([Kind.KILL] * 4),
    Kind.FREEZE,
    *([Kind.KILL] * 3),
    Kind.STOP,
    *([Kind.KILL] * 3),
    Kind.FROZEN_KILL,
)


async def strike_until_done(scene: Scene) -> None:
    """Strike until the plan's kills are reached, with as many orders for each."""
    permitted = 0
    moments: list[Moment] = []
    kinds = itertools.cycle(KINDS)
    kills = 0  # of a running bot; those of a starting one come on top
    while kills < scene.plan.kills:
        due = scene.plan.jobs * (kills + 1) // scene.plan.kills
        scene.permit(due - permitted)
        permitted = due
        if not moments:
            moments = _shuffled(scene)
        await _strike(scene, moments.pop(), next(kinds))
        kills += scene.strikes[-1].kind.is_kill
    scene.permit(scene.plan.jobs - permitted)


def _shuffled(scene: Scene) -> list[Moment]:
    """Return each moment once, and none a second time before all have been."""
    names = scene.plan.moments
    chosen = [each for each in MOMENTS if names is None or each.name in names]
    return scene.rng.sample(chosen, len(chosen))


async def freeze(scene: Scene, seconds: float) -> None:
    """Freeze the bot once, at any moment."""
    since = now()
    scene.bot.freeze()
    found = scene.book.look()
    await asyncio.sleep(seconds)
    scene.bot.thaw()
    _note(scene, Kind.FREEZE, "at random", since, found, was_reached=True)


async def _strike(scene: Scene, moment: Moment, kind: Kind) -> None:
    if moment.wish is not None:
        scene.orders.wishes.append(moment.wish)
    if not scene.bot.is_running:
        scene.problems.append("the bot ended by itself")
    async with moment.trap(scene) as trap:
        was_reached = await _reached(trap.reached())
        since = now()
        await _hit(scene, kind, trap)
        found = scene.book.look()
    if kind is Kind.STOP and (code := await scene.bot.ended()) != 0:
        scene.problems.append(f"the bot stopped with exit code {code}: {moment.name}")
    if kind is not Kind.FREEZE:
        await _start(scene, after=moment)
    _note(scene, kind, moment.name, since, found, was_reached=was_reached)


async def _hit(scene: Scene, kind: Kind, trap: Trap) -> None:
    """Do to a bot in a trap what is to be done; what is held then comes, late, or never."""
    if kind.freezes:
        scene.bot.freeze()
        await asyncio.sleep(scene.rng.uniform(1.0, LONGEST_FREEZE))
    if kind.is_kill:
        await scene.bot.kill()
    elif kind is Kind.STOP:
        scene.bot.ask_to_stop()
    if kind.is_kill or scene.rng.random() < LAPSES:
        await trap.lapse()
    if kind is Kind.FREEZE:
        scene.bot.thaw()


async def _start(scene: Scene, *, after: Moment) -> None:
    """Start the bot, now and then killing it while it starts or looks what it had posted."""
    if after in POSTING and scene.rng.random() < 0.4:
        await _strike_start(scene, LOOKING)
    elif scene.rng.random() < 0.1:
        await _strike_start(scene, STARTING)
    scene.launches += 1
    await scene.bot.launch()
    is_there = await scene.discord.came_true(
        lambda: scene.discord.gateway.connected and scene.discord.syncs, within=START_SECONDS
    )
    if not is_there:
        scene.problems.append("the bot did not start")


async def _strike_start(scene: Scene, moment: Moment) -> None:
    since = now()
    scene.launches += 1
    async with moment.trap(scene) as trap:
        await scene.bot.launch()
        was_reached = await _reached(trap.reached())
        await scene.bot.kill()
        await trap.lapse()
        found = scene.book.look()
    _note(scene, Kind.KILL, moment.name, since, found, was_reached=was_reached)


async def _reached(waiting: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(REACH_SECONDS):
            await waiting
    except TimeoutError:
        return False
    return True


def _note(
    scene: Scene,
    kind: Kind,
    moment: str,
    since: datetime,
    found: Found,
    *,
    was_reached: bool,
) -> None:
    scene.strikes.append(
        Strike(
            kind=kind,
            moment=moment,
            was_reached=was_reached,
            since=since,
            until=now(),
            found=found,
        )
    )
