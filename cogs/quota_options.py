"""What the commands of /quota ask for, who may send them, and how they answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.quota_errors import NothingChosen, WhomUnclear
from bot.services.access import Action
from bot.services.quotas import Person, whom_of
from bot.tree import PRIVATE
from cogs.access import require
from cogs.callers import role_ids_of
from cogs.ui.quota import page
from db.models import Stacking, Window
from db.quota_models import Whom

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]

MOST = 100_000  # pictures or credits of a rule
LONGEST_GRANT = 365  # days
LONGEST_COOLDOWN = 86_400  # seconds
_ANY = [Window.HOUR, Window.DAY, Window.WEEK, Window.MONTH, Window.EVENT, Window.TOTAL]
_NAMES = {
    Window.HOUR: "Hour",
    Window.DAY: "Day",
    Window.WEEK: "Week",
    Window.MONTH: "Month",
    Window.EVENT: "Each event",
    Window.TOTAL: "In all",
}
WINDOWS = [app_commands.Choice(name=_NAMES[each], value=each.value) for each in _ANY]
POT_WINDOWS = [choice for choice in WINDOWS if choice.value in {"day", "month"}]
HOW = [
    app_commands.Choice(name="The best counts", value=Stacking.BEST.value),
    app_commands.Choice(name="They add up", value=Stacking.ADD.value),
]
Amount = app_commands.Range[int, 0, MOST]


async def organiser(interaction: Asked, action: Action) -> Person:
    """Answer later, and refuse who may not do this; raises OnlyOnServers, NotAllowed."""
    await answer_later(interaction)
    choices = await interaction.client.services.quotas.choices(interaction.guild_id or 0)
    require(interaction, action, choices)
    return person(interaction)


async def answer_later(interaction: Asked) -> None:
    """Answer at once that an answer follows, for one reader."""
    interaction.extras[PRIVATE] = True
    await interaction.response.defer(ephemeral=True, thinking=True)


async def say(interaction: Asked, text: str) -> None:
    """Answer in words."""
    await interaction.edit_original_response(view=page(text))


def person(interaction: Asked) -> Person:
    """Return who asks."""
    return Person(
        user_id=interaction.user.id,
        guild_id=interaction.guild_id or 0,
        role_ids=role_ids_of(interaction.user),
    )


def other(interaction: Asked, member: discord.Member) -> Person:
    """Return somebody who was named."""
    return Person(
        user_id=member.id, guild_id=interaction.guild_id or 0, role_ids=role_ids_of(member)
    )


def whom_of_options(
    interaction: Asked, member: discord.Member | None, role: discord.Role | None
) -> Whom:
    """Say whom a command is about; raises WhomUnclear."""
    return whom_of(
        interaction.guild_id or 0,
        member_id=member.id if member else None,
        role_id=role.id if role else None,
    )


def require_whom(
    member: discord.Member | None, role: discord.Role | None, *, everybody: bool
) -> None:
    """Take nobody's silence for everybody; raises NothingChosen, WhomUnclear."""
    if member is None and role is None and not everybody:
        raise NothingChosen
    if everybody and (member or role):
        raise WhomUnclear


def require_amount(amount: int | None, *, remove: bool) -> None:
    """Take away only what is said to be taken away; raises NothingChosen."""
    if (amount is None) != remove:
        raise NothingChosen


async def holders(interaction: Asked, role: Whom, *, of: Iterable[int]) -> frozenset[int]:
    """Ask Discord who of these members has a role; it names nobody by itself without an intent."""
    found = set()
    for user_id in of:
        assert interaction.guild is not None, "roles are those of a server"
        with contextlib.suppress(discord.NotFound):  # has left
            member = await interaction.guild.fetch_member(user_id)
            if role.scope_id in role_ids_of(member):
                found.add(user_id)
    return frozenset(found)
