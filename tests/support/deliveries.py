"""The second implementation of Delivery: it notes what members would have seen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from bot.services.delivery import DeliveryPostponed, Posted, Stage
from db.models import Job, JobState


@dataclass(slots=True)
class NotingDelivery:
    """Takes everything, unless told to refuse or to postpone."""

    stages: list[tuple[int, Stage]] = field(default_factory=list)
    pictures: dict[int, list[bytes]] = field(default_factory=dict)
    told: dict[int, list[JobState]] = field(default_factory=dict)
    looked_first: list[int] = field(default_factory=list)
    reminded: list[int] = field(default_factory=list)
    refuses: bool = False
    postpones: int = 0  # so many tries fail before one succeeds
    news: asyncio.Event = field(default_factory=asyncio.Event)  # somebody was told something

    def progress(self, job: Job, stage: Stage, *, position: int | None = None) -> None:
        del position
        self.stages.append((job.id, stage))

    async def deliver(self, job: Job, picture: Path, *, maybe_posted: bool) -> Posted | None:
        if maybe_posted:
            self.looked_first.append(job.id)
        self._postpone()
        if self.refuses:
            return None
        self.pictures.setdefault(job.id, []).append(picture.read_bytes())
        return Posted(channel_id=job.channel_id, message_id=1_000_000 + job.id)

    async def tell(self, job: Job) -> None:
        self._postpone()
        self.told.setdefault(job.id, []).append(job.state)
        self.news.set()

    async def remind(self, job: Job) -> None:
        self.reminded.append(job.id)

    def _postpone(self) -> None:
        if self.postpones:
            self.postpones -= 1
            raise DeliveryPostponed("told to")
