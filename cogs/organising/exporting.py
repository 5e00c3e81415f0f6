"""/event export: all pictures of an event, behind a link or as several files, for who asks only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import discord

from bot.delivery.reasons import TooLarge, too_large
from bot.delivery.uploads import KNOWN_LIMITS, upload_limit
from bot.event_errors import ExportProblem, ExportRefused
from bot.services.access import Action
from cogs.callers import TOKEN_LIFE
from cogs.organising.asking import admit, find, think
from cogs.ui.events.export import link_page, packing_page, parts_page
from db.event_models import Event

if TYPE_CHECKING:
    from bot.client import FaceSwapBot
    from bot.services.events.exporting import Part, Parts

    Asked = discord.Interaction[FaceSwapBot]

AT_A_TIME = 10  # files of one command: more would bury what else is read there
SEND_SECONDS = 90  # that a file may take; with less left of the answer's time none is begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What /event export was asked for."""

    with_waiting: bool = False
    first: int = 1


async def export(interaction: Asked, event: str, wish: Wish) -> None:
    """Hand out the pictures, privately; raises ExportRefused."""
    await admit(interaction, Action.EVENT_EXPORT)
    await think(interaction)
    found = await find(interaction, event)
    exporting = interaction.client.services.events.exporting
    if exporting.has_links:
        offer = await exporting.offer(found, with_waiting=wish.with_waiting)
        await interaction.edit_original_response(view=link_page(found, offer))
        return
    ordinary = interaction.client.services.max_upload_bytes
    limit = upload_limit(interaction.guild, ordinary=ordinary)
    for lower in (limit, *(known for known in KNOWN_LIMITS if known < limit)):
        try:
            await _send_parts(interaction, found, wish, limit=lower)
        except TooLarge:  # Discord allows less here than it said: all parts are made smaller
            continue
        return
    raise ExportRefused(ExportProblem.TOO_LARGE)


async def _send_parts(interaction: Asked, event: Event, wish: Wish, *, limit: int) -> None:
    exporting = interaction.client.services.events.exporting
    last = wish.first + AT_A_TIME - 1
    sent = wish.first - 1
    async with exporting.parts(
        event, limit=limit, first=wish.first, with_waiting=wish.with_waiting
    ) as parts:
        # Before the first file, which would take the place of the answer otherwise.
        await interaction.edit_original_response(view=packing_page(event, parts.count))
        async for part in parts.each:
            with too_large():
                await _send(interaction, part)
            sent = part.number
            if sent == last or not _has_time(interaction):
                break
    await interaction.edit_original_response(view=_page(event, wish, parts, sent=sent))


async def _send(interaction: Asked, part: Part) -> None:
    await interaction.followup.send(
        file=discord.File(part.path, part.filename), ephemeral=True, wait=True
    )


def _has_time(interaction: Asked) -> bool:
    ends = interaction.created_at + TOKEN_LIFE
    return datetime.now(UTC) + timedelta(seconds=SEND_SECONDS) < ends


def _page(event: Event, wish: Wish, parts: Parts, *, sent: int) -> discord.ui.LayoutView:
    return parts_page(
        event,
        first=wish.first,
        last=sent,
        count=parts.count,
        pictures=parts.pictures,
        missing=parts.missing,
    )
