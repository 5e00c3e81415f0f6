"""Progress on cards: edited on change only, and at most once every few seconds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot import messages
from bot.delivery.cards import Cards
from bot.delivery.expecting import settle
from bot.delivery.reasons import PlaceRefused
from bot.services.delivery import NO_NEWS, DeliveryPostponed, News, Stage
from cogs.ui.cards import progress_card
from db.errors import StorageError
from db.jobs import JobRepository
from db.models import JobState

_UNFINISHED = {JobState.QUEUED, JobState.SUBMITTING, JobState.SUBMITTED}

LONGEST_PAUSE = 60.0  # seconds between two edits while Discord does not answer; doubles
MOST_DOUBLINGS = 6
_PAST = 0.1  # seconds, so that a clock is never found a moment before the time

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Canvas:
    """What one job's card should say, and the task that is bringing it about."""

    stage: Stage
    news: News = NO_NEWS
    shown: str | None = None  # the words on the card now
    is_over: bool = False  # no key opens the card, or it shows something final
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    passing: asyncio.TimerHandle | None = None  # of the expected time

    def forget_time(self) -> None:
        if self.passing is not None:
            self.passing.cancel()


class Painter:
    """Paints the progress of many jobs, each at its own pace; `run` beside the worker."""

    def __init__(
        self,
        *,
        cards: Cards,
        jobs: JobRepository,
        seconds_between: float,
        clock: Callable[[], datetime],
    ) -> None:
        self._cards = cards
        self._jobs = jobs
        self._seconds_between = seconds_between
        self._clock = clock
        self._canvases: dict[int, _Canvas] = {}
        self._news: asyncio.Queue[int] = asyncio.Queue()

    def show(self, job_id: int, stage: Stage, news: News) -> None:
        """Have a card say this soon; only the latest word counts."""
        canvas = self._canvases.get(job_id)
        if canvas is None:
            canvas = self._canvases[job_id] = _Canvas(stage)
        if canvas.is_over:
            return
        expected_at = settle(
            canvas.news.expected_at,
            news.expected_at,
            now=self._clock(),
            in_queue=stage is Stage.QUEUED,
        )
        canvas.stage, canvas.news = stage, replace(news, expected_at=expected_at)
        self._news.put_nowait(job_id)

    async def finish(self, job_id: int) -> None:
        """Return when no edit of this card is under way or to come."""
        canvas = self._canvases.pop(job_id, None)
        if canvas is not None:
            canvas.finished.set()
            canvas.forget_time()
            if canvas.task is not None:
                await asyncio.wait([canvas.task])

    async def run(self) -> None:
        """Paint until cancelled.

        Cards are painted from here, and not from where their news come up: an interaction is over
        when its command has been answered, not when its card has been brought up to date.
        """
        try:
            while True:
                job_id = await self._news.get()
                canvas = self._canvases.get(job_id)
                if canvas is not None and (canvas.task is None or canvas.task.done()):
                    paint = self._paint(job_id, canvas)
                    canvas.task = asyncio.create_task(paint, name=f"card-{job_id}")
        finally:
            for job_id in list(self._canvases):
                await self.finish(job_id)

    async def _paint(self, job_id: int, canvas: _Canvas) -> None:
        failures = 0
        while not canvas.finished.is_set():
            words = messages.progress(canvas.stage, canvas.news, now=self._clock())
            if words == canvas.shown:
                self._look_again_later(job_id, canvas)
                return
            if await self._try(job_id, canvas, words):
                canvas.shown, failures = words, 0
            elif canvas.is_over:
                return
            else:
                failures = min(failures + 1, MOST_DOUBLINGS)
            pause = min(LONGEST_PAUSE, self._seconds_between * 2**failures)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await canvas.finished.wait()

    async def _try(self, job_id: int, canvas: _Canvas, words: str) -> bool:
        """Edit a card once, as far as that goes; tells whether it was edited."""
        try:
            canvas.is_over = not await self._edit(job_id, canvas, words)
        except PlaceRefused:
            canvas.is_over = True  # and is remembered until the job ends: no news is tried on it
        except (DeliveryPostponed, StorageError) as error:
            _log.info("Card of job %d was not edited: %s", job_id, error)
        except Exception:  # noqa: BLE001 - a card is worth less than the job
            _log.exception("Card of job %d was not edited.", job_id)
        else:
            return not canvas.is_over
        return False

    def _look_again_later(self, job_id: int, canvas: _Canvas) -> None:
        """Bring the card up to date when the time that it shows has passed."""
        canvas.forget_time()
        if canvas.news.expected_at is None:
            return
        left = (canvas.news.expected_at - self._clock()).total_seconds()
        if left > 0:
            loop = asyncio.get_running_loop()
            canvas.passing = loop.call_later(left + _PAST, self._news.put_nowait, job_id)

    async def _edit(self, job_id: int, canvas: _Canvas, words: str) -> bool:
        """Edit a card; False when it shows something final. Raises PlaceRefused."""
        job = await self._jobs.get(job_id)  # a button press may have brought a newer token
        if job.state not in _UNFINISHED:
            if self._canvases.get(job_id) is canvas:
                del self._canvases[job_id]
            return False
        await self._cards.edit(job, view=progress_card(job, canvas.stage, words))
        return True
