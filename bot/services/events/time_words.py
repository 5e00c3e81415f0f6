"""What the words mean that people write for times: days, times of day and durations; no zone yet.

Strict on purpose: what could mean two things is not understood, for the event would begin when
nobody is there.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import timedelta

LONGEST = 100  # characters

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?"
_YEAR = r"(?P<year>\d{4})"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}([-/])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})",
        rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})(?:\.\s?{_YEAR}?)?",
        rf"{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?",
        rf"{_MONTH} {_DAY}(?:,? {_YEAR})?",
    )
)
_TWO_WAYS = re.compile(rf"(?P<first>\d{{1,2}})([-/])(?P<second>\d{{1,2}})(?:\2{_YEAR})?")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY_LETTERS = (3, 4)  # at least, as in "tue" and "thur"
_AHEAD = {"today": 0, "tomorrow": 1, "the day after tomorrow": 2}

_CLOCK = (
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?: ?(?P<half>am|pm))?"
    r"|(?P<hour_alone>\d{1,2}) ?(?P<half_alone>am|pm)"
    r"|(?P<hour_h>\d{1,2})h(?P<minute_h>\d{2})?"
    r"|(?P<noon>noon))"
)
_CLOCK_ALONE = re.compile(_CLOCK)
_DAY_AND_CLOCK = (re.compile(rf"(?P<rest>.+?) {_CLOCK}"), re.compile(rf"{_CLOCK} (?P<rest>.+)"))
_FILLERS = re.compile(r"\b(?:at|on|o'clock)\b|,(?= |$)")

_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_PART = (
    r"(?P<amount>\d{1,5}(?:\.\d{1,2})?|an?)\s?"
    r"(?P<unit>m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?)"
)
_PARTS = re.compile(rf"{_PART}(?:\s?(?:,|and)?\s?|$)")
_HOURS_AND_MINUTES = re.compile(r"(\d{1,2})h([0-5]\d)")
_NOON, _HOURS, _HALF = 12, 24, 12
_MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time of day; 24:00 is the end of the day."""

    hour: int
    minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """A day of the calendar; without a year, the next one."""

    year: int | None
    month: int
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekday:
    """The next day of this name; Monday is 0."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """So many days from today."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """So many days of the calendar, however long they are, and then so long."""

    days: int
    rest: timedelta


Day = Date | Weekday | Ahead


class Unread(enum.Enum):
    """Why words give no time."""

    UNCLEAR = "unclear"
    TWO_WAYS = "two_ways"  # day and month, or month and day
    NO_CLOCK = "no_clock"  # a day, but no time of day
    NO_SUCH_CLOCK = "no_such_clock"


class Unreadable(Exception):
    """The words give no time."""

    def __init__(self, why: Unread) -> None:
        super().__init__(why)
        self.why = why


def tidy(text: str) -> str:
    """Write words as the rest of this module reads them."""
    lowered = text[:LONGEST].casefold().replace("a.m.", "am").replace("p.m.", "pm")
    return " ".join(_FILLERS.sub(" ", lowered).split())


def read_day_and_clock(text: str) -> tuple[Day | None, Clock]:
    """Read a time of day, and the day where one is named; raises Unreadable."""
    if found := _CLOCK_ALONE.fullmatch(text):
        return None, _clock(found)
    for pattern in _DAY_AND_CLOCK:
        if (found := pattern.fullmatch(text)) and (day := _read_day(found["rest"])) is not None:
            return day, _clock(found)
    if (found := re.fullmatch(r"(\d{4}-\d{1,2}-\d{1,2})t(\d{1,2}:\d{2})", text)) is not None:
        return read_day_and_clock(f"{found[1]} {found[2]}")
    raise Unreadable(Unread.UNCLEAR if _read_day(text) is None else Unread.NO_CLOCK)


def read_duration(text: str) -> Duration | None:
    """Read how long something lasts; None: these are other words."""
    text = _HOURS_AND_MINUTES.sub(r"\1h \2m", text.removeprefix("for "))
    days, rest, place = 0.0, timedelta(), 0
    while place < len(text):
        part = _PARTS.match(text, place)
        if part is None:
            return None
        place = part.end()
        amount = 1.0 if part["amount"].startswith("a") else float(part["amount"])
        unit = _UNITS[part["unit"][0]]
        if unit < timedelta(days=1) or not amount.is_integer():
            rest += amount * unit
        else:
            days += amount * (unit // timedelta(days=1))
    return Duration(days=round(days), rest=rest) if place else None


def _read_day(text: str) -> Day | None:
    if text in _AHEAD:
        return Ahead(days=_AHEAD[text])
    for number, name in enumerate(_WEEKDAYS):
        if text == name or (name.startswith(text) and len(text) in _WEEKDAY_LETTERS):
            return Weekday(number=number)
    if (found := _TWO_WAYS.fullmatch(text)) is not None:
        return _day_of_two_ways(found)
    for pattern in _DATES:
        if found := pattern.fullmatch(text):
            return _date(found["year"], month=found["month"], day=found["day"])
    return None


def _day_of_two_ways(found: re.Match[str]) -> Date:
    """Read 24/12 and 12/24, which can mean one thing only; raises Unreadable for 4/5."""
    first, second = found["first"], found["second"]
    may_be_month = [int(each) <= len(_MONTHS) for each in (first, second)]
    if all(may_be_month) and int(first) != int(second):
        raise Unreadable(Unread.TWO_WAYS)
    month, day = (second, first) if may_be_month[1] else (first, second)
    return _date(found["year"], month=month, day=day)


def _date(year: str | None, *, month: str, day: str) -> Date:
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3]) + 1
    return Date(year=int(year) if year else None, month=number, day=int(day))


def _clock(found: re.Match[str]) -> Clock:
    if found["noon"]:
        return Clock(hour=_NOON, minute=0)
    hour = int(found["hour"] or found["hour_alone"] or found["hour_h"])
    minute = int(found["minute"] or found["minute_h"] or 0)
    half = found["half"] or found["half_alone"]
    if half is not None:
        if not 1 <= hour <= _HALF:
            raise Unreadable(Unread.NO_SUCH_CLOCK)
        hour = hour % _HALF + (_HALF if half == "pm" else 0)
    if minute >= _MINUTES or (hour, minute) > (_HOURS, 0):
        raise Unreadable(Unread.NO_SUCH_CLOCK)
    return Clock(hour=hour, minute=minute)
