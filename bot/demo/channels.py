"""The channels of the demo's Discord, of which its page shows one at a time.

The simulator shows one channel and allows one page. Another channel is shown by closing that page
and opening one anew, which takes it some hundredths of a second.
"""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord
import simcord
from yarl import URL

from bot.client import FaceSwapBot

OPENING_SECONDS = 15.0  # the simulation does one thing at a time, and may be busy with a picture
PAUSE = 0.05  # seconds between tries


class Kind(enum.StrEnum):
    """What stands before a channel's name in the list."""

    CHANNEL = "channel"
    THREAD = "thread"
    DIRECT = "direct"  # messages between the bot and the newcomer


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChannel:
    """One entry of the list beside the conversation."""

    id: str  # a browser's numbers are too short for it
    name: str
    kind: Kind
    is_shown: bool
    is_unread: bool  # the bot has posted something there since it was shown last


class Channels:
    """Whatever the newcomer can read, and which of it they see now."""

    def __init__(self, *, env: Any, bot: FaceSwapBot, guild: Any, newcomer: Any) -> None:
        self.turn = asyncio.Lock()  # held by whoever presses something, or goes elsewhere
        self._env = env
        self._bot = bot
        self._guild = guild
        self._newcomer = newcomer
        self._page: Any = None
        self._shown = 0
        self._unread: set[int] = set()
        self._read_to = 0  # so many of the bot's requests were looked at

    @property
    def page(self) -> URL | None:
        """The simulator's page, with the key to it as fragment; None while it is changed."""
        return None if self._page is None else URL(self._page.url)

    async def show(self, channel_id: int) -> bool:
        """Show this channel from now on; returns False if there is none."""
        async with self.turn:
            channel = next((each for each, _ in self._all() if each.id == channel_id), None)
            if channel is None:
                return False
            await self.close()
            self._page = await self._open(channel)
            self._shown = channel_id
            self._unread.discard(channel_id)
            return True

    async def refresh(self) -> None:
        """Publish what is new; raises simcord.SetupError while something else is done."""
        if self._page is not None:
            await self._page.refresh()

    async def close(self) -> None:
        """Take the page away."""
        page, self._page = self._page, None
        if page is not None:
            await page.close()

    def listed(self) -> list[ListedChannel]:
        """List the channels as Discord does: threads below their channel, direct messages last."""
        self._note_what_is_new()
        return [
            ListedChannel(
                id=str(channel.id),
                name=self._name(channel, kind),
                kind=kind,
                is_shown=channel.id == self._shown,
                is_unread=channel.id in self._unread,
            )
            for channel, kind in self._all()
        ]

    def _all(self) -> Iterator[tuple[Any, Kind]]:
        for channel in self._guild.channels.values():
            if isinstance(self._bot.get_channel(channel.id), discord.TextChannel):
                yield channel, Kind.CHANNEL
            for thread in channel.threads:  # the posts of a forum, too
                yield thread, Kind.THREAD
        direct = self._newcomer.user.dm_channel
        if direct.last_message is not None:
            yield direct, Kind.DIRECT

    def _name(self, channel: Any, kind: Kind) -> str:
        if kind is Kind.DIRECT and self._bot.user is not None:
            return self._bot.user.name
        return str(channel.name)

    def _note_what_is_new(self) -> None:
        """Look which channels the bot has posted to since the last look."""
        requests = self._env.http_requests
        for request in requests[self._read_to :]:
            _, _, rest = request.path.partition("/channels/")
            channel_id, _, what = rest.partition("/")
            if request.method == "POST" and what == "messages" and int(channel_id) != self._shown:
                self._unread.add(int(channel_id))
        self._read_to = len(requests)

    async def _open(self, channel: Any) -> Any:
        is_direct = channel.guild is None
        viewer = self._newcomer.user if is_direct else self._newcomer
        async with asyncio.timeout(OPENING_SECONDS):
            while True:
                try:
                    page = self._env.preview(channel, viewers=[viewer], layout="channel")
                    return await page.__aenter__()
                except simcord.SetupError:  # something else is done
                    await asyncio.sleep(PAUSE)
