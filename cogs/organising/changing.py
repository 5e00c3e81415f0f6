"""/event edit, pause, end and cancel: what changes an event that exists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import discord

from bot.event_errors import EventStandsElsewhere
from bot.organising_errors import Need
from bot.services.access import Action
from cogs.organising import places
from cogs.organising.asking import admit, find, think
from cogs.organising.making import ask, show
from cogs.ui.events.lists import paused_page, resumed_page
from cogs.ui.events.preview import (
    called_off_page,
    confirm_cancel_page,
    confirm_end_page,
    ended_page,
    left_page,
)
from db.event_models import Event, EventPlan, EventState

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What /event edit was given; None: leave it."""

    starts: str | None
    ends: str | None
    timezone: str | None
    approval: discord.TextChannel | None
    without_approval: bool
    guest_limit: int | None
    pot: int | None  # 0: any number
    theme: str | None
    ratio: str | None
    gender: int | None
    listing: bool | None

    @property
    def is_none(self) -> bool:
        """Tell whether nothing was given."""
        given = (getattr(self, name) for name in self.__dataclass_fields__)
        return all(value is None or value is False for value in given) and self.listing is None


async def edit(interaction: Asked, event: str, changes: Changes) -> None:
    """Change what was given; without anything, open the form."""
    await admit(interaction, Action.EVENT_EDIT)
    found = await find(interaction, event)
    if changes.is_none:
        await ask(interaction, found)
        return
    await think(interaction)
    plan = await _changed(interaction, found, changes)
    planning = interaction.client.services.events.planning
    await show(interaction, await planning.edit(found.guild_id, found.id, plan), notes=[])


async def pause(interaction: Asked, event: str) -> None:
    """Take no orders for a while; a second time, take them again."""
    await admit(interaction, Action.EVENT_PAUSE)
    await think(interaction)
    found = await find(interaction, event)
    planning = interaction.client.services.events.planning
    if found.state is EventState.PAUSED:
        view = resumed_page(await planning.resume(found.guild_id, found.id))
    else:
        view = paused_page(await planning.pause(found.guild_id, found.id))
    await interaction.edit_original_response(view=view)


async def ask_to_end(interaction: Asked, event: str) -> None:
    """Ask before an event ends early."""
    await admit(interaction, Action.EVENT_END)
    found = await find(interaction, event)
    if found.state not in {EventState.OPEN, EventState.PAUSED}:
        raise EventStandsElsewhere(found.state)
    await _ask(interaction, confirm_end_page(found))


async def ask_to_cancel(interaction: Asked, event: str) -> None:
    """Ask before an event is called off."""
    await admit(interaction, Action.EVENT_CANCEL)
    found = await find(interaction, event)
    if found.state.is_over:
        raise EventStandsElsewhere(found.state)
    await _ask(interaction, confirm_cancel_page(found))


async def end(interaction: Asked, event: Event) -> None:
    """End an event now: it was asked and confirmed."""
    await admit(interaction, Action.EVENT_END)
    await interaction.response.defer()
    planning = interaction.client.services.events.planning
    ended = await planning.end(event.guild_id, event.id)
    await interaction.edit_original_response(view=ended_page(ended))


async def cancel(interaction: Asked, event: Event) -> None:
    """Call an event off: it was asked and confirmed."""
    await admit(interaction, Action.EVENT_CANCEL)
    await interaction.response.defer()
    planning = interaction.client.services.events.planning
    called_off = await planning.cancel(event.guild_id, event.id)
    await interaction.edit_original_response(view=called_off_page(called_off))


async def never_mind(interaction: Asked, event: Event) -> None:
    """Leave an event as it is."""
    await interaction.response.defer()
    await interaction.edit_original_response(view=left_page(event), attachments=[])


async def _ask(interaction: Asked, view: discord.ui.LayoutView) -> None:
    await interaction.response.send_message(view=view, ephemeral=True)


async def _changed(interaction: Asked, event: Event, changes: Changes) -> EventPlan:
    planning = interaction.client.services.events.planning
    when = await planning.when(
        event.guild_id,
        start=changes.starts,
        end=changes.ends,
        zone=changes.timezone,
        event=event,
    )
    plan: EventPlan = replace(
        event, timezone=when.zone, starts_at=when.starts.at, ends_at=when.ends.at
    )
    if changes.approval is not None:
        places.require(changes.approval, Need.REVIEW)
        plan = replace(plan, review_channel_id=changes.approval.id)
    elif changes.without_approval:
        plan = replace(plan, review_channel_id=None)
    if changes.theme is not None:
        chosen = await planning.filters_named(changes.theme)
        plan = replace(plan, filters=tuple(str(each.id) for each in chosen))
    return replace(
        plan,
        guest_limit=changes.guest_limit or plan.guest_limit,
        pot=plan.pot if changes.pot is None else changes.pot or None,
        ratio=changes.ratio or plan.ratio,
        gender=plan.gender if changes.gender is None else changes.gender,
        wants_listing=plan.wants_listing if changes.listing is None else changes.listing,
    )
