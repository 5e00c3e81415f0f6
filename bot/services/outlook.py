"""What may be told of a job that is under way: its place, and when its picture is likely there."""

from __future__ import annotations

from bot.services.backends import Backends
from bot.services.budget import Budget
from bot.services.delivery import NO_NEWS, News, Stage
from bot.services.gate import Gates
from bot.services.pace import Pace
from db.models import Job, JobKind
from faceswap.models import APIVersion


class Outlook:
    """Nothing is promised before something was learned, nor while nothing is sent."""

    def __init__(self, *, backends: Backends, gates: Gates, pace: Pace, budget: Budget) -> None:
        self._current = backends.current
        self._gates = gates
        self._pace = pace
        self._budget = budget

    def in_queue(self, job: Job, position: int) -> tuple[Stage, News]:
        """Say how a job stands that this many jobs, itself included, are to be sent up to."""
        if self._gates.of(self._current.name).pause is not None:
            return Stage.PAUSED, NO_NEWS
        if self._budget.stops_jobs:
            return Stage.UNPAID, NO_NEWS
        version = APIVersion.V2 if job.kind is JobKind.PROMPT else self._current.swap_version
        expected_at = self._pace.expected_at(
            job, backend=self._current.name, version=version, ahead=position - 1
        )
        return Stage.QUEUED, News(position=position, expected_at=expected_at)

    def at_backend(self, job: Job) -> News:
        """Say what to expect of a job that was sent."""
        if job.backend is None or job.api_version is None:
            return NO_NEWS
        expected_at = self._pace.expected_at(
            job, backend=job.backend, version=job.api_version, ahead=0
        )
        return News(expected_at=expected_at)
