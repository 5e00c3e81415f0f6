"""The second implementation of Delivery: it notes what members would have seen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bot.services.delivery import NO_NEWS, DeliveryPostponed, News, Posted, Stage
from db.models import Job, JobState, OpenOrder


@dataclass(slots=True)
class NotingDelivery:
    """Takes everything, unless told to refuse or to postpone."""

    stages: list[tuple[int, Stage]] = field(default_factory=list)
    pictures: dict[int, list[bytes]] = field(default_factory=dict)
    told: dict[int, list[JobState]] = field(default_factory=dict)
    looked_first: list[int] = field(default_factory=list)
    reminded: list[int] = field(default_factory=list)
    taken_back: list[tuple[int, Posted | None]] = field(default_factory=list)
    news_of: dict[int, list[News]] = field(default_factory=dict)
    cut_off: list[int] = field(default_factory=list)  # interactions
    refuses: bool = False
    postpones: int = 0  # so many tries fail before one succeeds
    postponed: asyncio.Event = field(default_factory=asyncio.Event)  # a try has failed
    news: asyncio.Event = field(default_factory=asyncio.Event)  # somebody was told something

    def progress(self, job: Job, stage: Stage, news: News = NO_NEWS) -> None:
        self.stages.append((job.id, stage))
        self.news_of.setdefault(job.id, []).append(news)

    async def deliver(self, job: Job, picture: Path, *, maybe_posted: bool) -> Posted | None:
        if maybe_posted:
            self.looked_first.append(job.id)
        self._postpone()
        if self.refuses:
            return None
        self.pictures.setdefault(job.id, []).append(picture.read_bytes())
        return Posted(channel_id=job.channel_id, message_id=1_000_000 + job.id)

    async def take_back(self, job: Job, posted: Posted | None) -> None:
        self._postpone()
        self.taken_back.append((job.id, posted))

    async def tell(self, job: Job) -> None:
        self._postpone()
        self.told.setdefault(job.id, []).append(job.state)
        self.news.set()

    async def tell_cut_off(self, order: OpenOrder) -> None:
        self._postpone()
        self.cut_off.append(order.interaction_id)
        self.news.set()

    async def remind(self, job: Job) -> None:
        self.reminded.append(job.id)

    def _postpone(self) -> None:
        if self.postpones:
            self.postpones -= 1
            self.postponed.set()
            raise DeliveryPostponed("told to")
