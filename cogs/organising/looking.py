"""/event list and show: everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.naming import clean
from bot.services.access import Action
from cogs.access import is_organiser
from cogs.organising.asking import admit, filter_names, find, think
from cogs.ui.events.lists import STATES, event_list, event_page
from db.event_models import Event

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]

CHOICE_LENGTH = 100  # characters Discord shows of a choice


async def list_events(interaction: Asked) -> None:
    """Show a server's events to who asks."""
    await admit(interaction, Action.EVENT_LIST)
    await think(interaction)
    events = await interaction.client.services.events.planning.list(interaction.guild_id or 0)
    await interaction.edit_original_response(view=event_list(events))


async def show(interaction: Asked, event: str) -> None:
    """Show one event to who asks; organisers see more of it."""
    choices = await admit(interaction, Action.EVENT_SHOW)
    await think(interaction)
    found = await find(interaction, event)
    planning = interaction.client.services.events.planning
    overview = await planning.show(found.guild_id, found.id)
    await interaction.edit_original_response(
        view=event_page(
            overview.event,
            overview.counts,
            filters=filter_names(interaction, overview.event),
            organiser=is_organiser(interaction, choices),
        )
    )


def choice_name(event: Event) -> str:
    """Name an event in a list to pick from; two of one name differ by their number."""
    tail = f" · {STATES[event.state]} · {event.id}"
    return f"{clean(event.name, longest=CHOICE_LENGTH - len(tail))}{tail}"
