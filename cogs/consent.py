"""The button of the consent card: consent is recorded, and the waiting order goes on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.services.privacy import CONSENT_VERSION
from bot.tree import notice, report
from cogs.ui.buttons import Button
from cogs.ui.consent import CONSENT_TEMPLATE, consent_button, consent_card

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


class ConsentButton(discord.ui.DynamicItem[Button], template=CONSENT_TEMPLATE):
    """Answers "I agree", also when the bot was restarted meanwhile."""

    def __init__(self, version: int) -> None:
        super().__init__(consent_button(version))
        self._version = version

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["version"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self._agree(interaction)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)

    async def _agree(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        services = interaction.client.services
        if self._version != CONSENT_VERSION:  # the text has changed since this button was made
            await interaction.response.edit_message(view=consent_card(services))
            return
        resume = interaction.client.pending.take(interaction.user.id)
        if resume is not None:
            await resume(interaction)
            return
        await interaction.response.defer()
        await services.privacy.give_consent(interaction.user.id)
        again = "Thank you. Now please type your command again: I did not keep the photo."
        await interaction.edit_original_response(view=notice(again))


async def setup(bot: FaceSwapBot) -> None:
    """Have discord.py route presses on consent buttons here."""
    bot.add_dynamic_items(ConsentButton)
