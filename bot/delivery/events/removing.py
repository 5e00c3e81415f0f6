"""Deleting what shows a picture in a gallery, also where Discord has put it away.

Functions raise PlaceRefused, DeliveryPostponed.
"""

from __future__ import annotations

import logging

import discord

from bot.delivery.reasons import PlaceRefused, reasons
from db.event_models import EventNotice, EventPicture

_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE = 10003, 10008
_ARCHIVED = 50083

_log = logging.getLogger(__name__)


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


async def delete_winner(
    client: discord.Client, picture: EventPicture, notice: EventNotice | None
) -> bool:
    """Delete the card that shows this picture as the winner; False: Discord does not let us."""
    if notice is None or notice.channel_id is None or notice.message_id is None:
        return True
    channel = client.get_partial_messageable(notice.channel_id)
    try:
        async with reasons():
            card = await channel.fetch_message(notice.message_id)
            if _shows(card, picture):
                await card.delete()
    except PlaceRefused as refused:
        if not is_no_more(refused):
            _log.warning("Picture %d is still shown as the winner: %s", picture.id, refused)
            return False
    return True


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


def _shows(card: discord.Message, picture: EventPicture) -> bool:
    """Tell whether a card has a picture's file; it is named after the picture's job."""
    names = {each.filename for each in card.attachments}
    for item in discord.ui.LayoutView.from_message(card).walk_children():
        if isinstance(item, discord.ui.MediaGallery):
            names |= {_name(each.media.url) for each in item.items}
    return picture.file in names


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
