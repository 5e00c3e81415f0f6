"""Channels as places for messages that must not come twice: look, post, edit."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import discord

from bot.delivery.events.posts import Post
from bot.delivery.reasons import PlaceGone, PlaceRefused, reasons
from bot.services.delivery import Posted

HISTORY = 500  # messages read on from where it may stand, and as many back from now
CLOCKS_DIFFER = timedelta(minutes=10)  # ours and Discord's, at most

_log = logging.getLogger(__name__)

Wanted = Callable[[discord.Message], bool]


class Noticeboard:
    """Raises PlaceRefused where Discord does not let us, DeliveryPostponed where it may later."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def find(self, channel_id: int, wanted: Wanted, *, since: datetime) -> Posted | None:
        """Look through a channel for a message of ours; None also where we may not read it."""
        try:
            async with reasons():
                return await self._find(channel_id, wanted, since - CLOCKS_DIFFER)
        except PlaceGone:
            raise
        except PlaceRefused as refused:
            _log.info("Earlier messages of an event cannot be read: %s", refused)
            return None

    async def _find(self, channel_id: int, wanted: Wanted, since: datetime) -> Posted | None:
        channel = self._client.get_partial_messageable(channel_id)
        for after, oldest_first in ((since, True), (None, False)):
            seen = 0
            async for message in channel.history(
                limit=HISTORY, after=after, oldest_first=oldest_first
            ):
                seen += 1
                if self._is_ours(message) and wanted(message):
                    return Posted(channel_id=channel_id, message_id=message.id)
            if seen < HISTORY:
                break
        return None

    async def post(self, channel_id: int, post: Post, *, nonce: str) -> Posted:
        """Send a new message; Discord drops a second one with the same nonce for some minutes."""
        channel = self._client.get_partial_messageable(channel_id)
        async with reasons():
            message = await channel.send(
                view=post.view,
                files=list(post.files),
                allowed_mentions=post.mentions,
                nonce=nonce,
            )
        return Posted(channel_id=channel_id, message_id=message.id)

    async def edit(self, channel_id: int, message_id: int, post: Post) -> None:
        """Bring a message up to date; PlaceGone: it was deleted."""
        channel = self._client.get_partial_messageable(channel_id)
        async with reasons():
            await channel.get_partial_message(message_id).edit(
                view=post.view,
                attachments=discord.utils.MISSING if post.keeps_files else list(post.files),
                allowed_mentions=discord.AllowedMentions.none(),
            )

    def _is_ours(self, message: discord.Message) -> bool:
        return self._client.user is not None and message.author.id == self._client.user.id
