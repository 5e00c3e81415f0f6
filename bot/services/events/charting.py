"""The chart of an event's closing report, with words for people who cannot see it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.services.events.timelines import Step, Timeline

PLOT_SECONDS = 60.0
MOST_LABELS = 8
LONGEST_ALT = 1000
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_HOURS_BETWEEN = (1, 2, 3, 4, 6, 12, 24)
_MINUTES_BETWEEN = (10, 20, 30, 60)
_COMMAND = (sys.executable, "-m", "bot.services.events.plotting")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart as PNG, and the same in words."""

    alt: str
    data: bytes = field(repr=False)


class Charting:
    """Has charts drawn in a process of their own, one at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def draw(self, line: Timeline, *, timezone: str) -> Chart | None:
        """Draw an event's pictures over time; None if there are none, or it cannot be drawn."""
        if line.best is None:
            return None
        job = {
            "labels": labels(line),
            "values": [step.pictures for step in line.steps],
            "axis": f"{_days(line.steps)} · {timezone}",
            "title": f"Pictures {_per(line.length)}",
        }
        async with self._turn:
            data = await _plot(json.dumps(job).encode())
        return None if data is None else Chart(data=data, alt=in_words(line, timezone=timezone))


def in_words(line: Timeline, *, timezone: str) -> str:
    """Describe a chart for people who cannot see it; at most 1024 characters."""
    best = line.best
    if best is None:
        return "There were no pictures."
    total = sum(step.pictures for step in line.steps)
    first, last = line.steps[0], line.steps[-1]
    busy = [step for step in line.steps if step.pictures]
    text = (
        f"Bar chart: pictures {_per(line.length)}, {_span(line)}, {timezone} time. "
        f"{_count(total)} in all; the most, {best.pictures}, {_when(best, line.length)}."
    )
    if len(busy) > 1:
        text += f" It begins with {first.pictures} and ends with {last.pictures}."
    return text[:LONGEST_ALT]


def labels(line: Timeline) -> list[str]:
    """Write below some of the steps when they begin; the others get an empty label."""
    if line.length >= _DAY:
        every = -(-len(line.steps) // MOST_LABELS)
        return [
            f"{step.begins_at.day} {step.begins_at:%b}" if at % every == 0 else ""
            for at, step in enumerate(line.steps)
        ]
    per_hour = _HOUR // line.length
    choices = _HOURS_BETWEEN if per_hour == 1 else _MINUTES_BETWEEN
    unit = 60 if per_hour == 1 else 1
    every = next(
        (each * unit for each in choices if _marks(line, each * unit) <= MOST_LABELS),
        choices[-1] * unit,
    )
    several_days = line.steps[0].begins_at.date() != line.steps[-1].begins_at.date()
    return [
        _label(step, every, with_day=several_days and line.length == _HOUR) for step in line.steps
    ]


def _marks(line: Timeline, every: int) -> int:
    return sum(_is_mark(step, every) for step in line.steps)


def _is_mark(step: Step, every: int) -> bool:
    local = step.begins_at
    return (local.hour * 60 + local.minute) % every == 0


def _label(step: Step, every: int, *, with_day: bool) -> str:
    if not _is_mark(step, every):
        return ""
    is_midnight = step.begins_at.hour == 0
    return f"{step.begins_at:%H:%M}" + (
        f"\n{step.begins_at:%a}" if with_day and is_midnight else ""
    )


def _per(length: timedelta) -> str:
    if length >= _DAY:
        return "per day"
    return "per hour" if length == _HOUR else f"per {length // timedelta(minutes=1)} minutes"


def _span(line: Timeline) -> str:
    first, last = line.steps[0].begins_at, line.steps[-1].begins_at
    if line.length >= _DAY:
        return f"{_date(first)} to {_date(last)}"
    if first.date() == last.date():
        return f"{_date(first)} from {first:%H:%M} to {last + line.length:%H:%M}"
    return f"{_moment(first)} to {_moment(last + line.length)}"


def _days(steps: Sequence[Step]) -> str:
    first, last = steps[0].begins_at, steps[-1].begins_at
    if first.date() == last.date():
        return _date(first)
    return f"{_date(first)} – {_date(last)}"


def _date(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b}"


def _moment(moment: datetime) -> str:
    return f"{_date(moment)} {moment:%H:%M}"


def _when(step: Step, length: timedelta) -> str:
    if length >= _DAY:
        return f"on {_date(step.begins_at)}"
    return f"between {_moment(step.begins_at)} and {step.begins_at + length:%H:%M}"


def _count(pictures: int) -> str:
    return "1 picture" if pictures == 1 else f"{pictures} pictures"


async def _plot(job: bytes) -> bytes | None:
    """Run the program that draws; a report without its chart is better than none."""
    with tempfile.TemporaryDirectory() as folder:  # matplotlib wants one to note its fonts in
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            start_new_session=True,
            env={**os.environ, "MPLCONFIGDIR": folder},
        )
        try:
            async with asyncio.timeout(PLOT_SECONDS):
                data, _ = await process.communicate(job)
        except TimeoutError:
            _log.error("A chart was not drawn within %d seconds.", PLOT_SECONDS)
            return None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    if process.returncode != 0:
        _log.error("A chart could not be drawn (exit code %d).", process.returncode)
        return None
    return data
