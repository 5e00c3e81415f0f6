"""Tells a server's organisers, once in each window, that its pot runs low and that it is empty."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.quota_messages import pot_low, pot_out
from bot.services.budget import WARN_AT
from bot.services.events.bell import Bell
from db.errors import StorageUnavailable
from db.models import Usage
from db.notices import NoticeRepository
from db.quota_views import QuotaViews
from db.windows import window_start

_LONGEST_SLEEP = 3600.0  # seconds; it sleeps until it is rung

_log = logging.getLogger(__name__)


class Teller(Protocol):
    """Writes to organisers."""

    async def tell(self, channel_id: int, text: str) -> bool:
        """Post this; False if Discord did not answer and it may be tried again."""


class PotWatch:
    """Looks at a server's pot after each order there; the database alone enforces it."""

    def __init__(
        self,
        *,
        views: QuotaViews,
        notices: NoticeRepository,
        teller: Teller,
        least_cost: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._views = views
        self._notices = notices
        self._teller = teller
        self._least_cost = least_cost
        self._clock = clock
        self._bell = Bell()
        self._ordered: set[int] = set()
        self._said: set[str] = set()

    def look_at(self, guild_id: int | None) -> None:
        """Have a server's pot looked at soon: something was ordered there, or refused."""
        if guild_id is not None:
            self._ordered.add(guild_id)
            self._bell.ring()

    async def run(self) -> None:
        """Look whenever it is rung."""
        while True:
            await self._bell.wait(_LONGEST_SLEEP)
            await self.turn()

    async def turn(self) -> None:
        """Look at every server where something was ordered since the last turn."""
        ordered, self._ordered = self._ordered, set()
        for guild_id in sorted(ordered):
            try:
                await self._look(guild_id)
            except StorageUnavailable as error:  # the next order looks again
                _log.warning("How much of a server's pot is used cannot be told: %s", error)

    async def _look(self, guild_id: int) -> None:
        usages, channel_id = await self._views.pot_of(guild_id)
        if channel_id is None:
            return
        for usage in usages:
            if usage.remaining < max(1, self._least_cost):
                await self._say(guild_id, channel_id, "out", usage)
            elif usage.used >= WARN_AT * usage.limit.amount:
                await self._say(guild_id, channel_id, "low", usage)

    async def _say(self, guild_id: int, channel_id: int, what: str, usage: Usage) -> None:
        """Say it once in each window, also after a restart; a pot of another size is a new one."""
        limit = usage.limit
        begun = window_start(limit.window, self._clock())
        whose = "own" if limit.guild_id else "given"
        key = f"pot {what} {guild_id} {whose} {limit.amount} {limit.window} {begun:%Y-%m-%dT%H}"
        if key in self._said:
            return
        if await self._notices.say_once(key):
            text = pot_out(usage) if what == "out" else pot_low(usage)
            if not await self._teller.tell(channel_id, text):
                await self._notices.forget(key)
                return
        self._said.add(key)
