"""/event wall: its link, for who shows it; renewed and revoked with the buttons below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.services.access import Action
from cogs.organising.asking import admit, find, think
from cogs.ui.events.preview import no_wall_page, wall_page
from db.event_models import Event

if TYPE_CHECKING:
    from bot.client import FaceSwapBot
    from bot.services.events.walls import WallLink

    Asked = discord.Interaction[FaceSwapBot]


async def show(interaction: Asked, event: str) -> None:
    """Show the link to an event's wall, made if there is none; raises NoWall."""
    await admit(interaction, Action.EVENT_WALL)
    await think(interaction)
    found = await find(interaction, event)
    link = await interaction.client.services.events.walls.open(found.id)
    await interaction.edit_original_response(view=_page(found, link))


async def renew(interaction: Asked, event: Event) -> None:
    """Give a wall another link."""
    await admit(interaction, Action.EVENT_WALL)
    await interaction.response.defer()
    link = await interaction.client.services.events.walls.renew(event.id)
    await interaction.edit_original_response(view=_page(event, link))


async def revoke(interaction: Asked, event: Event) -> None:
    """Take a wall's link away."""
    await admit(interaction, Action.EVENT_WALL)
    await interaction.response.defer()
    await interaction.client.services.events.walls.revoke(event.id)
    await interaction.edit_original_response(view=no_wall_page(event))


def _page(event: Event, link: WallLink) -> discord.ui.LayoutView:
    return wall_page(event, url=link.url, join_url=link.join_url, code=link.code)
