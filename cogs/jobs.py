"""/jobs: a member's own jobs, and the pictures that could not be posted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from bot.tree import PRIVATE
from cogs.callers import CARD
from cogs.ui.lists import jobs_list, waiting_page

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    AnyCommand = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu


class Jobs(commands.Cog):
    """Shows members what became of their orders."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    async def jobs(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Show your latest pictures and where they stand"""
        interaction.extras[PRIVATE] = True
        await interaction.response.defer(ephemeral=True)
        latest, kept = await self._services.booth.overview(interaction.user.id)
        in_events = await self._services.events.curation.made_by(interaction.user.id)
        await interaction.edit_original_response(view=jobs_list(latest, kept, in_events))

    @commands.Cog.listener()
    async def on_app_command_completion(
        self, interaction: discord.Interaction[FaceSwapBot], command: AnyCommand
    ) -> None:
        """Mention pictures that wait to a member who is here again.

        Where the answer is a card, whoever brings the picture does so: this would take its place.
        """
        if command.name == self.jobs.name or interaction.extras.get(CARD):
            return
        waiting = await self._services.booth.waiting(interaction.user.id)
        if waiting:
            await interaction.followup.send(view=waiting_page(waiting), ephemeral=True)


async def setup(bot: FaceSwapBot) -> None:
    """Add the command."""
    await bot.add_cog(Jobs(bot.services))
