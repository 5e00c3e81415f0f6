"""The form of /event create and edit: what it asks, and what was answered.

Its custom id holds the draft's number; whichever process opened it, `cogs.event_forms` answers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.naming import clean
from cogs.ui.events.panel import LONGEST_ABOUT, LONGEST_PRIZE
from db.event_models import EventPlan
from faceswap.models import Filter

LONGEST_NAME = 80
LONGEST_TITLE = 45
MOST_OPTIONS = 25  # of a select
NAME, ABOUT, PRIZE, FILTERS, FRAME = "name", "about", "prize", "filters", "frame"

Label = discord.ui.Label[discord.ui.Modal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What an organiser wrote into the form."""

    name: str
    about: str
    prize: str
    filters: tuple[str, ...] | None  # None: the form did not ask
    frame: discord.Attachment | None


def event_form(
    event_id: int, plan: EventPlan, filters: Sequence[Filter], *, title: str
) -> discord.ui.Modal:
    """Ask for what the command's options could not hold; a form has room for five questions.

    `filters`: those to choose from, of which Discord shows no more than 25; none to not ask.
    """
    form = discord.ui.Modal(
        title=clean(title, longest=LONGEST_TITLE), custom_id=f"event:draft:{event_id}"
    )
    form.add_item(_line("Name", NAME, plan.name, longest=LONGEST_NAME, example="Summer party"))
    form.add_item(
        _line(
            "About and rules",
            ABOUT,
            plan.about,
            longest=LONGEST_ABOUT,
            needed=False,
            style=discord.TextStyle.paragraph,
            example="What it is about, and what you wish of your guests",
        )
    )
    form.add_item(
        _line("Prize", PRIZE, plan.prize, longest=LONGEST_PRIZE, needed=False, example="A mug")
    )
    if filters:
        form.add_item(_filters(plan, filters))
    upload: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(
        custom_id=FRAME, required=False, min_values=0, max_values=1
    )
    about = "A PNG with a transparent middle, put round each picture. Leave empty for none."
    form.add_item(discord.ui.Label(text="Frame", description=about, component=upload))
    form.stop()  # sent in, it is found by its custom id
    return form


def read_form(interaction: discord.Interaction[Any]) -> Answers:
    """Return what a form sent in says."""
    data: Mapping[str, Any] = interaction.data or {}
    fields = {
        part["component"]["custom_id"]: part["component"]
        for part in data.get("components", [])
        if "component" in part
    }
    chosen = fields.get(FILTERS)
    frames = fields.get(FRAME, {}).get("values") or []
    return Answers(
        name=_text(fields, NAME),
        about=_text(fields, ABOUT),
        prize=_text(fields, PRIZE),
        filters=None if chosen is None else tuple(chosen.get("values") or ()),
        frame=attachment_of(interaction, frames[0]) if frames else None,
    )


def attachment_of(interaction: discord.Interaction[Any], file_id: str) -> discord.Attachment | None:
    """Have discord.py make an attachment of what came with a form, as it does for a command."""
    data: Mapping[str, Any] = interaction.data or {}
    option: Any = {
        "name": FRAME,
        "type": discord.AppCommandOptionType.attachment.value,
        "value": file_id,
    }
    found: object = app_commands.Namespace(interaction, data.get("resolved", {}), [option])[FRAME]
    return found if isinstance(found, discord.Attachment) else None


def _line(
    text: str,
    custom_id: str,
    value: str,
    *,
    longest: int,
    example: str,
    needed: bool = True,
    style: discord.TextStyle = discord.TextStyle.short,
) -> Label:
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=custom_id,
        style=style,
        default=value[:longest] or None,
        placeholder=example,
        required=needed,
        max_length=longest,
    )
    return discord.ui.Label(text=text, component=field)


def _filters(plan: EventPlan, filters: Sequence[Filter]) -> Label:
    """Offer filters, those that are chosen first: what is not offered would be lost."""
    offered = sorted(filters, key=lambda each: str(each.id) not in plan.filters)[:MOST_OPTIONS]
    about = "Those that guests may use; none for all"
    if len(filters) > len(offered):
        about = f"{len(offered)} of {len(filters)}; others with the option filters. None for all"
    options = [
        discord.SelectOption(
            label=clean(each.name, longest=100),
            value=str(each.id),
            default=str(each.id) in plan.filters,
        )
        for each in offered
    ]
    select: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
        custom_id=FILTERS,
        options=options,
        required=False,
        min_values=0,
        max_values=len(options),
        placeholder="All of them",
    )
    return discord.ui.Label(text="Filters", description=about, component=select)


def _text(fields: Mapping[str, Any], name: str) -> str:
    return str(fields.get(name, {}).get("value") or "").strip()
