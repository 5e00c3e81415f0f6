"""What runs community events: the conductor by the clock, and the announcer on Discord."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.delivery.events.announcing import Announcer
from bot.delivery.events.event_posts import EventCards
from bot.delivery.events.telling import Teller
from bot.services.events.bell import Bell
from bot.services.events.conductor import Conductor
from bot.services.events.dressing import Dressing
from bot.services.events.feed import EventFeed
from bot.services.events.planning import Planning
from bot.services.events.reporting import Reporting
from bot.settings import Settings
from db.database import Database
from db.event_pictures import EventPictureRepository
from db.event_retention import EventRetentionRepository
from db.events import EventRepository
from db.notices import NoticeRepository


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Both of them, for one client."""

    conductor: Conductor
    announcer: Announcer

    async def run(self, logged_in: asyncio.Event) -> None:
        """Run both beside each other until cancelled; nothing can be posted before the login."""

        async def announce() -> None:
            await logged_in.wait()
            await self.announcer.run()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.conductor.run(), name="conductor")
            tasks.create_task(announce(), name="announcer")


def set_up_stage(
    settings: Settings,
    *,
    database: Database,
    client: discord.Client,
    events: EventRepository,
    retention: EventRetentionRepository,
    planning: Planning,
    dressing: Dressing,
    reporting: Reporting,
    teller: Teller,
    feed: EventFeed,
    bell: Bell,
    clock: Callable[[], datetime],
) -> Stage:
    """Build them; `bell` is the one that organisers' changes ring."""
    news = Bell()
    pictures = EventPictureRepository(database, clock=clock)
    posts = EventCards(
        events=events,
        pictures=pictures,
        planning=planning,
        reporting=reporting,
        dressing=dressing,
        folder=settings.data_dir / "events",
        max_upload_bytes=settings.max_upload_bytes,
    )
    return Stage(
        conductor=Conductor(
            events=events, retention=retention, feed=feed, bell=bell, news=news, clock=clock
        ),
        announcer=Announcer(
            client=client,
            events=events,
            posts=posts,
            teller=teller,
            marks=NoticeRepository(database, clock=clock),
            bell=news,
            clock=clock,
        ),
    )
