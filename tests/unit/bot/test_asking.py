"""The schedule of status calls that answer at once, against fixed polling every two seconds.

Everything is simulated: durations are drawn with a seed, no time passes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from bot.services.asking import SHORTEST_STEP, next_question
from bot.services.durations import Durations, Guess

SPREAD = 0.3
MEDIANS = [8, 10, 15, 30, 60]


@dataclass(slots=True)
class Figures:
    """Sums over many jobs. The fixed poller asks first after two seconds, its cheapest way."""

    jobs: int = 0
    seconds: float = 0.0
    delay: float = 0.0
    requests: int = 0
    fixed: int = 0

    @property
    def mean_delay(self) -> float:
        return self.delay / self.jobs

    @property
    def bound(self) -> float:
        """Ten per cent of the duration, or a second."""
        return max(1.0, 0.1 * self.seconds / self.jobs)

    @property
    def share(self) -> float:
        """Requests as a share of those of fixed polling."""
        return self.requests / self.fixed

    def __str__(self) -> str:
        return (
            f"{self.seconds / self.jobs:5.1f} s: delay {self.mean_delay:.2f} s "
            f"({100 * self.delay / self.seconds:.1f} %), {self.requests / self.jobs:.2f} requests, "
            f"fixed {self.fixed / self.jobs:.2f}"
        )

    def follow(self, learned: Durations, duration: float) -> None:
        """Follow one job from its submission, and learn from it as the bot does."""
        asked = 0.0
        while True:
            at = next_question(learned.guess or Guess(), asked=asked)
            self.requests += 1
            if at >= duration:
                break
            asked = at
        learned.add(at, after=asked)
        self.jobs += 1
        self.seconds += duration
        self.delay += at - duration
        self.fixed += math.ceil(duration / 2)


def drawn(median: float, *, seed: int) -> Callable[[], float]:
    chance = random.Random(seed)
    return lambda: median * math.exp(chance.gauss(0, SPREAD))


def learned_from(draw: Callable[[], float], jobs: int) -> Durations:
    learned, figures = Durations(), Figures()
    for _ in range(jobs):
        figures.follow(learned, draw())
    return learned


@pytest.mark.parametrize("median", MEDIANS)
def test_learned_asking_is_quick_at_less_than_half_the_requests(median: float) -> None:
    draw = drawn(median, seed=1)
    learned, figures = learned_from(draw, 20), Figures()
    for _ in range(600):
        figures.follow(learned, draw())
    assert figures.mean_delay <= figures.bound, str(figures)
    # At 8 s not even a schedule made for exactly this distribution does it with half: 0.50 is its
    # least for a second's delay. Against a poller that also asks at once, ours needs 0.48.
    also_at_once = figures.requests / (figures.fixed + figures.jobs)
    assert (figures.share if median > 10 else also_at_once) <= 0.5, str(figures)
    assert figures.share <= 0.6, str(figures)


@pytest.mark.parametrize(("median", "percent"), [(8, 25), (15, 15), (30, 10), (60, 10)])
def test_the_first_job_of_all_is_found_in_time_without_more_requests(
    median: float, percent: float
) -> None:
    draw, figures = drawn(median, seed=2), Figures()
    for _ in range(200):
        figures.follow(Durations(), draw())
    assert figures.delay <= figures.seconds * percent / 100, str(figures)
    assert figures.share < 0.7, str(figures)


@pytest.mark.parametrize("median", MEDIANS)
def test_twenty_jobs_teach_enough(median: float) -> None:
    figures = Figures()
    for seed in range(20):
        draw = drawn(median, seed=seed)
        learned = learned_from(draw, 20)
        for _ in range(5):
            figures.follow(learned, draw())
    assert figures.mean_delay <= 1.1 * figures.bound, str(figures)


@pytest.mark.parametrize("median", MEDIANS)
def test_a_filter_that_becomes_three_times_slower_is_followed_in_time(median: float) -> None:
    figures = Figures()
    for seed in range(20):
        learned = learned_from(drawn(median, seed=seed), 40)
        slower = drawn(3 * median, seed=seed)
        for _ in range(10):
            figures.follow(learned, slower())
    assert figures.mean_delay <= figures.bound, str(figures)
    assert figures.share <= 0.8, str(figures)


@pytest.mark.parametrize("median", MEDIANS)
def test_a_filter_that_becomes_three_times_faster_is_learned_in_a_few_jobs(median: float) -> None:
    figures = Figures()
    for seed in range(20):
        learned = learned_from(drawn(median, seed=seed), 40)
        faster = drawn(median / 3, seed=seed)
        for _ in range(12):
            Figures().follow(learned, faster())
        for _ in range(5):
            figures.follow(learned, faster())
    assert figures.mean_delay <= 1.3 * figures.bound, str(figures)


@pytest.mark.parametrize("guess", [Guess(), Guess(median=0.01, spread=0.05, surprise=0.02)])
def test_questions_move_on_and_thin_out(guess: Guess) -> None:
    asked, steps = 0.0, []
    while asked < 1200.0:
        following = next_question(guess, asked=asked)
        steps.append(following - asked)
        asked = following
    assert min(steps) >= SHORTEST_STEP
    assert steps[-1] > steps[0]
    assert len(steps) < 400  # in twenty minutes, the deadline; fixed polling asks 600 times


def test_a_job_far_beyond_what_is_usual_is_asked_about_no_later_than_a_quarter_more() -> None:
    guess = learned_from(drawn(20, seed=3), 60).guess
    assert guess is not None
    for asked in (40.0, 100.0, 400.0, 1000.0):
        assert next_question(guess, asked=asked) <= 1.25 * asked
