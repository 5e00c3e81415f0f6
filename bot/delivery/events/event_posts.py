"""Makes the messages of events: reads what they tell, and has the cards drawn."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import discord

from bot.delivery.events.posts import Post
from bot.services.events.dressing import Dressing, look_of
from bot.services.events.planning import Planning
from bot.services.events.reporting import Reporting
from cogs.ui.events import notices
from cogs.ui.events.panel import panel_card
from cogs.ui.events.report import report_card
from db.event_models import Event, NoticeKind
from db.event_pictures import EventPictureRepository
from db.event_times import was_missed
from db.events import EventRepository

Maker = Callable[[Event], Awaitable[Post | None]]


class EventCards:
    """The EventPosts of `bot.delivery.events`."""

    def __init__(
        self,
        *,
        events: EventRepository,
        pictures: EventPictureRepository,
        planning: Planning,
        reporting: Reporting,
        dressing: Dressing,
        folder: Path,
        max_upload_bytes: int,
    ) -> None:
        self._pictures = pictures
        self._folder = folder  # of all events
        self._max_upload_bytes = max_upload_bytes
        self._events = events
        self._planning = planning
        self._reporting = reporting
        self._dressing = dressing
        self._makers: dict[NoticeKind, Maker] = {
            NoticeKind.ANNOUNCED: self._announced,
            NoticeKind.OPENED: self._opened,
            NoticeKind.TIME_WARNING: self._time_warning,
            NoticeKind.POT_WARNING: self._pot_warning,
            NoticeKind.POT_EMPTY: self._pot_empty,
            NoticeKind.CLOSED: self._closed,
            NoticeKind.WINNER: self._winner,
            NoticeKind.CANCELLED: self._cancelled,
        }

    async def panel(self, event: Event, *, has: str | None = None) -> Post:
        filters = self._planning.filters_of(event) if event.filters else ()
        progress = await self._events.progress(event.id)
        sample = await self._sample(event, has)
        view = panel_card(
            event,
            await self._events.counts(event.id),
            filters=[each.name for each in filters],
            picture=sample or f"attachment://{has}",
            used=progress.pot_used if event.pot is not None else None,
        )
        return Post(view=view, files=[sample] if sample else [], keeps_files=sample is None)

    async def _sample(self, event: Event, has: str | None) -> discord.File | None:
        """Return what the pictures look like, to be sent; None where the message has it already."""
        name = f"event-{event.id}-{look_of(event).digest(event)}"
        if has is not None and has.startswith(name):
            return None
        framed = await self._dressing.sample(event)
        return discord.File(io.BytesIO(framed.data), f"{name}{framed.suffix}")

    async def notice(self, event: Event, kind: NoticeKind) -> Post | None:
        return await self._makers[kind](event)

    async def _announced(self, event: Event) -> Post:
        return Post(view=notices.announcement_card(event), mentions=notices.mentions_of(event))

    async def _opened(self, event: Event) -> Post:
        return Post(view=notices.opened_card(event), mentions=notices.mentions_of(event))

    async def _time_warning(self, event: Event) -> Post:
        return Post(view=notices.time_warning_card(event))

    async def _pot_warning(self, event: Event) -> Post:
        progress = await self._events.progress(event.id)
        return Post(view=notices.pot_warning_card(event, used=progress.pot_used))

    async def _pot_empty(self, event: Event) -> Post:
        return Post(view=notices.pot_empty_card(event))

    async def _closed(self, event: Event) -> Post:
        if was_missed(event):
            return Post(view=notices.missed_card(event))
        report = await self._reporting.report(event)
        chart = None
        if report.chart is not None:
            chart = discord.File(
                io.BytesIO(report.chart.data),
                f"event-{event.id}-chart.png",
                description=report.chart.alt,
            )
        return Post(view=report_card(report, chart=chart), files=[chart] if chart else [])

    async def _winner(self, event: Event) -> Post | None:
        best = await self._pictures.leaderboard(event.id, 2)
        if not best:  # taken down since
            return None
        winner = best[0]
        tied = any(other.votes == winner.votes for other in best[1:])
        path = self._folder / str(event.id) / winner.file
        file = await asyncio.to_thread(_fitting, path, self._max_upload_bytes)
        return Post(
            view=notices.winner_card(event, winner, picture=file, tied=tied),
            files=[file] if file else [],
            mentions=discord.AllowedMentions(
                users=[discord.Object(winner.user_id)], roles=False, everyone=False
            ),
        )

    async def _cancelled(self, event: Event) -> Post:
        return Post(view=notices.cancelled_card(event))


def _fitting(path: Path, limit: int) -> discord.File | None:
    """Open a picture to be sent, unless it is gone or larger than Discord takes."""
    try:
        return discord.File(path) if path.stat().st_size <= limit else None
    except OSError:
        return None
