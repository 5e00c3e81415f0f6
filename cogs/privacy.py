"""/privacy: what is stored of a member, and one button that deletes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from bot.tree import notice, report
from cogs.ui.buttons import Button
from cogs.ui.privacy import ERASE_TEMPLATE, confirm_page, erase_button, privacy_page

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


class Privacy(commands.Cog):
    """Shows what is stored."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    async def privacy(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Show what I store about you, and delete it"""
        await interaction.response.send_message(view=privacy_page(self._services), ephemeral=True)


class EraseButton(discord.ui.DynamicItem[Button], template=ERASE_TEMPLATE):
    """Answers "Delete my data" by asking once more, and then deletes."""

    def __init__(self, *, confirmed: bool) -> None:
        super().__init__(erase_button(confirmed=confirmed))
        self._confirmed = confirmed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(confirmed=match["step"] == "confirm")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self._erase(interaction)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)

    async def _erase(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        if not self._confirmed:
            await interaction.response.edit_message(view=confirm_page())
            return
        await interaction.response.defer()
        cancelled = await interaction.client.services.privacy.erase(interaction.user.id)
        text = "Done: your photos, pictures, words and consent are deleted here."
        if cancelled:
            text += f" I also cancelled {cancelled} of your jobs."
        text += " Pictures already posted on Discord stay until you delete those messages."
        await interaction.edit_original_response(view=notice(text))


async def setup(bot: FaceSwapBot) -> None:
    """Add the command and have discord.py route presses on its buttons here."""
    await bot.add_cog(Privacy(bot.services))
    bot.add_dynamic_items(EraseButton)
