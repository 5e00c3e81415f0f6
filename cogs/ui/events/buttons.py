"""Buttons of community events; their custom ids say all there is to know."""

from __future__ import annotations

import enum

import discord

from cogs.ui.buttons import Button


class Step(enum.StrEnum):
    """What an organiser's button does with an event; `cogs.event_buttons` answers it."""

    CREATE = "create"  # a draft becomes an event
    CHANGE = "change"  # opens the form once more
    DISCARD = "discard"  # of a draft
    END = "end"
    CANCEL = "cancel"
    KEEP_FRAME = "keep-frame"  # the one that was previewed
    REVOKE_WALL = "revoke-wall"
    RENEW_WALL = "renew-wall"
    NEVER_MIND = "never-mind"


STEP_TEMPLATE = (
    r"organise:(?P<event_id>[0-9]{1,18}):(?P<step>" + "|".join(step.value for step in Step) + ")"
)
DRAFT_TEMPLATE = r"event:draft:(?P<event_id>[0-9]{1,18})"  # the form of /event create

_FACES = {
    Step.CREATE: ("Create event", discord.ButtonStyle.success),
    Step.CHANGE: ("Change", discord.ButtonStyle.secondary),
    Step.DISCARD: ("Discard", discord.ButtonStyle.danger),
    Step.END: ("End it now", discord.ButtonStyle.danger),
    Step.CANCEL: ("Cancel it for good", discord.ButtonStyle.danger),
    Step.KEEP_FRAME: ("Use this look", discord.ButtonStyle.success),
    Step.REVOKE_WALL: ("Revoke the link", discord.ButtonStyle.danger),
    Step.RENEW_WALL: ("New link", discord.ButtonStyle.secondary),
    Step.NEVER_MIND: ("Leave it as it is", discord.ButtonStyle.secondary),
}


def step_button(event_id: int, step: Step, *, label: str | None = None) -> Button:
    """Return an organiser's button."""
    text, style = _FACES[step]
    return discord.ui.Button(
        label=label or text, style=style, custom_id=f"organise:{event_id}:{step}"
    )


def join_button(event_id: int, *, is_open: bool) -> Button:
    """Return the panel's button that opens a guest's form; `cogs.guests` answers it."""
    return discord.ui.Button(
        label="Step in",
        emoji="📸",
        style=discord.ButtonStyle.success,
        custom_id=f"event:{event_id}:join",
        disabled=not is_open,
    )


def standings_button(event_id: int) -> Button:
    """Return the button that shows who leads, to the one who presses it."""
    return discord.ui.Button(
        label="Standings",
        emoji="🏆",
        style=discord.ButtonStyle.secondary,
        custom_id=f"event:{event_id}:standings",
    )


def link_button(label: str, address: str) -> Button:
    """Return a button that leads to an address."""
    return discord.ui.Button(label=label, url=address)
