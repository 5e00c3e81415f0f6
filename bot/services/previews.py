"""Previews of filters: fetched here, since Discord cannot reach a studio on this machine, and kept.

A preview is an ornament: whatever goes wrong with one, the filter is shown without it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from faceswap.errors import FaceSwapError
from faceswap.models import Filter, FilterId, Preview

if TYPE_CHECKING:
    from faceswap.client import FaceSwapClient

PATIENCE_SECONDS = 8.0  # a page waits no longer; what comes later is there for the next one
KEEP_SECONDS = 3600.0
RETRY_SECONDS = 60.0
MOST = 48  # kept in memory, a megabyte each at worst
AT_ONCE = 4

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    loading: asyncio.Task[Preview | None]
    since: float

    def is_good(self, now: float) -> bool:
        if not self.loading.done():
            return True
        life = RETRY_SECONDS if self.loading.result() is None else KEEP_SECONDS
        return now < self.since + life


class Previews:
    """Fetches each preview once in a while, however many look at it."""

    def __init__(
        self,
        client: FaceSwapClient,
        *,
        patience: float = PATIENCE_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._patience = patience
        self._seconds = seconds
        self._kept: dict[str, _Kept] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def of(self, filters: Iterable[Filter]) -> dict[FilterId, Preview]:
        """Return the previews of these filters, as far as they come in time."""
        wanted = {each.id: self._load(each.preview_url) for each in filters if each.preview_url}
        if wanted:
            await asyncio.wait(set(wanted.values()), timeout=self._patience)
        done = {key: loading.result() for key, loading in wanted.items() if loading.done()}
        return {key: preview for key, preview in done.items() if preview is not None}

    def _load(self, address: str) -> asyncio.Task[Preview | None]:
        now = self._seconds()
        kept = self._kept.get(address)
        if kept is None or not kept.is_good(now):
            kept = _Kept(loading=asyncio.create_task(self._fetch(address)), since=now)
            self._kept.pop(address, None)
            self._kept[address] = kept
            self._forget_the_oldest()
        return kept.loading

    async def _fetch(self, address: str) -> Preview | None:
        async with self._turns:
            try:
                return await self._client.get_preview(address)
            except FaceSwapError as error:
                _log.info("A preview could not be had (%s).", error)
                return None

    def _forget_the_oldest(self) -> None:
        """Keep few; one that is under way stays, or nobody would hold its task."""
        done = [address for address, kept in self._kept.items() if kept.loading.done()]
        for address in done[: max(0, len(self._kept) - MOST)]:
            del self._kept[address]
