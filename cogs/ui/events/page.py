"""What all pages of community events are made of: one container whose buttons stay. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import discord

from bot.naming import escaped
from cogs.ui.buttons import Button
from db.event_models import Event

Item: TypeAlias = discord.ui.Item[discord.ui.LayoutView]
Picture: TypeAlias = discord.File | str  # sent with the message; or the address of one in it

BLURPLE = discord.Colour.blurple()
GREEN = discord.Colour.green()
GOLD = discord.Colour.gold()
GREY = discord.Colour.light_grey()
RED = discord.Colour.red()

BUTTONS_IN_A_ROW = 5


def page(*parts: str | Item | None, colour: discord.Colour = BLURPLE) -> discord.ui.LayoutView:
    """Return a message of texts and other parts; those that are None or empty are left out."""
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        accent_colour=colour
    )
    for part in parts:
        if isinstance(part, str):
            if part:
                container.add_item(discord.ui.TextDisplay(part))
        elif part is not None:
            container.add_item(part)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()  # its buttons are found by their custom ids
    return view


def row(buttons: Sequence[Button]) -> discord.ui.ActionRow[discord.ui.LayoutView] | None:
    """Return a row of at most five buttons; None without any."""
    return discord.ui.ActionRow(*buttons) if buttons else None


def shown(picture: Picture | None, alt_text: str) -> Item | None:
    """Return a picture with the words for who cannot see it."""
    if picture is None:
        return None
    item = discord.MediaGalleryItem(picture, description=alt_text[:1000])
    return discord.ui.MediaGallery(item)


def link(guild_id: int, channel_id: int, message_id: int | None = None) -> str:
    """Return the address of a channel, or of a message in it, in Discord."""
    path = f"{guild_id}/{channel_id}" + (f"/{message_id}" if message_id else "")
    return f"https://discord.com/channels/{path}"


def where(event: Event) -> str:
    """Return the address of an event's panel, or of its channel while there is no panel."""
    return link(event.guild_id, event.channel_id, event.panel_message_id)


def named(event: Event) -> str:
    """Name an event in bold, whatever its organiser wrote."""
    return f"**{escaped(event.name)}**"
