"""How large a file may be, and what is done when Discord finds it too large after all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import discord

from bot.delivery.reasons import TooLarge
from bot.services.sizes import Sized

MEBIBYTE = 2**20
REQUEST_BYTES = 25 * MEBIBYTE - 64 * 1024  # of a whole request, less what is not the file

# What Discord has allowed at one time or another; a file it refuses is tried in the next of these.
KNOWN_LIMITS = tuple(number * MEBIBYTE for number in (25, 10, 8, 4, 2, 1))


def upload_limit(guild: discord.Guild | None, *, ordinary: int) -> int:
    """Tell how large a file the bot may post: a server's boosts may allow more than ordinary."""
    return min(REQUEST_BYTES, max(ordinary, guild.filesize_limit if guild else 0))


async def send_fitting(
    make: Callable[[int], Awaitable[Sized]],
    send: Callable[[Sized], Awaitable[discord.Message]],
    *,
    limit: int,
) -> tuple[discord.Message, Sized]:
    """Send a picture within a limit, and in smaller forms while Discord calls it too large.

    Raises TooLarge when even the smallest is refused, and what `make` and `send` raise.
    """
    sized = await make(limit)
    while True:
        try:
            return await send(sized), sized
        except TooLarge:
            refused = len(sized.data)
            lower = [known for known in KNOWN_LIMITS if known < refused]
            if not lower:
                raise
            sized = await make(lower[0])
            if len(sized.data) >= refused:
                raise
