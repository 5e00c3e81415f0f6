"""What the buttons and the form of organisers do, whichever process had shown them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord.ext import commands

from bot.tree import report
from cogs.organising import changing, framing, making, walling
from cogs.organising.asking import get
from cogs.ui.buttons import Button
from cogs.ui.events.buttons import DRAFT_TEMPLATE, STEP_TEMPLATE, Step, step_button

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Press = discord.Interaction[FaceSwapBot]


class StepButton(discord.ui.DynamicItem[Button], template=STEP_TEMPLATE):
    """Answers a press on an organiser's button; each action looks at who presses."""

    def __init__(self, event_id: int, step: Step) -> None:
        super().__init__(step_button(event_id, step))
        self._event_id = event_id
        self._step = step

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["event_id"]), Step(match["step"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            event = await get(interaction, self._event_id)
            await _ACTIONS[self._step](interaction, event)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


class EventForms(commands.Cog):
    """Takes the form that was sent in, also when the bot was restarted meanwhile."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[FaceSwapBot]) -> None:
        """Answer it if it is ours."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data
        match = re.fullmatch(DRAFT_TEMPLATE, data["custom_id"])
        if match is None:
            return
        try:
            await making.take_form(interaction, int(match["event_id"]))
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


_ACTIONS = {
    Step.CREATE: making.create,
    Step.CHANGE: making.ask_again,
    Step.DISCARD: making.discard,
    Step.END: changing.end,
    Step.CANCEL: changing.cancel,
    Step.KEEP_FRAME: framing.keep,
    Step.RENEW_WALL: walling.renew,
    Step.REVOKE_WALL: walling.revoke,
    Step.NEVER_MIND: changing.never_mind,
}


async def setup(bot: FaceSwapBot) -> None:
    """Have discord.py route organisers' buttons and forms here."""
    bot.add_dynamic_items(StepButton)
    await bot.add_cog(EventForms())
