"""Deleting what shows a picture in a gallery, also where Discord has put it away.

Functions raise PlaceRefused, DeliveryPostponed.
"""

from __future__ import annotations

import discord

from bot.delivery.reasons import PlaceRefused, reasons

_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE = 10003, 10008
_ARCHIVED = 50083


async def delete_message(client: discord.Client, message: discord.PartialMessage) -> None:
    """Delete one of our messages; a thread that is archived is opened for it."""
    try:
        async with reasons():
            await message.delete()
    except PlaceRefused as refused:
        if _code(refused) != _ARCHIVED:
            raise
        async with reasons():
            thread = await client.fetch_channel(message.channel.id)
            if isinstance(thread, discord.Thread):
                await thread.edit(archived=False)
            await message.delete()


async def delete_post(client: discord.Client, thread_id: int) -> None:
    """Delete a post of a media channel, or where we may not do that, what it shows."""
    try:
        async with reasons():
            thread = await client.fetch_channel(thread_id)
            if isinstance(thread, discord.Thread):
                await thread.delete()
    except PlaceRefused as refused:
        if is_no_more(refused):
            return
        starter = client.get_partial_messageable(thread_id).get_partial_message(thread_id)
        await delete_message(client, starter)


def is_no_more(refused: PlaceRefused) -> bool:
    """Tell whether there is nothing there, rather than something that we may not touch."""
    return _code(refused) in {_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE}


def was_deleted(refused: PlaceRefused, *, is_post: bool) -> bool:
    """Tell whether somebody deleted this message, or this post.

    Who deletes a whole channel or thread does not mean each picture in it.
    """
    return _code(refused) == (_UNKNOWN_CHANNEL if is_post else _UNKNOWN_MESSAGE)


def _code(refused: PlaceRefused) -> int:
    cause = refused.__cause__
    return cause.code if isinstance(cause, discord.HTTPException) else 0
