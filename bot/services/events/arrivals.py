"""From a finished job to its community event: framed, kept, and before whoever decides on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from bot.services.events.feed import EventFeed
from bot.services.events.framing import Framing
from bot.services.events.store import EventStore
from db.event_models import Event, EventPicture, EventState, NewEventPicture, PictureState
from db.event_pictures import EventPictureRepository
from db.events import EventRepository
from db.models import Job


class Arrivals:
    """Takes pictures in, each once; `ring` is told of it."""

    def __init__(
        self,
        *,
        events: EventRepository,
        pictures: EventPictureRepository,
        store: EventStore,
        framing: Framing,
        feed: EventFeed,
        ring: Callable[[], None],
    ) -> None:
        self._events = events
        self._pictures = pictures
        self._store = store
        self._framing = framing
        self._feed = feed
        self._ring = ring

    async def take_in(self, job: Job, picture: Path) -> tuple[Event, EventPicture] | None:
        """Hand a job's picture over to its event; None if nothing of it is shown any more.

        A second time changes nothing. OSError: the picture is gone from the disk.
        """
        event = await self._events.find(job.event_id or 0)
        if event is None:
            return None
        found = await self._pictures.find_of_job(job.id)
        if found is None:
            if event.state is EventState.CANCELLED:
                return None
            found = await self._hand_over(event, job, picture)
        self._feed.changed(event.id)
        self._ring()
        return event, found

    async def _hand_over(self, event: Event, job: Job, picture: Path) -> EventPicture:
        data = await asyncio.to_thread(picture.read_bytes)
        framed = await self._framing.dress(data, event)
        needs_approval = event.review_channel_id is not None
        return await self._pictures.hand_over(
            NewEventPicture(
                event_id=event.id,
                job_id=job.id,
                user_id=job.user_id,
                filter_name=job.filter_name or "",
                file=await self._store.keep(event.id, job.id, framed.data, suffix=framed.suffix),
                width=framed.width,
                height=framed.height,
                caption=job.caption or "",
            ),
            PictureState.WAITING if needs_approval else PictureState.APPROVED,
        )
