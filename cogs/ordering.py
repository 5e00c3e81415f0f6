"""From a photo and an order to a job, whichever command or form they came from."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import discord

from bot.errors import PhotoRejected
from bot.services.orders import SwapOrder
from cogs.callers import check_may_post, open_card
from cogs.ui.consent import consent_card
from faceswap.models import PhotoProblem

if TYPE_CHECKING:
    from bot.client import FaceSwapBot


READ_SECONDS = 60.0  # others wait for the room that a photo takes


async def take_order(
    interaction: discord.Interaction[FaceSwapBot], photo: discord.Attachment, order: SwapOrder
) -> None:
    """Answer with a card and queue the job, asking for consent first; raises UserError."""
    services = interaction.client.services
    check_may_post(interaction, private=order.private)
    _check_size(photo, limit=services.booth.max_photo_bytes)
    if await services.privacy.has_consented(interaction.user.id):
        await _order(interaction, photo, order)
    else:
        await _ask_consent(interaction, photo, order)


async def _order(
    interaction: discord.Interaction[FaceSwapBot],
    photo: discord.Attachment,
    order: SwapOrder,
    *,
    agreed: bool = False,
) -> None:
    services = interaction.client.services
    caller = await open_card(interaction, private=order.private)
    if agreed:
        await services.privacy.give_consent(caller.user_id)
    await services.booth.check(caller, order)
    async with services.booth.room(photo.size):
        await services.booth.order_swap(caller, order, await _read(photo))


async def _ask_consent(
    interaction: discord.Interaction[FaceSwapBot], photo: discord.Attachment, order: SwapOrder
) -> None:
    async def go_on(later: discord.Interaction[FaceSwapBot]) -> None:
        try:
            await _order(later, photo, order, agreed=True)
        finally:  # the question is answered, whatever comes of the order
            with contextlib.suppress(discord.HTTPException):
                await interaction.delete_original_response()

    bot = interaction.client
    bot.pending.put(interaction.user.id, go_on)
    await interaction.response.send_message(view=consent_card(bot.services), ephemeral=True)


def _check_size(photo: discord.Attachment, *, limit: int) -> None:
    if photo.size > limit:
        raise PhotoRejected(PhotoProblem.TOO_LARGE, max_bytes=limit)
    if photo.size == 0:
        raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE)


async def _read(photo: discord.Attachment) -> bytes:
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await photo.read()
    except discord.NotFound:  # Discord keeps what was attached to a command for a while only
        raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE) from None
