"""How large a file may be, and what is done when Discord finds it too large after all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TypeVar

import discord

from bot.delivery.reasons import TooLarge
from bot.services.sizes import Sized
from db.models import Job

T = TypeVar("T")
MEBIBYTE = 2**20
REQUEST_BYTES = 25 * MEBIBYTE - 64 * 1024  # of a whole request, less what is not a file

# What Discord has allowed at one time or another; a file it refuses is tried in the next of these.
KNOWN_LIMITS = (REQUEST_BYTES, *(number * MEBIBYTE for number in (10, 8, 4, 2, 1)))


def upload_limit(guild: discord.Guild | None, *, ordinary: int) -> int:
    """Tell how large a file the bot may post: a server's boosts may allow more than ordinary."""
    return max(ordinary, guild.filesize_limit if guild else 0)


def request_limit(each: int) -> int:
    """Tell how much the files of one request may be together where each may be that large."""
    return max(REQUEST_BYTES, each)


async def send_fitting(
    make: Callable[[int], Awaitable[Sequence[Sized]]],
    send: Callable[[Sequence[Sized]], Awaitable[T]],
    *,
    limit: int,
) -> tuple[T, bool]:
    """Send pictures within a limit for each, smaller ones while Discord calls them too large.

    Tells also whether they were sent whole. Raises TooLarge when even the smallest are refused, and
    what `make` and `send` raise.
    """
    pictures = await make(limit)
    while True:
        try:
            return await send(pictures), all(sized.whole for sized in pictures)
        except TooLarge:
            refused = _largest(pictures)
            lower = [known for known in KNOWN_LIMITS if known < refused]
            if not lower:
                raise
            pictures = await make(lower[0])
            if _largest(pictures) >= refused:
                raise


def files_of(job: Job, pictures: Sequence[Sized]) -> list[discord.File]:
    """Return a job's pictures as files for one message, each with a name of its own."""
    return [
        discord.File(
            sized.content if isinstance(sized.content, Path) else BytesIO(sized.content),
            f"picture{'' if number == 1 else f'-{number}'}{sized.suffix}",
            spoiler=job.spoiler,
        )
        for number, sized in enumerate(pictures, start=1)
    ]


def _largest(pictures: Sequence[Sized]) -> int:
    return max(sized.size for sized in pictures)
