"""Buttons whose custom id says all there is to know, so that they work after a restart."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import discord

Button = discord.ui.Button[discord.ui.LayoutView]


class Verb(enum.StrEnum):
    """What a button does with its job."""

    CANCEL = "cancel"
    AGAIN = "again"
    DELETE = "delete"
    FETCH = "fetch"
    ORIGINAL = "original"


JOB_TEMPLATE = r"job:(?P<job_id>[0-9]{1,18}):(?P<verb>cancel|again|delete|fetch|original)"

_FACES = {
    Verb.CANCEL: ("Cancel", discord.ButtonStyle.secondary),
    Verb.AGAIN: ("Again", discord.ButtonStyle.primary),
    Verb.DELETE: ("Delete", discord.ButtonStyle.danger),
    Verb.FETCH: ("Get picture", discord.ButtonStyle.success),
    Verb.ORIGINAL: ("Original", discord.ButtonStyle.secondary),
}


def job_button(job_id: int, verb: Verb, *, label: str | None = None) -> Button:
    """Return the button that `cogs.job_buttons` answers."""
    text, style = _FACES[verb]
    return discord.ui.Button(label=label or text, style=style, custom_id=f"job:{job_id}:{verb}")


def shows_picture(message: discord.Message, job_id: int) -> bool:
    """Tell whether a message holds the picture of this job.

    Discord leaves a file that a gallery shows out of the message's attachments.
    """
    has_gallery = any(isinstance(item, discord.ui.MediaGallery) for item in _items(message))
    return has_gallery and has_button(message, job_id, Verb.DELETE)


def has_button(message: discord.Message, job_id: int, verb: Verb) -> bool:
    """Tell whether a message has this button of this job."""
    wanted = f"job:{job_id}:{verb}"
    return any(getattr(item, "custom_id", "") == wanted for item in _items(message))


def _items(message: discord.Message) -> Iterator[discord.ui.Item[Any]]:
    return discord.ui.LayoutView.from_message(message).walk_children()
