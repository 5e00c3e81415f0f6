"""Guests of community events: the panel's buttons, and the form that they send in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord.ext import commands

from bot.services.bundle import Services
from bot.tree import PRIVATE, report
from cogs.callers import caller_of
from cogs.ordering import take_order
from cogs.ui.buttons import Button
from cogs.ui.events.buttons import join_button, standings_button
from cogs.ui.events.lists import leaderboard_card
from cogs.ui.events.step_in import STEP_IN_TEMPLATE, chosen_filter, read_step_in, step_in_form

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


class Guests(commands.Cog):
    """Takes the orders of guests."""

    def __init__(self, services: Services) -> None:
        self._guests = services.events.guests

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Answer a form that was sent in, also when the bot was restarted meanwhile."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data
        match = re.fullmatch(STEP_IN_TEMPLATE, data["custom_id"])
        if match is None:
            return
        interaction.extras[PRIVATE] = True
        try:
            event, chosen = await self._guests.enter_with(
                int(match["event_id"]), interaction.user.id, chosen_filter(interaction)
            )
            photo, order = read_step_in(interaction, event, chosen)
            await take_order(interaction, photo, order)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


class JoinButton(discord.ui.DynamicItem[Button], template=r"event:(?P<event_id>[0-9]{1,18}):join"):
    """Opens the form, whichever process posted the panel."""

    def __init__(self, event_id: int) -> None:
        super().__init__(join_button(event_id, is_open=True))
        self._event_id = event_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["event_id"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            services: Services = interaction.client.services
            entrance = await services.events.guests.enter(self._event_id, interaction.user.id)
            caller = caller_of(interaction, card_message_id=None)
            await services.booth.check_guest(caller, self._event_id)
            form = step_in_form(
                entrance.event, entrance.filters, kept_days=services.event_keep_days
            )
            await interaction.response.send_modal(form)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


class StandingsButton(
    discord.ui.DynamicItem[Button], template=r"event:(?P<event_id>[0-9]{1,18}):standings"
):
    """Shows who leads, to the one who presses it."""

    def __init__(self, event_id: int) -> None:
        super().__init__(standings_button(event_id))
        self._event_id = event_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["event_id"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            curation = interaction.client.services.events.curation
            event, best, is_final = await curation.standings(self._event_id)
            view = leaderboard_card(event, best, is_final=is_final)
            await interaction.response.send_message(
                view=view, ephemeral=True, allowed_mentions=discord.AllowedMentions.none()
            )
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


async def setup(bot: FaceSwapBot) -> None:
    """Have discord.py route forms and presses of guests here."""
    await bot.add_cog(Guests(bot.services))
    bot.add_dynamic_items(JoinButton, StandingsButton)
