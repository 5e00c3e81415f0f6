"""Who asks, on which server, and about which event; refuses who may not before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.event_errors import EventUnknown
from bot.services.access import Action
from bot.tree import PRIVATE
from cogs.access import require
from db.event_models import Event, EventState, ServerChoices

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]


async def admit(interaction: Asked, action: Action) -> ServerChoices:
    """Return what the server has chosen, if who asks may do this; raises NotAllowed."""
    choices = await interaction.client.services.events.servers.get(interaction.guild_id or 0)
    require(interaction, action, choices)
    return choices


async def find(interaction: Asked, event: str) -> Event:
    """Return the server's event of this number or name; raises EventUnknown, also for a draft."""
    planning = interaction.client.services.events.planning
    found = await planning.find(interaction.guild_id or 0, event)
    if found.state is EventState.DRAFT:  # that is its organiser's, who has its preview
        raise EventUnknown
    return found


async def get(interaction: Asked, event_id: int) -> Event:
    """Return the server's event of this number; raises EventUnknown."""
    planning = interaction.client.services.events.planning
    return await planning.get(interaction.guild_id or 0, event_id)


async def think(interaction: Asked) -> None:
    """Answer at once, for one reader only; what there is to say follows."""
    interaction.extras[PRIVATE] = True
    await interaction.response.defer(ephemeral=True, thinking=True)


def filter_names(interaction: Asked, event: Event) -> list[str]:
    """Name the filters that an event allows; none where it allows all."""
    if not event.filters:
        return []
    planning = interaction.client.services.events.planning
    return [each.name for each in planning.filters_of(event)]
