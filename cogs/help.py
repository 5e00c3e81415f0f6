"""/help: what the bot can do, in one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from cogs.ui.lists import help_page

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


class Help(commands.Cog):
    """Explains the bot."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    async def help(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Show what I can do"""
        await interaction.response.send_message(view=help_page(self._services), ephemeral=True)


async def setup(bot: FaceSwapBot) -> None:
    """Add the command."""
    await bot.add_cog(Help(bot.services))
