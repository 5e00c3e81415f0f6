"""The form behind "Try it": what it asks, and what was answered.

Its custom id holds the filter. discord.py is not asked to keep the form: `cogs.filters` answers
every form that is sent in, whichever process had opened it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord import app_commands

from bot.errors import PhotoRejected
from bot.naming import clean
from bot.services.orders import SwapOrder, fits_groups
from bot.who import WHO
from cogs.ui.choices import RATIOS
from faceswap.models import Filter, Gender, PhotoProblem, Quality, Ratio

LONGEST_TITLE = 45
ONLY_ME = "me"

PHOTO, PEOPLE, SHAPE, READERS = "photo", "who", "ratio", "readers"


def try_form(chosen: Filter) -> discord.ui.Modal:
    """Ask for a photo and for what else /faceswap would ask."""
    title = clean(chosen.name)
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1]}…"
    form = discord.ui.Modal(title=title, custom_id=f"filters:try:{chosen.id}")
    photo: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(
        custom_id=PHOTO, required=True, min_values=1, max_values=1
    )
    about = "Sharp, with the face seen from the front: JPEG, PNG, WebP or HEIC"
    form.add_item(discord.ui.Label(text="Photo", description=about, component=photo))
    form.add_item(_choice("Who is in the photo?", PEOPLE, _people(chosen)))
    form.add_item(_choice("Shape of the picture", SHAPE, _shapes()))
    form.add_item(_choice("Who sees the picture?", READERS, _readers()))
    form.stop()  # sent in, it is found by its custom id
    return form


def read_form(
    interaction: discord.Interaction[Any], chosen: Filter
) -> tuple[discord.Attachment, SwapOrder]:
    """Return the photo and the order that a form sent in stands for; raises PhotoRejected."""
    data: Mapping[str, Any] = interaction.data or {}
    answers = dict(_answers(data))
    order = SwapOrder(
        chosen=chosen,
        gender=Gender(int(answers[PEOPLE])),
        ratio=Ratio(answers[SHAPE]),
        quality=Quality.BEST,
        private=answers[READERS] == ONLY_ME,
        spoiler=False,
    )
    return attachment_of(interaction, answers.get(PHOTO, "0")), order


def _people(chosen: Filter) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=name, value=str(gender.value))
        for name, gender in WHO.items()
        if gender is not Gender.GROUP or fits_groups(chosen)
    ]


def _shapes() -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label=name, value=ratio.value, default=ratio is Ratio.PORTRAIT)
        for name, ratio in RATIOS.items()
    ]


def _readers() -> list[discord.SelectOption]:
    return [
        discord.SelectOption(label="Everyone here", value="all", default=True),
        discord.SelectOption(label="Only me", value=ONLY_ME),
    ]


def _choice(
    text: str, custom_id: str, options: list[discord.SelectOption]
) -> discord.ui.Label[discord.ui.Modal]:
    select: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
        custom_id=custom_id, options=options, required=True
    )
    return discord.ui.Label(text=text, component=select)


def _answers(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Read the one value of each field."""
    for part in data.get("components", []):
        field = part.get("component", {})
        for value in field.get("values", []):
            yield field["custom_id"], value


def attachment_of(interaction: discord.Interaction[Any], photo_id: str) -> discord.Attachment:
    """Have discord.py make an attachment of what came with a form, as it does for a command.

    Raises PhotoRejected.
    """
    data: Mapping[str, Any] = interaction.data or {}
    option: Any = {
        "name": PHOTO,
        "type": discord.AppCommandOptionType.attachment.value,
        "value": photo_id,
    }
    found = app_commands.Namespace(interaction, data.get("resolved", {}), [option])
    photo: object = found[PHOTO]
    if not isinstance(photo, discord.Attachment):
        raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE)
    return photo
