"""The rhythm of status calls: when a job is asked about, and what its answers teach."""

from __future__ import annotations

import time

from bot.services.asking import next_question
from bot.services.delivery import Stage
from bot.services.durations import Guess
from bot.services.pace import Pace
from db.models import Job
from faceswap.models import APIVersion

MAY_BLOCK = {APIVersion.V5, APIVersion.V6}  # their status calls may wait for the job's end
BLOCKED_SECONDS = 2.0  # an answer that took longer came from a call that blocked: ask at once
FIRST_LOOK_SECONDS = 0.5  # where nothing is known of how long jobs take
FIRST_ERROR_PAUSE = 0.5  # seconds after a call that failed; doubles with each in a row
LONGEST_ERROR_PAUSE = 30.0
NEW_SECONDS = 5.0  # a job that is older when it is first asked about may have ended long ago


class Watch:
    """What was seen of one job so far; seconds count from its submission."""

    def __init__(self, job: Job, *, elapsed: float) -> None:
        self.job = job
        self.began_at = elapsed
        self.asked_at = elapsed
        self.unfinished_at: float | None = None  # when it was last known not to have ended
        self.failures = 0  # in a row
        self.stage: Stage | None = None
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return self.began_at + time.monotonic() - self._started

    @property
    def was_held(self) -> bool:
        """Tell whether the last call, ended just now, was held open."""
        is_long = self.seconds - self.asked_at >= BLOCKED_SECONDS
        return is_long and self.job.api_version in MAY_BLOCK

    @property
    def way(self) -> tuple[str | None, str | None]:
        return self.job.backend, self.job.api_version


class Rhythm:
    """Says how long to wait before each status call, and remembers which ways do not block."""

    def __init__(self, *, pace: Pace) -> None:
        self._pace = pace
        self._answers_at_once: set[tuple[str | None, str | None]] = set()  # back end and version

    def before_first(self, watch: Watch) -> float:
        """Let a while pass where an answer would come at once, and would be that it is too early.

        A job that another process followed has been waited for: it is asked about when it is due.
        """
        if watch.job.api_version in MAY_BLOCK and watch.way not in self._answers_at_once:
            return 0.0
        guess = self._pace.guess(watch.job)
        first = FIRST_LOOK_SECONDS if guess is None else next_question(guess, asked=0.0)
        return max(0.0, first - watch.seconds)

    def after_unfinished(self, watch: Watch) -> float:
        """Say how long to wait after an answer that the job has not ended."""
        watch.failures = 0
        watch.unfinished_at = watch.asked_at
        if watch.was_held:
            self._answers_at_once.discard(watch.way)
            return 0.0
        self._answers_at_once.add(watch.way)
        now = watch.seconds
        return next_question(self._pace.guess(watch.job) or Guess(), asked=now) - now

    def after_failure(self, watch: Watch) -> float:
        """Say how long to wait after a call that failed; one that was held was only cut."""
        watch.failures = 1 if watch.was_held else watch.failures + 1
        return min(LONGEST_ERROR_PAUSE, FIRST_ERROR_PAUSE * 2.0 ** min(watch.failures - 1, 10))

    def learn(self, watch: Watch) -> None:
        """Learn how long a picture took, unless it was finished while nobody looked."""
        took = watch.seconds
        if watch.was_held:
            self._pace.learn(watch.job, took, after=None)
        elif watch.unfinished_at is not None:
            self._pace.learn(watch.job, took, after=watch.unfinished_at)
        elif watch.began_at < NEW_SECONDS:
            self._pace.learn(watch.job, took, after=0.0)
