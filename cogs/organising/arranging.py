"""/event settings and unblock: who may do what on a server, and who may take part again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.event_errors import PlanProblem, PlanRejected
from bot.organising_errors import CallProblem, Need, RoleCannotBeCalled
from bot.services.access import Action
from bot.services.events.zones import find_zone
from cogs.access import require
from cogs.organising import places
from cogs.organising.asking import admit, find, think
from cogs.ui.events.preview import unblocked_page
from cogs.ui.events.settings import settings_page

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]

CLEARABLE = ("organiser_role", "moderator_role", "log_channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What /event settings was given."""

    organiser_role: discord.Role | None
    moderator_role: discord.Role | None
    log_channel: discord.TextChannel | None
    timezone: str | None
    clear: str | None

    @property
    def is_none(self) -> bool:
        """Tell whether the settings are only looked at."""
        return all(getattr(self, name) is None for name in self.__dataclass_fields__)


async def arrange(interaction: Asked, wishes: Wishes) -> None:
    """Change what was given, and show the settings; organisers may look at them."""
    await admit(interaction, Action.EVENT_EDIT if wishes.is_none else Action.EVENT_SETTINGS)
    await think(interaction)
    servers, guild_id = interaction.client.services.events.servers, interaction.guild_id or 0
    _check(wishes)
    if wishes.clear == "organiser_role" or wishes.organiser_role is not None:
        await servers.set_organiser_role(guild_id, _id(wishes.organiser_role))
    if wishes.clear == "moderator_role" or wishes.moderator_role is not None:
        await servers.set_moderator_role(guild_id, _id(wishes.moderator_role))
    if wishes.clear == "log_channel" or wishes.log_channel is not None:
        await servers.set_log_channel(guild_id, _id(wishes.log_channel))
    if wishes.timezone is not None:
        await servers.set_timezone(guild_id, find_zone(wishes.timezone) or "")
    choices = await servers.get(guild_id)
    view = settings_page(choices, changed=not wishes.is_none)
    await interaction.edit_original_response(view=view)


async def unblock(interaction: Asked, event: str, guest: discord.abc.User) -> None:
    """Let a guest take part again."""
    services = interaction.client.services.events
    found = await find(interaction, event)
    choices = await services.servers.get(found.guild_id)
    require(interaction, Action.UNBLOCK, choices, about=found.review_channel_id)
    await think(interaction)
    was_blocked = await services.curation.unblock(found.id, guest.id)
    view = unblocked_page(found, guest.id, was_blocked=was_blocked)
    await interaction.edit_original_response(view=view)


def _check(wishes: Wishes) -> None:
    """Refuse what cannot be, before anything is changed."""
    for role in (wishes.organiser_role, wishes.moderator_role):
        if role is not None and role.is_default():
            raise RoleCannotBeCalled(role.id, CallProblem.EVERYONE)
    if wishes.log_channel is not None:
        places.require(wishes.log_channel, Need.LOG)
    if wishes.timezone is not None and find_zone(wishes.timezone) is None:
        raise PlanRejected(PlanProblem.TIMEZONE)


def _id(thing: discord.abc.Snowflake | None) -> int | None:
    return None if thing is None else thing.id
