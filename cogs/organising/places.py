"""What the bot may do in the channels of an event; asked before an event is made or changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import discord

from bot.organising_errors import (
    BotMayNot,
    CallProblem,
    ChannelNeeded,
    Need,
    RoleCannotBeCalled,
)
from bot.permissions import Use, needed
from db.event_models import EventPlan, Place

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]

GalleryChannel: TypeAlias = discord.TextChannel | discord.ForumChannel

_USES: dict[Need, tuple[Use, ...]] = {
    Need.PANEL: (Use.POST, Use.FIND),
    Need.GALLERY: (Use.POST, Use.FIND),
    Need.THREAD: (Use.OPEN_THREAD, Use.FIND),
    Need.MEDIA: (Use.POST, Use.POST_IN_THREAD, Use.FIND),  # a post is a thread
    Need.REVIEW: (Use.POST, Use.FIND),
    Need.LOG: (Use.POST,),
}


def panel_channel(interaction: Asked, chosen: discord.TextChannel | None) -> discord.TextChannel:
    """Return where an event is announced: the chosen channel, or the one that is asked in."""
    here = interaction.channel
    if isinstance(here, discord.Thread):
        here = here.parent
    channel = chosen or here
    if not isinstance(channel, discord.TextChannel):
        raise ChannelNeeded
    require(channel, Need.PANEL)
    return channel


def missing(channel: discord.abc.GuildChannel, need: Need) -> tuple[str, ...]:
    """Name the permissions that the bot lacks for this in a channel."""
    mine = channel.permissions_for(channel.guild.me)
    wanted = dict.fromkeys(each for use in _USES[need] for each in needed(use))
    return tuple(each.name for each in wanted if not getattr(mine, each.flag))


def require(channel: discord.abc.GuildChannel, need: Need) -> None:
    """Raise BotMayNot where the bot lacks a permission."""
    lacking = missing(channel, need)
    if lacking:
        raise BotMayNot(need, channel_id=channel.id, missing=lacking)


def gallery_of(
    panel: discord.TextChannel, chosen: GalleryChannel | None
) -> tuple[Place, int | None]:
    """Say where pictures are shown: in the chosen channel, or else in a new thread.

    Where no thread can be opened, it is the panel's channel.
    """
    if isinstance(chosen, discord.ForumChannel):
        require(chosen, Need.MEDIA)
        return Place.MEDIA, chosen.id
    if chosen is not None:
        require(chosen, Need.GALLERY)
        return Place.CHANNEL, chosen.id
    if missing(panel, Need.THREAD):
        return Place.CHANNEL, panel.id
    return Place.THREAD, None


def check_role(interaction: Asked, role: discord.Role) -> None:
    """Refuse to call a role that the bot cannot, or that its organiser could not call."""
    if role.is_default():
        raise RoleCannotBeCalled(role.id, CallProblem.EVERYONE)
    if role.mentionable:
        return
    if not (interaction.permissions.mention_everyone or interaction.permissions.administrator):
        raise RoleCannotBeCalled(role.id, CallProblem.NOT_BY_ORGANISER)
    if not role.guild.me.guild_permissions.mention_everyone:
        raise RoleCannotBeCalled(role.id, CallProblem.NOT_BY_BOT)


def notes_on(interaction: Asked, plan: EventPlan) -> list[str]:
    """Say what an organiser should know of a plan, though nothing is wrong with it."""
    guild = interaction.guild
    if guild is None:
        return []
    notes = []
    panel = guild.get_channel(plan.channel_id)
    if plan.place is Place.CHANNEL and panel is not None and missing(panel, Need.THREAD):
        lacking = " and ".join(missing(panel, Need.THREAD))
        notes.append(f"I lack {lacking} here, so no thread is opened for the pictures.")
    mine = guild.me.guild_permissions
    if plan.wants_listing and not (mine.create_events or mine.manage_events):
        notes.append("I lack Create Events, so it is not listed among the server's events.")
    review = guild.get_channel(plan.review_channel_id or 0)
    if review is not None and review.permissions_for(guild.default_role).view_channel:
        notes.append(
            f"Everybody can look into <#{review.id}>, so pictures can be seen there before they "
            "are approved. Choose a channel for moderators only."
        )
    return notes
