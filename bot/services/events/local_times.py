"""Times as organisers write them: "18:00", "Fri 6pm", "24 Dec 18:00", "in 2 hours", "3h". Pure.

They are read in the organiser's own time zone, where an hour may be missing or come twice.
"""

from __future__ import annotations

import enum
import re
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

FURTHEST = timedelta(days=366)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_UNIT = r"(?:m|min|mins|minute|minutes|h|hr|hrs|hour|hours|d|day|days)(?![a-z])"
_PART = re.compile(rf"([0-9]{{1,4}}(?:\.[0-9])?) ?({_UNIT})")
_DURATION = re.compile(rf"(in |for |\+ ?)?((?:{_PART.pattern}(?: and | )?)+)")
_CLOCK = re.compile(
    r"(?:at )?(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2}))? ?(?P<half>am|pm|a\.m\.|p\.m\.)?"
    r"(?: (?:uhr|o'clock))?"
)
_MONTH = r"(?P<month>[a-z]{3,9})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?"
_YEAR = r"(?:,? (?P<year>[0-9]{4}))?"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})",
        r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})?",
        r"(?P<first>[0-9]{1,2})/(?P<second>[0-9]{1,2})(?:/(?P<year>[0-9]{4}))?",
        rf"{_DAY} {_MONTH}{_YEAR}",
        rf"{_MONTH} {_DAY}{_YEAR}",
    )
)


class TimeFault(enum.Enum):
    """What is wrong with a time that was written."""

    UNREADABLE = "unreadable"
    NO_CLOCK = "no_clock"  # a day without a time of the day
    NO_SUCH_DAY = "no_such_day"
    WHICH_IS_THE_MONTH = "which_is_the_month"  # 3/4
    SKIPPED = "skipped"  # the clocks go forward over it
    PAST = "past"
    TOO_FAR = "too_far"


class UnclearTime(ValueError):
    """A time that cannot be used, and why."""

    def __init__(self, fault: TimeFault) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """A moment, and whether the clocks show its time twice that night: then the first is meant."""

    at: datetime
    is_twice: bool = False


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(zoneinfo.available_timezones() | {"UTC"})}


def find_zone(text: str) -> str | None:
    """Return the IANA's name of a time zone, given it or its city; None for one that is unknown."""
    wanted = text.strip().replace(" ", "_").casefold()
    if wanted in _zones():
        return _zones()[wanted]
    cities = [name for key, name in _zones().items() if key.rpartition("/")[2] == wanted]
    return cities[0] if wanted and cities else None


def suggest_zones(typed: str, *, most: int = 25) -> list[str]:
    """Return zones for what was typed: those whose city starts with it first."""
    wanted = typed.strip().replace(" ", "_").casefold()
    hits = [name for key, name in _zones().items() if wanted in key and _is_place(name)]
    hits.sort(key=lambda name: not name.rpartition("/")[2].casefold().startswith(wanted))
    return hits[:most]


def _is_place(name: str) -> bool:
    return name == "UTC" or ("/" in name and not name.startswith(("Etc/", "SystemV/", "posix")))


def read_time(
    text: str, *, timezone: str, now: datetime, after: datetime | None = None
) -> Understood:
    """Return the moment that a text means to somebody in this time zone; raises UnclearTime.

    A duration counts from `after`, which is the beginning where an end is read, or else from now
    ("in 2 hours" always does); a time without a day, or a day without a year, is the next one.
    """
    zone = zoneinfo.ZoneInfo(timezone)
    words = " ".join(text.casefold().replace(",", " ").split())
    base = after or now
    understood = _relative(words, base, now=now) or _absolute(words, zone, base, now=now)
    if understood.at < (now if after is None else after) - timedelta(minutes=1):
        raise UnclearTime(TimeFault.PAST)
    if understood.at - now > FURTHEST:
        raise UnclearTime(TimeFault.TOO_FAR)
    return understood


def _relative(words: str, base: datetime, *, now: datetime) -> Understood | None:
    if words == "now":
        return Understood(at=now)
    match = _DURATION.fullmatch(words)
    if match is None:
        return None
    total = timedelta()
    for number, unit in _PART.findall(match[2]):
        total += float(number) * _UNITS[unit[0]]
    return Understood(at=(now if match[1] == "in " else base) + total)


