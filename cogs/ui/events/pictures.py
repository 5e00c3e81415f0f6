"""What is shown of an event's picture: to moderators, in the gallery, and to its guest. Pure."""

from __future__ import annotations

import discord

from bot import picture_messages as words
from bot.messages import AI_LINE
from bot.naming import escaped
from cogs.ui.buttons import Verb, job_button
from cogs.ui.events.page import BLURPLE, GREEN, GREY, link, page, row, shown
from cogs.ui.events.picture_buttons import REVIEW_VERBS, PictureVerb, picture_button, vote_button
from db.event_models import Event, EventPicture, PictureState
from db.models import Job

LONGEST_POST_NAME = 100


def review_card(event: Event, picture: EventPicture, file: discord.File) -> discord.ui.LayoutView:
    """Ask the moderators; the file is to be sent in the same message."""
    return page(
        f"### {escaped(event.name)}: please have a look\n"
        f"**{escaped(picture.filter_name)}** {words.below(picture)}",
        shown(file, words.alt_text(event, picture)),
        f"{AI_LINE} · number {picture.id}, seen by nobody else",
        row([picture_button(picture.id, verb) for verb in REVIEW_VERBS]),
    )


def decided_card(event: Event, picture: EventPicture) -> discord.ui.LayoutView:
    """Say what became of a picture, without it."""
    is_shown = picture.state is PictureState.APPROVED
    verbs = [PictureVerb.REMOVE, PictureVerb.BLOCK] if is_shown else [PictureVerb.BLOCK]
    return page(
        f"{words.decision(picture)}\n"
        f"-# {escaped(event.name)} · number {picture.id}, {escaped(picture.filter_name)}, by "
        f"<@{picture.user_id}>",
        row([picture_button(picture.id, verb) for verb in verbs]),
        colour=GREEN if is_shown else GREY,
    )


def gallery_card(event: Event, picture: EventPicture, file: discord.File) -> discord.ui.LayoutView:
    """Show a picture to everybody; the file is to be sent in the same message."""
    return _gallery(event, picture, file)


def recounted_card(event: Event, picture: EventPicture, address: str) -> discord.ui.LayoutView:
    """Show the same with another count; the picture is at this address already."""
    return _gallery(event, picture, address)


def post_name(picture: EventPicture) -> str:
    """Name the post of a picture in a media channel; its number tells it from all others."""
    number = f" #{picture.id}"
    return f"{picture.filter_name[: LONGEST_POST_NAME - len(number)]}{number}"


def waiting_card(event: Event, picture: EventPicture, job: Job) -> discord.ui.LayoutView:
    """Tell a guest that their picture waits for a moderator."""
    return page(
        f"### {escaped(picture.filter_name)}\n{words.waits(event)}",
        _guests_buttons(picture, job, label="Take it back"),
    )


def own_card(
    event: Event, picture: EventPicture, job: Job, file: discord.File
) -> discord.ui.LayoutView:
    """Show a guest the picture that nobody needs to approve."""
    return page(
        f"### {escaped(picture.filter_name)}\n{words.comes(event)}",
        shown(file, words.alt_text(event, picture)),
        AI_LINE,
        _guests_buttons(picture, job, label="Remove"),
        colour=GREEN,
    )


def shown_card(event: Event, picture: EventPicture, job: Job) -> discord.ui.LayoutView:
    """Tell a guest where their picture is."""
    address = link(
        event.guild_id, picture.gallery_channel_id or 0, picture.gallery_message_id or None
    )
    return page(
        f"### {escaped(picture.filter_name)}\n{words.is_shown(event, address)}",
        _guests_buttons(picture, job, label="Remove"),
        colour=GREEN,
    )


def ended_picture_card(
    event: Event, picture: EventPicture, job: Job | None = None
) -> discord.ui.LayoutView:
    """Tell a guest that their picture is not shown; its number is found again after a kill."""
    buttons = [] if job is None else [job_button(job.id, Verb.AGAIN)]
    return page(
        f"{words.ended(event, picture)}\n{marker(picture)}",
        row(buttons),
        colour=GREY,
    )


def marker(picture: EventPicture) -> str:
    """Return the line by which a message without buttons tells its picture and what it says."""
    return f"-# Number {picture.id}, {picture.state}"


def confirm_block(picture: EventPicture) -> discord.ui.LayoutView:
    """Ask a moderator once more."""
    return page(
        words.ask_to_block(picture.user_id),
        row([picture_button(picture.id, PictureVerb.BLOCK_SURELY)]),
    )


def _gallery(
    event: Event, picture: EventPicture, shown_as: discord.File | str
) -> discord.ui.LayoutView:
    return page(
        f"**{escaped(picture.filter_name)}** {words.below(picture)}",
        shown(shown_as, words.alt_text(event, picture)),
        AI_LINE,
        row(
            [
                vote_button(picture.id, picture.votes),
                picture_button(picture.id, PictureVerb.REMOVE),
            ]
        ),
        colour=BLURPLE,
    )


def _guests_buttons(
    picture: EventPicture, job: Job, *, label: str
) -> discord.ui.ActionRow[discord.ui.LayoutView] | None:
    return row(
        [
            job_button(job.id, Verb.AGAIN),
            picture_button(picture.id, PictureVerb.REMOVE, label=label),
        ]
    )
