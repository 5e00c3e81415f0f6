"""What an organiser reads beside the pictures of an event. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.moments import timestamp
from cogs.ui.events.buttons import link_button
from cogs.ui.events.page import GREEN, named, page, row
from db.event_models import Event

if TYPE_CHECKING:
    from bot.services.events.exporting import Offer

INSIDE = (
    "Inside are the pictures, `index.html` to look at them in any browser, and `index.csv` for a "
    "spreadsheet."
)


def link_page(event: Event, offer: Offer) -> discord.ui.LayoutView:
    """Hand out a link to a ZIP of everything."""
    return page(
        f"### 📦 {_count(offer.pictures)} of {named(event)}\n"
        f"One ZIP of {_size(offer.size)}. {INSIDE}",
        _missing(offer.missing),
        f"Whoever has the link can download it until {timestamp(offer.expires_at, 'f')}; then the "
        "file is deleted, and you can ask for it again.",
        row([link_button("Download", offer.link)]),
        colour=GREEN,
    )


def packing_page(event: Event, count: int) -> discord.ui.LayoutView:
    """Say that files are on their way."""
    files = "one file" if count == 1 else f"{count} files"
    return page(f"📦 Packing the pictures of {named(event)} into {files} …")


def parts_page(
    event: Event, *, first: int, last: int, count: int, pictures: int, missing: int
) -> discord.ui.LayoutView:
    """Say which files are below, and how the rest is had."""
    which = f"part {first}" if first == last else f"parts {first} to {last}"
    text = "One ZIP is below." if count == 1 else f"Below are {which} of {count}."
    rest = ""
    if last < count:
        rest = (
            f"For the rest, ask again with `part: {last + 1}`. With a wall (`WALL_URL`), whoever "
            "hosts me could give you one link instead."
        )
    return page(
        f"### 📦 {_count(pictures)} of {named(event)}\n{text} {INSIDE}",
        _missing(missing),
        "Only you see these files, and only until you leave: please save them now.",
        rest,
        colour=GREEN,
    )


def _count(pictures: int) -> str:
    return "1 picture" if pictures == 1 else f"{pictures} pictures"


def _missing(pictures: int) -> str:
    if not pictures:
        return ""
    return f"⚠️ {_count(pictures)} could not be included: the file is gone from my disk."


def _size(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size < 2**30 else f"{size / 2**30:.1f} GB"
