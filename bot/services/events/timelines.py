"""How many pictures an event made when, in steps that fit its length and its organiser's clock.

Pure. Steps begin where the local clock shows a round time, also where it is half an hour off and
on the night in which it is changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SHORT = timedelta(hours=3, minutes=10)  # up to here steps of ten minutes; the last come late
LONG = timedelta(days=3)  # from here on steps of a day
_TEN_MINUTES, _HOUR, _DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)

Counts = Iterable[tuple[datetime, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stretch of time, local, and how many pictures were made in it."""

    begins_at: datetime
    pictures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All steps of an event, those without pictures as well."""

    length: timedelta  # of a step, but for a day on which the clock is changed
    steps: tuple[Step, ...]

    @property
    def best(self) -> Step | None:
        """The first of the steps with the most pictures; None if there are no pictures."""
        best = max(self.steps, key=lambda step: step.pictures, default=None)
        return best if best is not None and best.pictures else None


def timeline(
    counts: Counts,
    *,
    starts_at: datetime,
    ends_at: datetime,
    zone: ZoneInfo,
    length: timedelta | None = None,
) -> Timeline:
    """Sum up counts, each with the moment it is for, over the time of an event.

    Pictures that came after the end make it longer, for what was ordered in time is still made.
    """
    known = [(moment, count) for moment, count in counts if count]
    first = min([starts_at, *(moment for moment, _ in known)])
    last = max([ends_at - timedelta(microseconds=1), *(moment for moment, _ in known)])
    length = length or _length_for(last - first)
    sums: Counter[datetime] = Counter()
    for moment, count in known:
        sums[_floor(moment, length, zone)] += count
    steps = []
    begin = _floor(first, length, zone)
    while begin <= last:
        steps.append(Step(begins_at=begin.astimezone(zone), pictures=sums[begin]))
        begin = _next(begin, length, zone)
    return Timeline(length=length, steps=tuple(steps))


def peak_hour(counts: Counts, zone: ZoneInfo) -> Step | None:
    """Return the hour of the local clock with the most pictures; the first of equals."""
    sums: Counter[datetime] = Counter()
    for moment, count in counts:
        sums[_floor(moment, _HOUR, zone)] += count
    if not sums.total():
        return None
    begin = min(sums, key=lambda hour: (-sums[hour], hour))
    return Step(begins_at=begin.astimezone(zone), pictures=sums[begin])


def _length_for(duration: timedelta) -> timedelta:
    if duration <= SHORT:
        return _TEN_MINUTES
    return _HOUR if duration <= LONG else _DAY


def _floor(moment: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
    """Return the beginning of a moment's step, in UTC."""
    local = moment.astimezone(zone)
    if length >= _DAY:
        local = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        return local.astimezone(UTC)
    minutes = length // timedelta(minutes=1)
    over = timedelta(
        minutes=local.minute % minutes, seconds=local.second, microseconds=local.microsecond
    )
    return moment.astimezone(UTC) - over


def _next(begin: datetime, length: timedelta, zone: ZoneInfo) -> datetime:
    """Return where the next step begins; a day may have 23 or 25 hours."""
    if length < _DAY:
        return begin + length
    return _floor(begin + length + timedelta(hours=2), length, zone)