def _absolute(words: str, zone: zoneinfo.ZoneInfo, base: datetime, *, now: datetime) -> Understood:
    today, then = now.astimezone(zone).date(), base.astimezone(zone).date()
    for day_words, clock_words in _splits(words):
        clock = _clock(clock_words)
        days = _days(day_words, then, today=today) if clock is not None else None
        if clock is not None and days is not None:
            return _first_after(days, clock, zone, base)
    if words and _days(words, then, today=today) is not None:
        raise UnclearTime(TimeFault.NO_CLOCK)
    raise UnclearTime(TimeFault.UNREADABLE)


def _splits(words: str) -> Iterator[tuple[str, str]]:
    """Cut the words into a day and a time, whichever stands first."""
    yield "", words
    parts = re.split(r"(?<=[0-9])t(?=[0-9])| ", words)
    for cut in range(len(parts) - 1, 0, -1):
        first, second = " ".join(parts[:cut]), " ".join(parts[cut:])
        yield first, second
        yield second, first


def _clock(words: str) -> time | None:
    match = _CLOCK.fullmatch({"noon": "12:00", "midnight": "0:00"}.get(words, words))
    if match is None or not (match["minute"] or match["half"] or "uhr" in words or "'" in words):
        return None
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half and not 1 <= hour <= 12:  # noqa: PLR2004 - hours of half a day
        return None
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004


def _days(words: str, then: date, *, today: date) -> Callable[[], Iterator[date]] | None:
    """Return the days that are meant, earliest first; None for words that are no day.

    `then` is the day from which the next one is looked for; today and tomorrow are the reader's.
    """
    words = words.removeprefix("on ").removesuffix(" at")
    ahead = {"today": 0, "tonight": 0, "tomorrow": 1}.get(words)
    if ahead is not None:
        return lambda: iter([today + timedelta(days=ahead)])
    if not words:
        return lambda: (then + timedelta(days=days) for days in (0, 1))
    weekday = words.removeprefix("next ")
    if weekday[:3] in _DAYS and re.fullmatch(r"[a-z]{3,9}", weekday):
        first = then + timedelta(days=(_DAYS.index(weekday[:3]) - then.weekday()) % 7)
        return lambda: (first + timedelta(days=7 * week) for week in (0, 1))
    for pattern in _DATES:
        match = pattern.fullmatch(words)
        if match is not None and (found := _month_and_day(match.groupdict())) is not None:
            return lambda: _dates(match.groupdict(), *found, today=then)
    return None


def _month_and_day(found: dict[str, str | None]) -> tuple[int, int] | None:
    if found.get("first"):
        first, second = int(found["first"] or 0), int(found["second"] or 0)
        if max(first, second) <= 12 and first != second:  # noqa: PLR2004 - either may be the month
            raise UnclearTime(TimeFault.WHICH_IS_THE_MONTH)
        return min(first, second), max(first, second)
    month = found["month"] or ""
    if month.isdigit():
        return int(month), int(found["day"] or 0)
    if month[:3] not in _MONTHS:
        return None
    return _MONTHS.index(month[:3]) + 1, int(found["day"] or 0)


def _dates(found: dict[str, str | None], month: int, day: int, *, today: date) -> Iterator[date]:
    year = found.get("year")
    years = (int(year),) if year else (today.year, today.year + 1)
    try:
        yield from [date(each, month, day) for each in years if year or _exists(each, month, day)]
    except ValueError:
        raise UnclearTime(TimeFault.NO_SUCH_DAY) from None


def _exists(year: int, month: int, day: int) -> bool:
    """Let 29 February be asked for in a year that has none."""
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _first_after(
    days: Callable[[], Iterator[date]], clock: time, zone: zoneinfo.ZoneInfo, base: datetime
) -> Understood:
    found = [_moment(datetime.combine(day, clock), zone) for day in days()]
    if not found:
        raise UnclearTime(TimeFault.NO_SUCH_DAY)
    ahead = [each for each in found if each.at >= base - timedelta(minutes=1)]
    return ahead[0] if ahead else found[-1]


def _moment(wall: datetime, zone: zoneinfo.ZoneInfo) -> Understood:
    """Find when the clocks of a zone show this; raises UnclearTime if they never do."""
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) != wall:
        raise UnclearTime(TimeFault.SKIPPED)
    return Understood(at=first, is_twice=first != second)
