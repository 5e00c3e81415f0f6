"""Pages that list things: a member's jobs, the commands. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import discord

from bot import messages, picture_messages
from bot.moments import timestamp
from bot.naming import escaped
from bot.services.bundle import Services
from cogs.ui.buttons import Verb, job_button
from db.event_models import EventPicture
from db.models import Job, JobState

NOWHERE: Mapping[int, EventPicture] = MappingProxyType({})
BUTTONS_IN_A_ROW = 5
MOST_BUTTONS = 10
_OFFERS = {  # how a picture that is kept here is offered, by the state of its job
    JobState.UNDELIVERABLE: (Verb.FETCH, "Get picture {}"),
    JobState.DELIVERED: (Verb.ORIGINAL, "Original of {}"),
}


def jobs_list(
    jobs: Sequence[Job],
    kept: Sequence[Job] = (),
    in_events: Mapping[int, EventPicture] = NOWHERE,
) -> discord.ui.LayoutView:
    """List jobs, newest first, and offer each picture that waits and each original.

    Those are offered however many jobs are newer. `in_events` are what jobs made for events.
    """
    if not jobs:
        return _page("You have no pictures yet. Make one with /faceswap.")
    offered = _offered(kept)
    lines = "\n".join(_line(job, in_events.get(job.id)) for job in jobs)
    listed = {job.id for job in jobs}
    older = [f"`{job.id}`" for job in offered if job.id not in listed]
    if older:
        lines += f"\nOlder, and still to be had: {', '.join(older)}"
    more = len(kept) - len(offered)
    if more:
        lines += f"\n-# {more} more: get these first, then type /jobs again."
    return _page(f"### Your latest pictures\n{lines}", *_offer_rows(offered))


def waiting_page(waiting: Sequence[Job]) -> discord.ui.LayoutView:
    """Offer pictures that could not be posted to a member who is here again."""
    offered = _offered(waiting)
    one = "A picture of yours is ready that I could not post. Get it here, or under /jobs."
    several = (
        f"{len(waiting)} pictures of yours are ready that I could not post. Get them here, or "
        "under /jobs."
    )
    return _page(one if len(waiting) == 1 else several, *_offer_rows(offered))


def _offered(kept: Sequence[Job]) -> list[Job]:
    """Choose the pictures there are buttons for: those that wait, then originals; newest first."""
    waiting_first = sorted(kept, key=lambda job: (job.state is JobState.DELIVERED, -job.id))
    return waiting_first[:MOST_BUTTONS]


def _offer_rows(offered: Sequence[Job]) -> list[discord.ui.ActionRow[discord.ui.LayoutView]]:
    buttons = []
    for job in offered:
        verb, label = _OFFERS[job.state]
        buttons.append(job_button(job.id, verb, label=label.format(job.id)))
    return [
        discord.ui.ActionRow(*buttons[first : first + BUTTONS_IN_A_ROW])
        for first in range(0, len(buttons), BUTTONS_IN_A_ROW)
    ]


def _line(job: Job, in_event: EventPicture | None) -> str:
    name = escaped(messages.title(job)) + (" · for an event" if job.event_id is not None else "")
    state = messages.short_state(job)
    if in_event is not None and job.state is JobState.DELIVERED:
        state = picture_messages.short_state(in_event)
    line = f"`{job.id}` {name} · {state} · {timestamp(job.created_at)}"
    if (path := _path_to(job, in_event)) is not None:
        line += f" · [show](https://discord.com/channels/{path})"
    if job.state is JobState.FAILED and job.failure is not None:
        line += f"\n-# {messages.FAILURES[job.failure]}"
    return line


def _path_to(job: Job, in_event: EventPicture | None) -> str | None:
    """Say where others see the picture, too; None: nowhere."""
    if in_event is not None and in_event.gallery_message_id is not None:
        return f"{job.guild_id}/{in_event.gallery_channel_id}/{in_event.gallery_message_id}"
    if job.message_id and _is_posted_openly(job):
        return f"{job.guild_id or '@me'}/{job.result_channel_id}/{job.message_id}"
    return None


def _is_posted_openly(job: Job) -> bool:
    """Tell whether a link leads to the picture: not into direct messages in place of a server."""
    is_in_place = job.guild_id is None or job.result_channel_id == job.channel_id
    return job.state is JobState.DELIVERED and is_in_place and not job.private


def help_page(services: Services) -> discord.ui.LayoutView:
    """Explain the commands and say whether pictures are being made."""
    text = (
        "### A photo booth for this server\n"
        "**/faceswap**: attach a photo, pick a filter, say who is in it, and get a picture.\n"
        "**/filters**: look through the filters and try one.\n"
        "**/imagine**: describe a picture in words.\n"
        "**/jobs**: your latest pictures and where they stand.\n"
        "**/quota show**: how many pictures you have left, and why; organisers **set**, **grant** "
        "and more.\n"
        "**/event list** and **show**: photo parties here; organisers **create**, **edit**, "
        "**pause**, **end** and **cancel** them, and dress them with **frame** and **wall**.\n"
        "**/privacy**: what is stored about you, and how to delete it.\n\n"
        "Set `private` to True and only you see the picture. Failed pictures never count against "
        "your quota."
    )
    gate = services.gate
    if gate.closed is not None:
        closed = gate.closed
        paused = messages.paused(closed.pause, since=closed.since, refused=gate.refuses_orders)
        text += f"\n\n⚠️ {paused}"
    return _page(text)


def _page(text: str, *rows: discord.ui.ActionRow[discord.ui.LayoutView]) -> discord.ui.LayoutView:
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(text), accent_colour=discord.Colour.blurple()
    )
    for row in rows:
        container.add_item(row)
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()  # its buttons are found by their custom ids
    return view
