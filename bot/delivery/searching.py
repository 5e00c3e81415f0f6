"""Looks through a channel for a picture that an earlier try, or process, may have posted there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime

import discord

from bot.delivery.reasons import PlaceRefused, reasons
from bot.services.delivery import Posted
from cogs.ui.buttons import Verb, has_button, shows_picture
from db.models import Job

HISTORY = 500  # messages searched in each window

_log = logging.getLogger(__name__)


async def find_in(channel: discord.abc.Messageable, job: Job) -> Posted | None:
    """Look through one window after the other, until one reaches to all that was written."""
    try:
        async with reasons():
            for after, oldest_first in windows(job):
                seen = 0
                async for message in channel.history(
                    limit=HISTORY, after=after, oldest_first=oldest_first
                ):
                    if shows_picture(message, job.id):
                        return posted_in(message, job)
                    seen += 1
                if seen < HISTORY:
                    break
    except PlaceRefused as refused:
        _log.info("Job %d: earlier messages cannot be read: %s", job.id, refused)
    return None


def posted_in(message: discord.Message, job: Job) -> Posted:
    """Describe a picture that was found posted; its buttons tell whether it was made smaller."""
    whole = not has_button(message, job.id, Verb.ORIGINAL)
    return Posted(channel_id=message.channel.id, message_id=message.id, whole=whole)


def windows(job: Job) -> Iterator[tuple[datetime, bool]]:
    """Say where its picture may stand, each a moment and whether to read on from it or back to it.

    Usually just after it was finished. The exceptions: a copy of the database was put back, so that
    it is finished a second time; and a job that the operator had sent once more, the order of which
    is older than `created_at`. Any earlier start, and in a busy channel HISTORY messages would not
    reach to where the picture is.
    """
    finished_at = job.finished_at or job.created_at
    sent_at = job.created_at if job.idempotent else job.submitted_at  # it is sent again, too
    yield _by_discords_clock(job, sent_at or job.created_at), True
    yield _by_discords_clock(job, finished_at), True
    yield _by_discords_clock(job, finished_at), False
    if job.attempts > 1:
        yield finished_at, True


def _by_discords_clock(job: Job, moment: datetime) -> datetime:
    """Reckon by the order's number; our clock tells only how long it took from then on."""
    return discord.utils.snowflake_time(job.interaction_id) + (moment - job.created_at)
