"""/filters: look through the filters and try one, all without typing its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from bot.tree import PRIVATE, report
from cogs.ordering import take_order
from cogs.ui.buttons import Button
from cogs.ui.gallery import (
    PAGE_TEMPLATE,
    TRY_TEMPLATE,
    gallery_page,
    page_button,
    page_of,
    preview_files,
    try_button,
)
from cogs.ui.try_form import read_form, try_form
from faceswap.models import FilterId, parse_filter_id

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


class Filters(commands.Cog):
    """Shows the gallery, and takes the orders of its forms."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    async def filters(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Look through the filters and try one"""
        interaction.extras[PRIVATE] = True
        await interaction.response.defer(ephemeral=True, thinking=True)
        await _show(interaction, page=1)

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Answer a form that was sent in, also when the bot was restarted meanwhile."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data
        match = re.fullmatch(TRY_TEMPLATE, data["custom_id"])
        if match is None:
            return
        try:
            filter_id = parse_filter_id(match["filter_id"])
            chosen = await self._services.catalogue.get(filter_id)
            photo, order = read_form(interaction, chosen)
            await take_order(interaction, photo, order)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


class PageButton(discord.ui.DynamicItem[Button], template=PAGE_TEMPLATE):
    """Turns to another page, whichever process showed the first one."""

    def __init__(self, page: int) -> None:
        super().__init__(page_button("Next", page))
        self._page = page

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["page"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await interaction.response.defer()
            await _show(interaction, page=self._page)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


class TryButton(discord.ui.DynamicItem[Button], template=TRY_TEMPLATE):
    """Opens the form of one filter."""

    def __init__(self, filter_id: FilterId) -> None:
        super().__init__(try_button(filter_id))
        self._filter_id = filter_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(parse_filter_id(match["filter_id"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            chosen = await interaction.client.services.catalogue.get(self._filter_id)
            await interaction.response.send_modal(try_form(chosen))
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


async def _show(interaction: discord.Interaction[FaceSwapBot], *, page: int) -> None:
    """Put a page in the place of what the interaction showed before."""
    services = interaction.client.services
    shown = page_of(await services.catalogue.offered(), page)
    files = preview_files(await services.previews.of(shown.filters))
    await interaction.edit_original_response(
        view=gallery_page(shown, files), attachments=list(files.values())
    )


async def setup(bot: FaceSwapBot) -> None:
    """Add the command, and have discord.py route presses on the gallery's buttons here."""
    await bot.add_cog(Filters(bot.services))
    bot.add_dynamic_items(PageButton, TryButton)
