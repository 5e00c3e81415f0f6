"""A message of an event before it is posted, and the mark by which it is found again.

Discord keeps the number that we give a component, and never shows it: it says which event the
message is of, and what is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import discord

from db.event_models import Event, NoticeKind

_KINDS = list(NoticeKind)
_ROOM = 16  # kinds for each event
_ABOVE_DISCORDS = 1000  # Discord numbers from 1 on what has no number


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What is to be sent."""

    view: discord.ui.LayoutView
    files: Sequence[discord.File] = ()
    keeps_files: bool = False  # an edit leaves those that the message has
    mentions: discord.AllowedMentions = field(default_factory=discord.AllowedMentions.none)


class EventPosts(Protocol):
    """Who makes the messages of events."""

    async def panel(self, event: Event, *, has: str | None = None) -> Post:
        """Show an event as it is now; `has` names the file that its panel has already."""
        ...

    async def notice(self, event: Event, kind: NoticeKind) -> Post | None:
        """Say this of an event; None: there is nothing to say any more."""
        ...


def mark_of(event_id: int, kind: NoticeKind) -> int:
    """Give a notice its number; no two have the same."""
    return _ABOVE_DISCORDS + event_id * _ROOM + _KINDS.index(kind)


def mark(view: discord.ui.LayoutView, number: int) -> None:
    """Give the outermost part of a message a number."""
    view.children[0].id = number


def has_mark(message: discord.Message, number: int) -> bool:
    """Tell whether a message has this number."""
    return any(item.id == number for item in discord.ui.LayoutView.from_message(message).children)


def is_panel(message: discord.Message, event_id: int) -> bool:
    """Tell whether a message is the panel of this event: it has the way in."""
    wanted = f"event:{event_id}:join"
    items = discord.ui.LayoutView.from_message(message).walk_children()
    return any(getattr(item, "custom_id", None) == wanted for item in items)
