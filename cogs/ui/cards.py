"""A job's card: one message that shows where the job is, then its picture. Pure."""

from __future__ import annotations

import discord

from bot import messages
from bot.naming import escaped
from bot.services.delivery import Stage
from cogs.ui.buttons import Verb, job_button
from db.models import Job, JobState

_BLURPLE = discord.Colour.blurple()
_GREEN = discord.Colour.green()
_GREY = discord.Colour.light_grey()
_RED = discord.Colour.red()


def progress_card(job: Job, stage: Stage, text: str) -> discord.ui.LayoutView:
    """Show how far an unfinished job is, with a button to cancel it unless it is pressed already.

    `text` is what `messages.progress` makes of it.
    """
    verbs = () if stage is Stage.CANCELLING else (Verb.CANCEL,)
    return _card(job, text, colour=_BLURPLE, verbs=verbs)


def ended_card(job: Job, *, again: bool) -> discord.ui.LayoutView:
    """Show how a job ended that has no picture."""
    colour = _GREY if job.state is JobState.CANCELLED else _RED
    waits = job.state is JobState.UNDELIVERABLE
    verbs = (*([Verb.FETCH] if waits else []), *([Verb.AGAIN] if again else []), Verb.DELETE)
    return _card(job, messages.ended(job), colour=colour, verbs=verbs)


def picture_card(
    job: Job, *pictures: discord.File, original: bool = False
) -> discord.ui.LayoutView:
    """Show the finished pictures; their files are to be sent in the same message.

    `original`: it is smaller than what the API sent, which is kept for its member for a while.
    """
    gallery: discord.ui.MediaGallery[discord.ui.LayoutView] = discord.ui.MediaGallery(
        *(
            discord.MediaGalleryItem(each, description=messages.alt_text(job), spoiler=job.spoiler)
            for each in pictures
        )
    )
    return _card(
        job,
        f"For <@{job.user_id}>",
        colour=_GREEN,
        verbs=(Verb.AGAIN, *([Verb.ORIGINAL] if original else []), Verb.DELETE),
        gallery=gallery,
    )


def _card(
    job: Job,
    text: str,
    *,
    colour: discord.Colour,
    verbs: tuple[Verb, ...],
    gallery: discord.ui.MediaGallery[discord.ui.LayoutView] | None = None,
) -> discord.ui.LayoutView:
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(f"### {escaped(messages.title(job))}\n{text}"),
        accent_colour=colour,
    )
    if gallery is not None:
        container.add_item(gallery)
        container.add_item(discord.ui.TextDisplay(messages.below_picture(job)))
    if verbs:
        container.add_item(discord.ui.ActionRow(*(job_button(job.id, verb) for verb in verbs)))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()  # its buttons are found by their custom ids; nothing of it is kept in memory
    return view
