"""/quota: how many pictures a member has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from bot.tree import PRIVATE
from cogs.ui.lists import quota_list

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


class Quota(commands.Cog):
    """Shows members their quota."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    async def quota(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Show how many pictures you have left"""
        interaction.extras[PRIVATE] = True
        await interaction.response.defer(ephemeral=True)
        usages = await self._services.booth.usages(interaction.user.id, interaction.guild_id)
        await interaction.edit_original_response(view=quota_list(usages))


async def setup(bot: FaceSwapBot) -> None:
    """Add the command."""
    await bot.add_cog(Quota(bot.services))
