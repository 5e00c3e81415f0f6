"""Posts words of the bot's own in a channel that organisers chose."""

from __future__ import annotations

import logging

import discord

from bot.delivery.reasons import PlaceRefused, reasons
from bot.services.delivery import DeliveryPostponed
from bot.tree import notice

_log = logging.getLogger(__name__)


class ChannelTeller:
    """Writes to a server's log channel."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def tell(self, channel_id: int, text: str) -> bool:
        """Post this; False if Discord did not answer and it may be tried again."""
        try:
            async with reasons():
                await self._client.get_partial_messageable(channel_id).send(view=notice(text))
        except DeliveryPostponed as error:
            _log.warning("A server's organisers could not be told just now: %s", error)
            return False
        except PlaceRefused as error:
            _log.warning("A server's log channel takes no messages of mine: %s", error)
        return True
