"""What organisers write as local time becomes a moment: zones, summer time, and the next such day.

A time that the clocks skip is refused; of one that comes twice the first is taken, and that is
said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.event_errors import TimeProblem, TimeRejected
from bot.services.events.time_words import (
    Ahead,
    Clock,
    Date,
    Day,
    Duration,
    Unread,
    Unreadable,
    Weekday,
    read_day_and_clock,
    read_duration,
    tidy,
)

JUST_NOW = timedelta(minutes=1)  # the minute that it is by the clock is not over
_DAY = timedelta(days=1)
_WEEK = 7
_MINUTE = timedelta(minutes=1)
_DISCORDS = re.compile(r"<t:(\d{1,11})(?::[a-z])?>")  # a timestamp pasted from a message

_PROBLEMS = {
    Unread.UNCLEAR: TimeProblem.UNCLEAR,
    Unread.TWO_WAYS: TimeProblem.TWO_WAYS,
    Unread.NO_CLOCK: TimeProblem.NO_CLOCK,
    Unread.NO_SUCH_CLOCK: TimeProblem.NO_SUCH_CLOCK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """The moment that was meant; `is_first_of_two`: the clocks show it twice."""

    at: datetime
    is_first_of_two: bool = False


def understand_start(text: str, *, zone: str, now: datetime) -> Understood:
    """Read when something begins; raises TimeRejected."""
    return _Reader(text, zone=ZoneInfo(zone), now=now, after=now - JUST_NOW).read()


def understand_end(text: str, *, zone: str, now: datetime, starts_at: datetime) -> Understood:
    """Read when something ends that begins then: a moment, or how long it lasts."""
    reader = _Reader(text, zone=ZoneInfo(zone), now=now, after=starts_at)
    return reader.read_length(starts_at) or reader.read()


class _Reader:
    """Reads one text; a day that is not named whole is the first that comes after `after`."""

    def __init__(self, text: str, *, zone: ZoneInfo, now: datetime, after: datetime) -> None:
        self._written = text
        self._text = tidy(text)
        self._zone = zone
        self._now = now
        self._after = after

    def read_length(self, since: datetime) -> Understood | None:
        length = read_duration(self._text)
        return None if length is None else self._later(since, length)

    def read(self) -> Understood:
        if self._text == "now":
            return Understood(at=self._now)
        if (pasted := _DISCORDS.fullmatch(self._text)) is not None:
            return Understood(at=datetime.fromtimestamp(int(pasted[1]), UTC))
        if self._text.startswith("in ") and (length := read_duration(self._text[3:])) is not None:
            return self._later(self._now, length)
        if read_duration(self._text) is not None:  # "2h": in two hours, or at two?
            raise self._rejected(TimeProblem.UNCLEAR)
        try:
            day, clock = read_day_and_clock(self._text)
        except Unreadable as error:
            raise self._rejected(_PROBLEMS[error.why]) from None
        return self._first(day, clock)

    def _first(self, day: Day | None, clock: Clock) -> Understood:
        """Take the first moment of this name that is still to come."""
        found = None
        for each in self._days(day):
            try:
                found = self._at(each, clock)
            except TimeRejected as skipped:
                if skipped.after is None or skipped.after >= self._after:
                    raise
                continue
            if found.at >= self._after:
                return found
        if found is None:
            raise self._rejected(TimeProblem.NO_SUCH_DATE)
        return found  # a whole date in the past: whoever checks the plan says so

    def _days(self, day: Day | None) -> Iterator[date]:
        """Name the days that may be meant, the earliest first."""
        first = self._after.astimezone(self._zone).date()
        match day:
            case None:
                yield from (first + number * _DAY for number in range(-1, 3))
            case Ahead():
                yield self._now.astimezone(self._zone).date() + day.days * _DAY
            case Weekday():
                ahead = (day.number - first.weekday()) % _WEEK
                yield from (first + (ahead + _WEEK * number) * _DAY for number in range(2))
            case Date():
                years = (first.year, first.year + 1) if day.year is None else (day.year,)
                yield from (each for year in years if (each := _date(day, year=year)) is not None)

    def _at(self, day: date, clock: Clock) -> Understood:
        """Find the moment at which clocks in this zone show this; raises TimeRejected."""
        if clock.hour == 24:  # noqa: PLR2004 - the end of the day
            day, clock = day + _DAY, Clock(hour=0, minute=0)
        shown = datetime.combine(day, time(clock.hour, clock.minute))
        first, second = (
            shown.replace(tzinfo=self._zone, fold=fold).astimezone(UTC) for fold in (0, 1)
        )
        if first == second:
            return Understood(at=first)
        if first > second:
            raise self._skipped(between=(second, first))
        at = first if first >= self._after else second
        return Understood(at=at, is_first_of_two=at == first)

    def _later(self, since: datetime, length: Duration) -> Understood:
        """Count days by the calendar, and hours by how long they are."""
        try:
            there = since.astimezone(self._zone) + length.days * _DAY
            return Understood(at=there.astimezone(UTC) + length.rest)
        except OverflowError:
            raise self._rejected(TimeProblem.NO_SUCH_DATE) from None

    def _skipped(self, *, between: tuple[datetime, datetime]) -> TimeRejected:
        """Name the minutes beside the gap that the clocks jump over."""
        earliest, latest = between
        offset = latest.astimezone(self._zone).utcoffset()
        minutes = range((latest - earliest) // _MINUTE + 1)
        moments = (earliest + minute * _MINUTE for minute in minutes)
        jump = next(each for each in moments if each.astimezone(self._zone).utcoffset() == offset)
        return self._rejected(
            TimeProblem.SKIPPED,
            before=(jump - _MINUTE).astimezone(self._zone),
            after=jump.astimezone(self._zone),
        )

    def _rejected(
        self,
        problem: TimeProblem,
        *,
        before: datetime | None = None,
        after: datetime | None = None,
    ) -> TimeRejected:
        return TimeRejected(problem, self._written, zone=self._zone.key, before=before, after=after)


def _date(day: Date, *, year: int) -> date | None:
    try:
        return date(year, day.month, day.day)
    except ValueError:
        return None
