"""The form behind "Step in", and the one that asks a moderator for a reason.

Their custom ids hold the event, or the picture; whichever process opened them, they are answered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.naming import clean
from bot.picture_errors import ConsentMissing
from bot.picture_messages import LONGEST_CAPTION, LONGEST_REASON
from bot.services.orders import SwapOrder, fits_groups
from bot.who import WHO
from cogs.ui.try_form import attachment_of
from db.event_models import Event
from faceswap.models import Filter, Gender, Quality, Ratio

STEP_IN_TEMPLATE = r"event:(?P<event_id>[0-9]{1,18}):step-in"
LONGEST_TITLE = 45
LONGEST_OPTION = 100
PHOTO, FILTER, PEOPLE, CAPTION, CONSENT = "photo", "filter", "who", "caption", "consent"
REASON = "reason"

Label = discord.ui.Label[discord.ui.Modal]


def step_in_form(event: Event, filters: Sequence[Filter], *, kept_days: int) -> discord.ui.Modal:
    """Ask a guest for a photo and what to make of it; a form has room for five questions."""
    form = discord.ui.Modal(
        title=clean(event.name, longest=LONGEST_TITLE), custom_id=f"event:{event.id}:step-in"
    )
    photo: discord.ui.FileUpload[discord.ui.Modal] = discord.ui.FileUpload(
        custom_id=PHOTO, required=True, min_values=1, max_values=1
    )
    about = "Sharp, with the face seen from the front: JPEG, PNG, WebP or HEIC"
    form.add_item(discord.ui.Label(text="Photo", description=about, component=photo))
    form.add_item(_choice("Filter", FILTER, _filters(filters)))
    form.add_item(_choice("Who is in the photo?", PEOPLE, _people(event, filters)))
    words: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=CAPTION,
        required=False,
        max_length=LONGEST_CAPTION,
        placeholder="Shown below it, for everybody",
    )
    form.add_item(discord.ui.Label(text="A few words (optional)", component=words))
    form.add_item(_consent(kept_days))
    form.stop()  # sent in, it is found by its custom id
    return form


def chosen_filter(interaction: discord.Interaction[Any]) -> str:
    """Return the number of the filter that a form sent in names."""
    return str(dict(_answers(interaction)).get(FILTER, ""))


def read_step_in(
    interaction: discord.Interaction[Any], event: Event, chosen: Filter
) -> tuple[discord.Attachment, SwapOrder]:
    """Return the photo and the order that a form sent in stands for; raises UserError."""
    answers = dict(_answers(interaction))
    if answers.get(CONSENT) is not True:
        raise ConsentMissing
    caption = str(answers.get(CAPTION) or "").strip()
    order = SwapOrder(
        chosen=chosen,
        gender=Gender(int(str(answers[PEOPLE]))),
        ratio=Ratio(event.ratio),
        quality=Quality.BEST,
        private=True,
        spoiler=False,
        event_id=event.id,
        caption=caption[:LONGEST_CAPTION] or None,
    )
    return attachment_of(interaction, str(answers.get(PHOTO, "0"))), order


def reason_form(picture_id: int) -> discord.ui.Modal:
    """Ask a moderator why a picture is rejected."""
    form = discord.ui.Modal(title="Reject this picture", custom_id=f"picture:{picture_id}:why")
    words: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=REASON,
        style=discord.TextStyle.paragraph,
        required=False,
        max_length=LONGEST_REASON,
        placeholder="The guest reads it. Please be kind.",
    )
    form.add_item(discord.ui.Label(text="Why? (optional)", component=words))
    form.stop()
    return form


def read_reason(interaction: discord.Interaction[Any]) -> str:
    """Return the reason that a form sent in names."""
    reason = str(dict(_answers(interaction)).get(REASON) or "")
    return " ".join(reason.split())[:LONGEST_REASON]


def _filters(filters: Sequence[Filter]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=clean(each.name, longest=LONGEST_OPTION),
            value=str(each.id),
            default=len(filters) == 1,
        )
        for each in filters
    ]


def _people(event: Event, filters: Sequence[Filter]) -> list[discord.SelectOption]:
    """Propose who the event is for; groups only where a filter has room for them."""
    return [
        discord.SelectOption(
            label=name, value=str(gender.value), default=gender.value == event.gender
        )
        for name, gender in WHO.items()
        if gender is not Gender.GROUP or any(map(fits_groups, filters))
    ]


def _consent(kept_days: int) -> Label:
    box: discord.ui.Checkbox[discord.ui.Modal] = discord.ui.Checkbox(custom_id=CONSENT)
    about = (
        "Required. Also on the wall, once approved. Deleted "
        f"{kept_days} days after the end. Everyone in it agrees."
    )
    return discord.ui.Label(
        text="Yes, the picture may be shown here", description=about, component=box
    )


def _choice(text: str, custom_id: str, options: list[discord.SelectOption]) -> Label:
    select: discord.ui.Select[discord.ui.Modal] = discord.ui.Select(
        custom_id=custom_id, options=options, required=True
    )
    return discord.ui.Label(text=text, component=select)


def _answers(interaction: discord.Interaction[Any]) -> Iterator[tuple[str, object]]:
    """Read the one value of each field."""
    data: Mapping[str, Any] = interaction.data or {}
    for part in data.get("components", []):
        field = part.get("component", {})
        if "value" in field:
            yield field["custom_id"], field["value"]
        for value in field.get("values", []):
            yield field["custom_id"], value
