"""Each misbehaviour of the API, as a member, the operator and both ledgers see it.

The rows of one bot are under way together, a few at once, each with members, a server and a filter
of its own. A row that fails is reported by its name; all others are played all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.acceptance.booth import PhotoBooth
from tests.acceptance.conftest import hosted
from tests.acceptance.rows import Journal, check, ended, see
from tests.support.bot_process import BotProcess
from tests.support.discord import DiscordStandIn, Interaction
from tests.support.scripted_api import ScriptedAPI
from tests.tables.api import ROWS
from tests.tables.api_row import APIRow
from tests.tables.row import Bot

FIRST_FILTER = 1000
LAST_FILTER = "As it should be"
AT_ONCE = 6
PATIENCE = 10.0  # seconds; how fast a command is answered is not what is tried here
HURRIED = "tests.support.hurried_bot"
MODULES = {Bot.HURRIED: HURRIED, Bot.GATED: HURRIED}
SETTINGS = {
    Bot.V5: {"FACESWAP_API_VERSION": "v5"},
    Bot.V1: {"FACESWAP_API_VERSION": "v1"},
}


# Those that wait much have a test of their own, which another core can run.
COMPANIES = ((Bot.ORDINARY, Bot.HURRIED, Bot.V5, Bot.V1), (Bot.GATED,))


@dataclass(frozen=True, slots=True)
class Stand:
    """One bot with an API and a Discord of its own, and the rows that need it."""

    kind: Bot
    discord: DiscordStandIn
    api: ScriptedAPI
    bot: BotProcess
    journal: Journal
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def play(self, row: APIRow) -> None:
        async with self.turns:
            booth, since = PhotoBooth(discord=self.discord, bot=self.bot), self.journal.length
            key = row.words or str(FIRST_FILTER + ROWS.index(row))
            self.api.script(key, row.script)
            self.api.on_submit(*filter(None, [row.unread]))
            async with ended(booth):
                ordered = await self._order(booth, row)
            if self.kind is Bot.GATED:
                await self.order_another()
            self._compare(booth, ordered, row, since=since)
            paid = [call for call in self.api.calls_of(key) if call.was_paid]
            assert len(paid) == row.outcome.paid

    async def _order(self, booth: PhotoBooth, row: APIRow) -> Interaction:
        if row.words is not None:
            return await booth.imagine(row.words)
        named = f"Row {ROWS.index(row)}"
        if not row.away:
            return await booth.order(filter=named, **row.order)
        async with self.api.away():
            ordered = await booth.order(filter=named, **row.order)
            await asyncio.sleep(row.away)
        return ordered

    async def order_another(self) -> None:
        """Have somebody else's picture made: all is well, whatever a row has done."""
        booth = PhotoBooth(discord=self.discord, bot=self.bot)
        await booth.picture(await booth.order(filter=LAST_FILTER))

    def _compare(self, booth: PhotoBooth, ordered: Interaction, row: APIRow, *, since: int) -> None:
        job_id = check(booth, ordered, row.outcome, picture=row.picture, others=row.others)
        alone = self.kind is Bot.GATED
        self.journal.account(job_id, row.outcome.log, since=since, alone=alone)


@asynccontextmanager
async def open_stand(kind: Bot, folder: Path) -> AsyncGenerator[Stand]:
    folder.mkdir()
    async with DiscordStandIn() as discord, ScriptedAPI() as api:
        api.filters = [
            {"id": str(FIRST_FILTER + number), "name": f"Row {number}"}
            for number in range(len(ROWS))
        ]
        api.filters.append({"id": "1", "name": LAST_FILTER})
        settings = {**hosted(api), **SETTINGS.get(kind, {})}
        bot = BotProcess(discord, folder, module=MODULES.get(kind, "bot"), **settings)
        turns = asyncio.Semaphore(1 if kind is Bot.GATED else AT_ONCE)
        try:
            discord.limits.response_seconds = PATIENCE
            await bot.start()
            stand = Stand(kind, discord, api, bot, Journal(bot), turns)
            await stand.order_another()  # it is given the id job-1
            yield stand
            assert await bot.stop() == 0
        finally:
            await bot.close()


@pytest.mark.parametrize("kinds", COMPANIES, ids=("together", "alone"))
async def test_every_row(tmp_path: Path, subtests: pytest.Subtests, kinds: tuple[Bot, ...]) -> None:
    async with AsyncExitStack() as stack:
        opening = [open_stand(kind, tmp_path / kind.name.lower()) for kind in kinds]
        stands = await asyncio.gather(*map(stack.enter_async_context, opening))
        plays = [
            (row.does, asyncio.create_task(stand.play(row)))
            for stand in stands
            for row in ROWS
            if row.bot is stand.kind
        ]
        await see(subtests, plays, {stand.kind.name: stand.journal for stand in stands})
