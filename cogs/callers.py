"""From an interaction to what the services need: who asks, where, and where the answer goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from bot.errors import CannotPostHere
from bot.permissions import Use, needed
from bot.services.orders import Caller
from bot.tree import INTAKE, PRIVATE

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

CARD = "card"  # key in Interaction.extras: does the answer become a job's card?
TOKEN_LIFE = timedelta(minutes=14, seconds=30)  # Discord gives 15; an edit takes a moment


def check_may_post(interaction: discord.Interaction[FaceSwapBot], *, private: bool) -> None:
    """Refuse, before any work, where no picture could be posted; raises CannotPostHere."""
    if private or interaction.guild_id is None:
        return
    in_thread = isinstance(interaction.channel, discord.Thread)
    allowed = interaction.app_permissions
    missing = tuple(
        permission.name
        for permission in needed(Use.POST_IN_THREAD if in_thread else Use.POST)
        if not getattr(allowed, permission.flag)
    )
    if missing:
        raise CannotPostHere(missing)


async def open_card(interaction: discord.Interaction[FaceSwapBot], *, private: bool) -> Caller:
    """Answer at once with the message that becomes the job's card, and tell the services of it.

    From then on the order is open: should the bot be killed before it is a job, its member is told.
    Raises StorageUnavailable.
    """
    interaction.extras[PRIVATE] = private
    interaction.extras[CARD] = True
    response = await interaction.response.defer(ephemeral=private, thinking=True)
    message_id = response.message_id if response is not None else None
    if message_id is None:
        message_id = (await interaction.original_response()).id
    caller = caller_of(interaction, card_message_id=message_id)
    intake = interaction.client.services.intake
    await intake.open(caller)
    interaction.extras[INTAKE] = intake
    return caller


def caller_of(
    interaction: discord.Interaction[FaceSwapBot], *, card_message_id: int | None
) -> Caller:
    """Return who asks, with the message that shows their job."""
    return Caller(
        interaction_id=interaction.id,
        user_id=interaction.user.id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        card_message_id=card_message_id,
        token=interaction.token,
        token_expires_at=interaction.created_at + TOKEN_LIFE,
        locale=str(interaction.locale),
        role_ids=role_ids_of(interaction.user),
    )


def role_ids_of(user: discord.User | discord.Member) -> frozenset[int]:
    """Return the roles of somebody, as the interaction itself names them; none outside servers."""
    if not isinstance(user, discord.Member):
        return frozenset()
    return frozenset(role.id for role in user.roles)
