"""Looks up where pictures of events were posted by an earlier try, or process.

A channel is read once, from before the oldest picture that may stand there; what is posted from
then on is noted where it is posted.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import discord

from bot.delivery.events.removing import was_deleted
from bot.delivery.reasons import PlaceRefused, reasons
from bot.services.delivery import Posted
from cogs.ui.events.picture_buttons import PictureVerb, pictures_with
from db.event_models import EventPicture

MOST_READ = 3000  # messages, from the oldest picture on
LATEST_READ = 500  # … and back from now, should those not reach so far
CLOCKS_DIFFER = timedelta(minutes=10)  # ours and Discord's, at most

_log = logging.getLogger(__name__)


class PostedPictures:
    """Which pictures stand in which channel, as far as that was looked up."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._known: dict[tuple[int, PictureVerb], tuple[datetime, dict[int, Posted]]] = {}

    async def find(
        self, channel_id: int, picture_id: int, verb: PictureVerb, *, since: datetime
    ) -> Posted | None:
        """Return the message of a channel that has this button of this picture.

        Raises PlaceRefused, DeliveryPostponed.
        """
        key = (channel_id, verb)
        known = self._known.get(key)
        if known is None or known[0] > since:
            known = since, await self._read(channel_id, verb, since - CLOCKS_DIFFER)
            self._known[key] = known
        return known[1].get(picture_id)

    async def shows(self, picture: EventPicture) -> bool:
        """Tell whether a gallery still shows a picture; only who is not found is asked for."""
        channel_id, message_id = picture.gallery_channel_id or 0, picture.gallery_message_id or 0
        since = picture.shown_at or picture.created_at
        is_post = channel_id == message_id
        try:
            if not is_post and await self.find(
                channel_id, picture.id, PictureVerb.VOTE, since=since
            ):
                return True
            async with reasons():
                await self._client.get_partial_messageable(channel_id).fetch_message(message_id)
        except PlaceRefused as refused:
            return not was_deleted(refused, is_post=is_post)
        return True

    def forget(self, channel_id: int) -> None:
        """Have a channel read anew: nobody knows whether the last post arrived there."""
        for key in [key for key in self._known if key[0] == channel_id]:
            del self._known[key]

    async def _read(self, channel_id: int, verb: PictureVerb, after: datetime) -> dict[int, Posted]:
        found: dict[int, Posted] = {}
        async with reasons():
            async for message in self._messages(channel_id, after):
                for picture_id in pictures_with(message, verb):
                    found[picture_id] = Posted(channel_id=channel_id, message_id=message.id)
        return found

    async def _messages(self, channel_id: int, after: datetime) -> AsyncIterator[discord.Message]:
        channel = self._client.get_partial_messageable(channel_id)
        seen = 0
        async for message in channel.history(limit=MOST_READ, after=after, oldest_first=True):
            seen += 1
            yield message
        if seen == MOST_READ:
            async for message in channel.history(limit=LATEST_READ):
                yield message


async def find_post(channel: discord.ForumChannel, name: str) -> discord.Thread | None:
    """Return our post of this name in a media channel, also if Discord has archived it."""
    ours = channel.guild.me.id
    async with reasons():
        for thread in await channel.guild.active_threads():
            if _is_ours(thread, channel, name, ours):
                return thread
        async for thread in channel.archived_threads(limit=LATEST_READ):
            if _is_ours(thread, channel, name, ours):
                return thread
    return None


def _is_ours(thread: discord.Thread, channel: discord.ForumChannel, name: str, our_id: int) -> bool:
    return thread.parent_id == channel.id and thread.owner_id == our_id and thread.name == name
