"""From an interaction to what its person may do: `bot.services.access` holds the table."""

from __future__ import annotations

from typing import Any

import discord

from bot.organising_errors import NotAllowed, OnlyOnServers
from bot.services.access import Action, Standing, may
from db.event_models import ServerChoices

Asked = discord.Interaction[Any]


def standing_of(
    interaction: Asked,
    choices: ServerChoices,
    *,
    about: int | None = None,
    is_guest: bool = False,
) -> Standing:
    """Say what somebody is on this server.

    `about` is the channel whose moderators are asked for, None for the one they are in.
    """
    here = interaction.permissions
    there = here if about is None else _permissions_in(interaction, about)
    roles = _roles_of(interaction)
    return Standing(
        manages_server=here.manage_guild or here.administrator,
        manages_events=here.manage_events or here.administrator,
        manages_messages=there.manage_messages or there.administrator,
        has_organiser_role=choices.organiser_role_id in roles,
        has_moderator_role=choices.moderator_role_id in roles,
        is_guest=is_guest,
    )


def require(
    interaction: Asked,
    action: Action,
    choices: ServerChoices,
    *,
    about: int | None = None,
    is_guest: bool = False,
) -> None:
    """Refuse who may not do this; raises NotAllowed, or OnlyOnServers in direct messages."""
    if interaction.guild_id is None:
        raise OnlyOnServers
    standing = standing_of(interaction, choices, about=about, is_guest=is_guest)
    if not may(standing, action):
        raise NotAllowed(action, organiser_role_id=choices.organiser_role_id)


def is_organiser(interaction: Asked, choices: ServerChoices) -> bool:
    """Tell whether somebody sees what organisers see."""
    return may(standing_of(interaction, choices), Action.EVENT_EDIT)


def _permissions_in(interaction: Asked, channel_id: int) -> discord.Permissions:
    """Work out what somebody may do in another channel of the server; nothing in an unknown one."""
    channel = interaction.guild.get_channel(channel_id) if interaction.guild else None
    if channel is None or not isinstance(interaction.user, discord.Member):
        return discord.Permissions.none()
    return channel.permissions_for(interaction.user)


def _roles_of(interaction: Asked) -> set[int]:
    """Return the roles that somebody was given; the one that everybody has is nobody's."""
    if not isinstance(interaction.user, discord.Member):
        return set()
    return {role.id for role in interaction.user.roles if not role.is_default()}
