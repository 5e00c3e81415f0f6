"""From what organisers attach to what their event wears, and sample pictures to look at."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import discord

from bot import messages
from bot.artwork_errors import FrameRejected
from bot.errors import PhotoRejected
from faceswap.models import PhotoProblem

if TYPE_CHECKING:
    from bot.client import FaceSwapBot
    from bot.services.events.framing import Framed
    from db.event_models import Event

    Asked = discord.Interaction[FaceSwapBot]

READ_SECONDS = 30.0
LARGEST_UPLOAD = 8 * 2**20  # larger ones are not even fetched


async def read(attachment: discord.Attachment) -> bytes:
    """Fetch what was attached; raises PhotoRejected."""
    if attachment.size > LARGEST_UPLOAD:
        raise PhotoRejected(PhotoProblem.TOO_LARGE, max_bytes=LARGEST_UPLOAD)
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await attachment.read()
    except discord.NotFound:  # Discord keeps what was attached to a command for a while only
        raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE) from None


async def keep_frame(
    interaction: Asked, event: Event, attachment: discord.Attachment
) -> tuple[Event, list[str]]:
    """Give an event the frame of its form; one that cannot be used is told, and the rest stays."""
    dressing = interaction.client.services.events.dressing
    try:
        return await dressing.keep_frame(event, await read(attachment)), []
    except (FrameRejected, PhotoRejected) as refused:
        return event, [f"Without the frame: {messages.describe(refused)}"]


async def sample_file(interaction: Asked, event: Event) -> discord.File:
    """Return a picture as the event's guests get them."""
    return as_file(await interaction.client.services.events.dressing.sample(event))


def as_file(framed: Framed) -> discord.File:
    """Return a composed picture, to be sent."""
    return discord.File(io.BytesIO(framed.data), f"sample{framed.suffix}")
