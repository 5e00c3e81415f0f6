"""How long jobs take, learned from recent ones: a guess that admits that it may be wrong. Pure.

What was learned is a log-normal distribution of the latest durations. A small part of each guess is
always a much wider one, for a job that is unlike those before: a filter that became slower, a
service that is busy, or one that nothing is known of.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from dataclasses import dataclass

WINDOW = 60  # of the latest durations count
FIRST_MEDIAN = 15.0  # seconds, where nothing at all is known
WIDE_SPREAD = 1.0  # of the logarithm: one in six takes more than 2.7 times the median
LEAST_SURPRISE = 0.02  # part of each guess that is wide, however much was learned
USUAL_SPREAD = 0.35  # counts as much as ASSUMED durations until there are many
ASSUMED = 2
LEAST_SPREAD = 0.05
UNLIKE = 2.5  # spreads from the median; so many in a row, all on one side, are a new time
UNLIKE_IN_A_ROW = 3
TOO_EARLY = 0.005  # that so many in a row ended before the first question is no chance any more

_GOLDEN = (math.sqrt(5) - 1) / 2
_ROUNDS = 40  # of halving an interval: far below a millisecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What may be said of the duration of the next job, in seconds."""

    median: float = FIRST_MEDIAN
    spread: float = WIDE_SPREAD
    surprise: float = 1.0  # how much of it is the wide distribution

    def survival(self, seconds: float) -> float:
        """Say how likely a job is to take longer than this."""
        near, wide = self._places(seconds)
        return (1 - self.surprise) * _above(near) + self.surprise * _above(wide)

    def hazard(self, seconds: float) -> float:
        """Say how likely a job that took so long already is to end in the next second."""
        near, wide = self._places(seconds)
        density = (1 - self.surprise) * _density(near) / self.spread
        density += self.surprise * _density(wide) / WIDE_SPREAD
        survival = self.survival(seconds)
        if not survival:
            return 0.0
        return density / (seconds * survival)

    def quantile(self, part: float, *, after: float = 0.0, before: float = math.inf) -> float:
        """Say below which duration this part of those between two others lies."""
        above = self.survival(after) if after > 0 else 1.0
        below = self.survival(before) if before < math.inf else 0.0
        wanted = above - part * (above - below)
        low, high = after, min(before, self.median * 1000.0)
        for _ in range(_ROUNDS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.survival(middle) > wanted else (low, middle)
        return (low + high) / 2

    def _places(self, seconds: float) -> tuple[float, float]:
        distance = math.log(seconds / self.median)
        return distance / self.spread, distance / WIDE_SPREAD


class Durations:
    """The latest durations of one kind of job."""

    def __init__(self) -> None:
        self._logs: deque[float] = deque(maxlen=WINDOW)
        self._count = 0
        self._early = 1.0  # how likely it was that the latest all ended before the first question
        self._unlike = 0  # in a row; negative: on the short side
        self.guess: Guess | None = None  # None: nothing was learned yet

    def add(self, seconds: float, *, after: float | None = None) -> None:
        """Learn that a job took so long, or that it ended at some moment between `after` and then.

        In between, a place is chosen as likely as the guess makes it, not the middle or the end:
        jobs that end between two questions would look slower from time to time, and as if they
        never ended before the first.
        """
        took = seconds if after is None else self._place(seconds, after=after)
        self._notice_change(took)
        self._logs.append(math.log(max(took, 0.01)))
        self.guess = self._fit()

    def _place(self, seconds: float, *, after: float) -> float:
        """Choose a moment in between, evenly spread over the jobs but without chance."""
        guess = self.guess or Guess()
        self._early = self._early * (1 - guess.survival(seconds)) if after == 0 else 1.0
        if self._early < TOO_EARLY:  # they end long before the first question, nobody knows when
            self._early = 1.0
            self._logs.clear()
            return seconds / 2
        self._count += 1
        part = (self._count * _GOLDEN) % 1.0
        return guess.quantile(part, after=after, before=seconds)

    def _notice_change(self, took: float) -> None:
        """Forget what was, once several jobs in a row were nothing like it."""
        if self.guess is None:
            return
        place = math.log(max(took, 0.01) / self.guess.median) / self.guess.spread
        side = 1 if place > 0 else -1
        is_unlike = abs(place) > UNLIKE
        self._unlike = side * (abs(self._unlike) + 1) if is_unlike else 0
        if is_unlike and side * self._unlike >= UNLIKE_IN_A_ROW:
            latest = list(self._logs)[-(UNLIKE_IN_A_ROW - 1) :]
            self._logs.clear()
            self._logs.extend(latest)
            self._unlike = 0

    def _fit(self) -> Guess:
        middle = statistics.fmean(self._logs)
        squares = sum((each - middle) ** 2 for each in self._logs)
        known = len(self._logs)
        variance = (ASSUMED * USUAL_SPREAD**2 + squares) / (ASSUMED + known - 1)
        return Guess(
            median=math.exp(middle),
            spread=max(LEAST_SPREAD, math.sqrt(variance)),
            surprise=max(LEAST_SURPRISE, 1 / (known + 1)),
        )


def _above(place: float) -> float:
    return 0.5 * math.erfc(place / math.sqrt(2))


def _density(place: float) -> float:
    return math.exp(-place * place / 2) / math.sqrt(2 * math.pi)
