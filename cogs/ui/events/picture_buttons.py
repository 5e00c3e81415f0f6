"""Buttons of an event's pictures; their custom ids say all there is to know."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

import discord

from cogs.ui.buttons import Button


class PictureVerb(enum.StrEnum):
    """What a button does with its picture; `cogs.event_pictures` answers it."""

    APPROVE = "approve"
    REJECT = "reject"  # asks for the reason
    BLOCK = "block"  # asks once more
    BLOCK_SURELY = "block-surely"
    VOTE = "vote"
    REMOVE = "remove"


PICTURE_TEMPLATE = (
    r"picture:(?P<picture_id>[0-9]{1,18}):(?P<verb>"
    + "|".join(verb.value for verb in PictureVerb)
    + ")"
)
REJECT_FORM = r"picture:(?P<picture_id>[0-9]{1,18}):why"

REVIEW_VERBS = (PictureVerb.APPROVE, PictureVerb.REJECT, PictureVerb.BLOCK)

_FACES = {
    PictureVerb.APPROVE: ("Approve", discord.ButtonStyle.success),
    PictureVerb.REJECT: ("Reject", discord.ButtonStyle.secondary),
    PictureVerb.BLOCK: ("Block guest", discord.ButtonStyle.danger),
    PictureVerb.BLOCK_SURELY: ("Yes, block", discord.ButtonStyle.danger),
    PictureVerb.VOTE: ("♥", discord.ButtonStyle.secondary),
    PictureVerb.REMOVE: ("Remove", discord.ButtonStyle.secondary),
}


def picture_button(picture_id: int, verb: PictureVerb, *, label: str | None = None) -> Button:
    """Return the button that `cogs.event_pictures` answers."""
    text, style = _FACES[verb]
    return discord.ui.Button(
        label=label or text, style=style, custom_id=f"picture:{picture_id}:{verb}"
    )


def vote_button(picture_id: int, votes: int) -> Button:
    """Return the button that counts the votes."""
    return picture_button(picture_id, PictureVerb.VOTE, label=f"♥ {votes}" if votes else "♥ Vote")


def pictures_with(message: discord.Message, verb: PictureVerb) -> Iterator[int]:
    """Name the pictures of which a message has this button."""
    for item in discord.ui.LayoutView.from_message(message).walk_children():
        match = re.fullmatch(PICTURE_TEMPLATE, getattr(item, "custom_id", None) or "")
        if match is not None and match["verb"] == verb:
            yield int(match["picture_id"])
