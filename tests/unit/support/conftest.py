from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import discord
import pytest
import yarl
from discord import app_commands
from discord.ext import commands

from tests.support.discord import Channel, DiscordStandIn, Guild, User


class Bot(commands.Bot):
    """An ordinary bot; tests add to its tree before it starts."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        super().__init__("!", intents=intents or discord.Intents.default(), help_command=None)
        self._connection.guild_ready_timeout = 0.01
        self.errors: list[Exception] = []
        self.tree.error(self._keep_error)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def _keep_error(
        self, _interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        self.errors.append(error)


class Stage:
    """A stand-in with a guild, a channel and a member, and a bot not yet started."""

    def __init__(self, standin: DiscordStandIn, bot: Bot) -> None:
        self.discord = standin
        self.bot = bot
        self.guild: Guild = standin.add_guild("Photo Club")
        self.booth: Channel = standin.add_text_channel(self.guild, "booth")
        self.alice: User = standin.add_user("alice")
        standin.add_member(self.guild, self.alice)
        self._task: asyncio.Task[None] | None = None

    async def start(self, *, token: str | None = None) -> None:
        self._task = asyncio.create_task(self.bot.start(token or self.discord.token))
        ready = asyncio.create_task(self.discord.ready())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            ready.cancel()
            self._task.result()
        await ready

    async def stop(self) -> None:
        await self.bot.close()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)


@pytest.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Stage, None]:
    async with DiscordStandIn(rate_limits=False) as standin:
        monkeypatch.setattr(discord.http.Route, "BASE", f"{standin.origin}/api/v10")
        monkeypatch.setattr(
            discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(standin.gateway_url)
        )
        stage = Stage(standin, Bot())
        yield stage
        await stage.stop()
