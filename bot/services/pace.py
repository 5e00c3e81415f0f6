"""How fast the back ends are: what is learned from each finished job, and what follows from it.

Kept in memory and read from the latest jobs' rows at start, so that it is stored only once. Jobs
of members who were erased still count: their rows are nobody's.
"""

from __future__ import annotations

import statistics
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.services.durations import Durations, Guess
from db.models import Job, Made

MOST_KINDS = 500  # filters and qualities that are remembered; the one unused for longest goes
OTHER_SPREAD = 0.6  # how far filters of one back end may lie apart
OTHER_SURPRISE = 0.25
LIKELY = 0.75  # part of all pictures that are there when their member was told to expect them
GAPS = 20  # of the latest that count
FEWEST_GAPS = 3

Kind = tuple[str | None, ...]  # back end and version, and for one filter its number and quality


class Pace:
    """Durations by back end, version, filter and quality; and how fast queues move."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._durations: OrderedDict[Kind, Durations] = OrderedDict()
        self._queue = _Gaps()  # ours: from one job that is sent to the next
        self._backends: dict[str | None, _Gaps] = {}  # theirs: from one picture to the next
        self._under_way: dict[int, str | None] = {}  # jobs at a back end, in the order they came

    def read(self, rows: Iterable[Made]) -> None:
        """Learn from jobs of earlier processes, oldest first."""
        for row in rows:
            self._note_sent(row)
            self._note_made(row, at=row.finished_at)
            self._learn(row, (row.finished_at - row.submitted_at).total_seconds(), after=None)

    def begin(self, job: Job) -> None:
        """Note that a job is at its back end now."""
        if job.id not in self._under_way:
            self._under_way[job.id] = job.backend
            if job.submitted_at is not None:
                self._note_sent(job)

    def end(self, job: Job) -> None:
        """Note that a job is not at its back end any more, whatever came of it."""
        self._under_way.pop(job.id, None)

    def learn(self, job: Job, seconds: float, *, after: float | None) -> None:
        """Note that a picture was made in so many seconds, or at some time since `after`."""
        self._note_made(job, at=self._clock())
        self._learn(job, seconds, after=after)

    def guess(self, job: Job) -> Guess | None:
        """Say how long the back end may take for a job; None: nothing is known of it."""
        kind = _kind(job)
        if kind in self._durations:
            self._durations.move_to_end(kind)
            return self._durations[kind].guess
        others = self._durations.get(kind[:2])
        if others is None or others.guess is None:
            return None
        return replace(
            others.guess,
            spread=max(OTHER_SPREAD, others.guess.spread),
            surprise=max(OTHER_SURPRISE, others.guess.surprise),
        )

    def expected_at(self, job: Job, *, backend: str, version: str, ahead: int) -> datetime | None:
        """Say when a job's picture is likely to be there; None: there is nothing to go by.

        `ahead`: how many jobs our queue sends before it.
        """
        there = job if job.backend else replace(job, backend=backend, api_version=version)
        guess = self.guess(there)
        if guess is None:
            return None
        now = self._clock()
        wait = timedelta(seconds=ahead * self._queue.usual)
        making = timedelta(seconds=guess.quantile(LIKELY))
        sent = there.submitted_at if there.id in self._under_way else None
        gaps = self._backends.get(there.backend, _Gaps())
        in_turn = timedelta(seconds=(self._before(there) + ahead + 1) * gaps.usual)
        return max((sent or now + wait) + making, now + in_turn)

    def _before(self, job: Job) -> int:
        """Count the jobs that came to the job's back end before it."""
        count = 0
        for job_id, backend in self._under_way.items():
            if job_id == job.id:
                break
            count += backend == job.backend
        return count

    def _learn(self, job: Job | Made, seconds: float, *, after: float | None) -> None:
        kind = _kind(job)
        for each in (kind, kind[:2]):
            durations = self._durations.setdefault(each, Durations())
            durations.add(seconds, after=after)
            self._durations.move_to_end(each)
        while len(self._durations) > MOST_KINDS:
            self._durations.popitem(last=False)

    def _note_sent(self, job: Job | Made) -> None:
        if job.submitted_at is not None:
            self._queue.note(job.submitted_at, waiting_since=job.created_at)

    def _note_made(self, job: Job | Made, *, at: datetime) -> None:
        if job.submitted_at is not None:
            gaps = self._backends.setdefault(job.backend, _Gaps())
            gaps.note(at, waiting_since=job.submitted_at)


class _Gaps:
    """The time between two steps of a queue, measured only while somebody waited in it."""

    def __init__(self) -> None:
        self._latest: datetime | None = None
        self._seconds: deque[float] = deque(maxlen=GAPS)

    def note(self, at: datetime, *, waiting_since: datetime) -> None:
        if self._latest is not None and waiting_since < self._latest <= at:
            self._seconds.append((at - self._latest).total_seconds())
        if self._latest is None or at > self._latest:
            self._latest = at

    @property
    def usual(self) -> float:
        """Say how many seconds a step takes; 0 while nobody had to wait for another."""
        return statistics.median(self._seconds) if len(self._seconds) >= FEWEST_GAPS else 0.0


def _kind(job: Job | Made) -> Kind:
    return (job.backend, job.api_version, job.filter_id, job.quality)
