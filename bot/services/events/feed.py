"""Who shows an event hears here that it has changed; what has changed is in the database.

Nothing is queued: who looks away meanwhile hears it once, and looks at the present state.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Watch:
    """What one watcher has not heard yet; made by `EventFeed.watch`."""

    def __init__(self) -> None:
        self._news = asyncio.Event()

    async def next(self) -> None:
        """Return at the next change, or at once if there was one since the last call."""
        await self._news.wait()
        self._news.clear()

    def ring(self) -> None:
        self._news.set()


class EventFeed:
    """Bells, one for each watcher of an event; of one process."""

    def __init__(self) -> None:
        self._watches: defaultdict[int, set[Watch]] = defaultdict(set)

    def changed(self, event_id: int) -> None:
        """Tell all who watch this event; call it once the change is committed."""
        for watch in self._watches.get(event_id, ()):
            watch.ring()

    @asynccontextmanager
    async def watch(self, event_id: int) -> AsyncGenerator[Watch]:
        """Hear of each change from now on."""
        watch = Watch()
        self._watches[event_id].add(watch)
        try:
            yield watch
        finally:
            self._watches[event_id].discard(watch)
            if not self._watches[event_id]:
                del self._watches[event_id]
