"""Pictures of community events: the buttons of moderators, voters and guests, and deletions."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord.ext import commands

from bot import picture_messages as words
from bot.services.access import Action, may
from bot.services.bundle import Services
from bot.tree import PRIVATE, notice, report
from cogs.access import require, standing_of
from cogs.ui.buttons import Button
from cogs.ui.events.picture_buttons import (
    PICTURE_TEMPLATE,
    REJECT_FORM,
    PictureVerb,
    picture_button,
)
from cogs.ui.events.pictures import confirm_block, decided_card
from cogs.ui.events.step_in import read_reason, reason_form

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Press = discord.Interaction[FaceSwapBot]


class EventPictures(commands.Cog):
    """Hears of rejections, and of messages that somebody deletes by hand."""

    def __init__(self, services: Services) -> None:
        self._curation = services.events.curation

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Press) -> None:
        """Answer a moderator's reason, also when the bot was restarted meanwhile."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data
        match = re.fullmatch(REJECT_FORM, data["custom_id"])
        if match is None:
            return
        try:
            await _reject(interaction, int(match["picture_id"]))
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, deleted: discord.RawMessageDeleteEvent) -> None:
        await self._curation.message_deleted(deleted.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, deleted: discord.RawBulkMessageDeleteEvent) -> None:
        for message_id in deleted.message_ids:
            await self._curation.message_deleted(message_id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, deleted: discord.RawThreadDeleteEvent) -> None:
        """Follow who deletes a post of a media channel: its first message has the same number."""
        await self._curation.message_deleted(deleted.thread_id)


class PictureButton(discord.ui.DynamicItem[Button], template=PICTURE_TEMPLATE):
    """Answers a press on any picture's button, whichever process made it and however long ago."""

    def __init__(self, picture_id: int, verb: PictureVerb) -> None:
        super().__init__(picture_button(picture_id, verb))
        self._picture_id = picture_id
        self._verb = verb

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["picture_id"]), PictureVerb(match["verb"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await _ACTIONS[self._verb](interaction, self._picture_id)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


async def _approve(interaction: Press, picture_id: int) -> None:
    await _require(interaction, Action.APPROVE)
    await interaction.response.defer()
    curation = interaction.client.services.events.curation
    await curation.approve(picture_id, by=interaction.user.id)
    await _show_decision(interaction, picture_id)


async def _ask_why(interaction: Press, picture_id: int) -> None:
    await _require(interaction, Action.REJECT)
    await interaction.response.send_modal(reason_form(picture_id))


async def _reject(interaction: Press, picture_id: int) -> None:
    await _require(interaction, Action.REJECT)
    await interaction.response.defer()
    curation = interaction.client.services.events.curation
    await curation.reject(picture_id, by=interaction.user.id, reason=read_reason(interaction))
    await _show_decision(interaction, picture_id)


async def _ask_to_block(interaction: Press, picture_id: int) -> None:
    await _require(interaction, Action.BLOCK)
    _, picture = await interaction.client.services.events.curation.get(picture_id)
    await interaction.response.send_message(view=confirm_block(picture), ephemeral=True)


async def _block(interaction: Press, picture_id: int) -> None:
    await _require(interaction, Action.BLOCK)
    await interaction.response.defer()
    curation = interaction.client.services.events.curation
    _, picture = await curation.get(picture_id)
    gone = await curation.block(picture_id, by=interaction.user.id)
    booth = interaction.client.services.booth
    await booth.cancel_waiting_in(picture.event_id, picture.user_id)
    said = words.blocked(picture.user_id, len(gone))
    await interaction.edit_original_response(view=notice(said))


async def _vote(interaction: Press, picture_id: int) -> None:
    curation = interaction.client.services.events.curation
    is_vote = await curation.vote(picture_id, by=interaction.user.id)
    said = words.VOTED if is_vote else words.VOTE_TAKEN_BACK
    await interaction.response.send_message(view=notice(said), ephemeral=True)


async def _remove(interaction: Press, picture_id: int) -> None:
    services = interaction.client.services
    choices = await services.events.servers.get(interaction.guild_id or 0)
    await services.events.curation.remove(
        picture_id,
        by=interaction.user.id,
        may_moderate=may(standing_of(interaction, choices), Action.REMOVE_PICTURE),
    )
    interaction.extras[PRIVATE] = True
    await interaction.response.send_message(view=notice(words.TAKEN_BACK), ephemeral=True)


async def _require(interaction: Press, action: Action) -> None:
    choices = await interaction.client.services.events.servers.get(interaction.guild_id or 0)
    require(interaction, action, choices)


async def _show_decision(interaction: Press, picture_id: int) -> None:
    """Say on the moderators' message what was decided; the curator does where this fails."""
    curation = interaction.client.services.events.curation
    event, picture = await curation.get(picture_id)
    with contextlib.suppress(discord.HTTPException):
        await interaction.edit_original_response(view=decided_card(event, picture), attachments=[])
        await curation.decision_shown(picture)


_ACTIONS = {
    PictureVerb.APPROVE: _approve,
    PictureVerb.REJECT: _ask_why,
    PictureVerb.BLOCK: _ask_to_block,
    PictureVerb.BLOCK_SURELY: _block,
    PictureVerb.VOTE: _vote,
    PictureVerb.REMOVE: _remove,
}


async def setup(bot: FaceSwapBot) -> None:
    """Have discord.py route presses, reasons and deletions here."""
    await bot.add_cog(EventPictures(bot.services))
    bot.add_dynamic_items(PictureButton)
