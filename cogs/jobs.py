"""/jobs: a member's own jobs, and the pictures that could not be posted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from bot.tree import PRIVATE
from cogs.ui.lists import jobs_list

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


class Jobs(commands.Cog):
    """Shows members what became of their orders."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    async def jobs(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Show your latest pictures and where they stand"""
        interaction.extras[PRIVATE] = True
        await interaction.response.defer(ephemeral=True)
        latest = await self._services.booth.latest(interaction.user.id)
        await interaction.edit_original_response(view=jobs_list(latest))


async def setup(bot: FaceSwapBot) -> None:
    """Add the command."""
    await bot.add_cog(Jobs(bot.services))
