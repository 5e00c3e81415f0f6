"""/imagine: a picture from words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from bot.services.orders import PromptOrder
from bot.services.prompts import MAX_LENGTH, check_prompt
from cogs.callers import check_may_post, open_card

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


class Imagine(commands.Cog):
    """Takes orders for pictures from words."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    @app_commands.describe(
        prompt="What should be in the picture?",
        private="Only you see the picture",
        spoiler="Hide the picture until it is clicked",
    )
    async def imagine(
        self,
        interaction: discord.Interaction[FaceSwapBot],
        prompt: app_commands.Range[str, 1, MAX_LENGTH],
        private: bool = False,
        spoiler: bool = False,
    ) -> None:
        """Make a picture from words"""
        order = PromptOrder(prompt=check_prompt(prompt), private=private, spoiler=spoiler)
        check_may_post(interaction, private=private)
        caller = await open_card(interaction, private=private)
        await self._services.booth.check(caller, order)
        await self._services.booth.order_prompt(caller, order)


async def setup(bot: FaceSwapBot) -> None:
    """Add the command."""
    await bot.add_cog(Imagine(bot.services))
