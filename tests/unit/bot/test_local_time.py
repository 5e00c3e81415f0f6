"""What organisers write as local time, row by row: the words, the zone, and the moment it is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.event_errors import TimeProblem, TimeRejected
from bot.messages import describe
from bot.services.events.local_time import understand_end, understand_start

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
LORD_HOWE, KOLKATA = "Australia/Lord_Howe", "Asia/Kolkata"
AUCKLAND, CHATHAM, SANTIAGO = "Pacific/Auckland", "Pacific/Chatham", "America/Santiago"

NOW = datetime(2026, 11, 25, 14, 0, tzinfo=UTC)  # a Wednesday; 15:00 in Berlin


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def start(text: str, *, zone: str = BERLIN, now: datetime = NOW) -> datetime:
    return understand_start(text, zone=zone, now=now).at


def shown(moment: datetime, zone: str = BERLIN) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "local"),
    [
        # whole
        ("2026-12-24 18:00", "2026-12-24 18:00"),
        ("2026-12-24T18:00", "2026-12-24 18:00"),
        ("2026/12/24, 18:00", "2026-12-24 18:00"),
        ("24.12.2026 18:00", "2026-12-24 18:00"),
        ("24. 12. 2026 18:00", "2026-12-24 18:00"),
        ("24/12/2026 18:00", "2026-12-24 18:00"),
        ("12/24/2026 18:00", "2026-12-24 18:00"),
        ("24-12-2026 6 PM", "2026-12-24 18:00"),
        ("7/7/2027 18:00", "2027-07-07 18:00"),
        ("24 December 2026 at 6:30 p.m.", "2026-12-24 18:30"),
        ("December 24, 2026 18:00", "2026-12-24 18:00"),
        ("18:00 on 24 Dec 2026", "2026-12-24 18:00"),
        # without a year: the next one
        ("24.12. 18:00", "2026-12-24 18:00"),
        ("24.12 18h", "2026-12-24 18:00"),
        ("24 Dec 6pm", "2026-12-24 18:00"),
        ("Dec 24th 6 pm", "2026-12-24 18:00"),
        ("24th of December, noon", "2026-12-24 12:00"),
        ("6pm 24 dec", "2026-12-24 18:00"),
        ("24.11. 18:00", "2027-11-24 18:00"),
        ("25.11. 14:59", "2026-11-25 14:59"),
        ("25.11. 14:58", "2027-11-25 14:58"),
        ("1 May 20:00", "2027-05-01 20:00"),
        ("sept 3 8am", "2027-09-03 08:00"),
        # days by name
        ("today 18:00", "2026-11-25 18:00"),
        ("tomorrow 18:00", "2026-11-26 18:00"),
        ("the day after tomorrow 9:05", "2026-11-27 09:05"),
        ("Saturday 18:00", "2026-11-28 18:00"),
        ("sat 18h30", "2026-11-28 18:30"),
        ("Wednesday 18:00", "2026-11-25 18:00"),
        ("Wednesday 12:00", "2026-12-02 12:00"),
        ("Tue noon", "2026-12-01 12:00"),
        # a time alone: the next
        ("18:00", "2026-11-25 18:00"),
        ("15:00", "2026-11-25 15:00"),
        ("14:00", "2026-11-26 14:00"),
        ("6pm", "2026-11-25 18:00"),
        ("12am", "2026-11-26 00:00"),
        ("12:30 pm", "2026-11-26 12:30"),
        ("00:00", "2026-11-26 00:00"),
        ("24:00", "2026-11-26 00:00"),
        ("31.12. 24:00", "2027-01-01 00:00"),
        # from now on
        ("now", "2026-11-25 15:00"),
        ("NOW ", "2026-11-25 15:00"),
        ("in 2 hours", "2026-11-25 17:00"),
        ("in 90 min", "2026-11-25 16:30"),
        ("in 1h30", "2026-11-25 16:30"),
        ("in an hour", "2026-11-25 16:00"),
        ("in 1 hour and 30 minutes", "2026-11-25 16:30"),
        ("in 3 days", "2026-11-28 15:00"),
        ("in 1.5 hours", "2026-11-25 16:30"),
        ("in 2 weeks", "2026-12-09 15:00"),
        # pasted from Discord
        ("<t:1798131600:R>", "2026-12-24 18:00"),
        ("<t:1798131600>", "2026-12-24 18:00"),
        # month ends, leap day, turn of the year
        ("30.11. 23:59", "2026-11-30 23:59"),
        ("28 Feb 24:00", "2027-03-01 00:00"),
        ("29.2.2028 10:00", "2028-02-29 10:00"),
        ("31 Dec 23:59", "2026-12-31 23:59"),
        ("1 Jan 0:00", "2027-01-01 00:00"),
        # a whole day in the past is read as it is; the plan's check says that it is over
        ("2026-11-24 18:00", "2026-11-24 18:00"),
    ],
)
def test_what_is_written_is_understood(text: str, local: str) -> None:
    assert shown(start(text)) == local


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", TimeProblem.UNCLEAR),
        ("lunch", TimeProblem.UNCLEAR),
        ("a", TimeProblem.UNCLEAR),
        ("6", TimeProblem.UNCLEAR),
        ("at 6", TimeProblem.UNCLEAR),
        ("12", TimeProblem.UNCLEAR),
        ("Dec", TimeProblem.UNCLEAR),
        ("2h", TimeProblem.UNCLEAR),  # as a start: in two hours, or at two?
        ("next friday 8pm", TimeProblem.UNCLEAR),  # of this week, or of the one after?
        ("2026-12-24 18:00 EST", TimeProblem.UNCLEAR),
        ("2026-12-24T18:00Z", TimeProblem.UNCLEAR),
        ("24.12.26 18:00", TimeProblem.UNCLEAR),
        ("18.30", TimeProblem.NO_CLOCK),
        ("x" * 5000, TimeProblem.UNCLEAR),
        ("9" * 5000, TimeProblem.UNCLEAR),
        ("03/04 18:00", TimeProblem.TWO_WAYS),
        ("3/4/2027 18:00", TimeProblem.TWO_WAYS),
        ("03-04-2027 18:00", TimeProblem.TWO_WAYS),
        ("24.12.", TimeProblem.NO_CLOCK),
        ("2026-12-24", TimeProblem.NO_CLOCK),
        ("tomorrow", TimeProblem.NO_CLOCK),
        ("25:00", TimeProblem.NO_SUCH_CLOCK),
        ("24:01", TimeProblem.NO_SUCH_CLOCK),
        ("18:60", TimeProblem.NO_SUCH_CLOCK),
        ("13pm", TimeProblem.NO_SUCH_CLOCK),
        ("0am", TimeProblem.NO_SUCH_CLOCK),
        ("31.11. 18:00", TimeProblem.NO_SUCH_DATE),
        ("29 Feb 18:00", TimeProblem.NO_SUCH_DATE),  # neither this year nor the next
        ("29.2.2027 18:00", TimeProblem.NO_SUCH_DATE),
        ("2026-13-01 10:00", TimeProblem.NO_SUCH_DATE),
        ("0.0. 10:00", TimeProblem.NO_SUCH_DATE),
        ("in" + " 99999w" * 12, TimeProblem.NO_SUCH_DATE),
    ],
)
def test_what_is_no_time_or_could_be_two_is_refused(text: str, problem: TimeProblem) -> None:
    with pytest.raises(TimeRejected) as refused:
        start(text)
    assert refused.value.problem is problem
    assert len(describe(refused.value)) < 400


@pytest.mark.parametrize(
    ("zone", "text", "moment"),
    [
        # the same words in winter and in summer
        (BERLIN, "2026-12-24 18:00", "2026-12-24 17:00"),
        (BERLIN, "2027-07-24 18:00", "2027-07-24 16:00"),
        (NEW_YORK, "2026-12-24 18:00", "2026-12-24 23:00"),
        (NEW_YORK, "2027-07-24 18:00", "2027-07-24 22:00"),
        (KOLKATA, "2026-12-24 18:00", "2026-12-24 12:30"),
        (KOLKATA, "2027-07-24 18:00", "2027-07-24 12:30"),
        (LORD_HOWE, "2026-12-24 18:00", "2026-12-24 07:00"),
        (LORD_HOWE, "2027-07-24 18:00", "2027-07-24 07:30"),
        (CHATHAM, "2026-12-24 18:00", "2026-12-24 04:15"),
        ("UTC", "2026-12-24 18:00", "2026-12-24 18:00"),
        # which day it is there decides what is today
        (AUCKLAND, "today 9:00", "2026-11-25 20:00"),
        (NEW_YORK, "today 10:00", "2026-11-25 15:00"),
        (KOLKATA, "18:00", "2026-11-26 12:30"),
        (AUCKLAND, "tomorrow 0:00", "2026-11-26 11:00"),
        # beside the hours that are skipped and doubled
        (BERLIN, "2027-03-28 01:59", "2027-03-28 00:59"),
        (BERLIN, "2027-03-28 03:00", "2027-03-28 01:00"),
        (BERLIN, "2027-10-31 01:59", "2027-10-30 23:59"),
        (BERLIN, "2027-10-31 03:00", "2027-10-31 02:00"),
        (NEW_YORK, "2027-03-14 01:59", "2027-03-14 06:59"),
        (NEW_YORK, "2027-03-14 03:00", "2027-03-14 07:00"),
        (LORD_HOWE, "2027-10-03 01:59", "2027-10-02 15:29"),
        (LORD_HOWE, "2027-10-03 02:30", "2027-10-02 15:30"),
        (KOLKATA, "2027-03-28 02:30", "2027-03-27 21:00"),
    ],
)
def test_local_times_are_those_of_the_zone(zone: str, text: str, moment: str) -> None:
    understood = understand_start(text, zone=zone, now=NOW)
    assert understood.at == utc(moment)
    assert not understood.is_first_of_two


@pytest.mark.parametrize(
    ("zone", "text", "before", "after"),
    [
        (BERLIN, "2027-03-28 02:00", "01:59", "03:00"),
        (BERLIN, "28 March 2:30 am", "01:59", "03:00"),
        (BERLIN, "2027-03-28 02:59", "01:59", "03:00"),
        (NEW_YORK, "2027-03-14 02:30", "01:59", "03:00"),
        (LORD_HOWE, "2027-10-03 02:15", "01:59", "02:30"),
        (CHATHAM, "2027-09-26 03:00", "02:44", "03:45"),
        (SANTIAGO, "2027-09-05 00:30", "23:59", "01:00"),
        (SANTIAGO, "2027-09-04 24:00", "23:59", "01:00"),
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_with_its_neighbours(
    zone: str, text: str, before: str, after: str
) -> None:
    with pytest.raises(TimeRejected) as refused:
        start(text, zone=zone)
    error = refused.value
    assert error.problem is TimeProblem.SKIPPED
    assert error.before is not None
    assert error.after is not None
    assert (f"{error.before:%H:%M}", f"{error.after:%H:%M}") == (before, after)
    assert error.after.astimezone(UTC) - error.before.astimezone(UTC) == timedelta(minutes=1)
    words = describe(error)
    assert before in words
    assert after in words
    for neighbour in (error.before, error.after):  # both can be written instead
        assert start(f"{neighbour:%Y-%m-%d %H:%M}", zone=zone) == neighbour


@pytest.mark.parametrize(
    ("zone", "text", "first"),
    [
        (BERLIN, "2027-10-31 02:00", "2027-10-31 00:00"),
        (BERLIN, "31 Oct 2:30 am", "2027-10-31 00:30"),
        (BERLIN, "2027-10-31 02:59", "2027-10-31 00:59"),
        (NEW_YORK, "2027-11-07 01:30", "2027-11-07 05:30"),
        (LORD_HOWE, "2027-04-04 01:45", "2027-04-03 14:45"),
    ],
)
def test_of_a_time_that_comes_twice_the_first_is_taken_and_said(
    zone: str, text: str, first: str
) -> None:
    understood = understand_start(text, zone=zone, now=NOW)
    assert (understood.at, understood.is_first_of_two) == (utc(first), True)


def test_a_time_that_was_skipped_yesterday_is_no_trouble_today() -> None:
    day_after = utc("2027-03-29 08:00")
    assert start("02:30", now=day_after) == utc("2027-03-30 00:30")
    assert start("Sunday 02:30", now=utc("2027-03-28 08:00")) == utc("2027-04-04 00:30")


def test_between_both_times_the_second_is_the_one_to_come() -> None:
    between = utc("2027-10-31 00:45")  # 02:45, for the first time
    understood = understand_start("02:30", zone=BERLIN, now=between)
    assert (understood.at, understood.is_first_of_two) == (utc("2027-10-31 01:30"), False)


BEGIN = utc("2026-12-24 17:00")  # 18:00 in Berlin


@pytest.mark.parametrize(
    ("begin", "text", "local"),
    [
        (BEGIN, "2h", "2026-12-24 20:00"),
        (BEGIN, "90 min", "2026-12-24 19:30"),
        (BEGIN, "90min", "2026-12-24 19:30"),
        (BEGIN, "3 days", "2026-12-27 18:00"),
        (BEGIN, "1 week", "2026-12-31 18:00"),
        (BEGIN, "for 1h 30m", "2026-12-24 19:30"),
        (BEGIN, "1 day, 2 hours and 5 minutes", "2026-12-25 20:05"),
        (BEGIN, "1.5 days", "2026-12-26 06:00"),
        (BEGIN, "22:00", "2026-12-24 22:00"),
        (BEGIN, "24:00", "2026-12-25 00:00"),
        (BEGIN, "2am", "2026-12-25 02:00"),
        (BEGIN, "18:00", "2026-12-24 18:00"),  # the plan's check says that it lasts no time
        (BEGIN, "25.12. 12:00", "2026-12-25 12:00"),
        (BEGIN, "Sunday 12:00", "2026-12-27 12:00"),
        (BEGIN, "1.1. 2:00", "2027-01-01 02:00"),
        (BEGIN, "31 Dec 24:00", "2027-01-01 00:00"),
        (BEGIN, "in 2 hours", "2026-11-25 17:00"),  # from now, as it says; before the start
        (BEGIN, "<t:1798142400:t>", "2026-12-24 21:00"),
        # clocks change between start and end: days are days, hours are hours
        (utc("2027-03-27 20:00"), "1 day", "2027-03-28 21:00"),
        (utc("2027-03-27 20:00"), "24h", "2027-03-28 22:00"),
        (utc("2027-03-27 11:00"), "1 day", "2027-03-28 12:00"),
        (utc("2027-03-27 11:00"), "24 hours", "2027-03-28 13:00"),
        (utc("2027-03-28 00:30"), "1h", "2027-03-28 03:30"),
        (utc("2027-10-30 10:00"), "1 day", "2027-10-31 12:00"),
        (utc("2027-10-30 10:00"), "24 hours", "2027-10-31 11:00"),
        (utc("2027-10-30 23:30"), "3h", "2027-10-31 03:30"),
        (utc("2027-10-30 20:00"), "4:00", "2027-10-31 04:00"),
    ],
)
def test_an_end_is_a_moment_or_how_long_it_lasts(begin: datetime, text: str, local: str) -> None:
    understood = understand_end(text, zone=BERLIN, now=NOW, starts_at=begin)
    assert shown(understood.at) == local


def test_an_end_that_comes_twice_is_after_the_start() -> None:
    begin = utc("2027-10-31 00:45")  # 02:45 in summer time
    understood = understand_end("02:30", zone=BERLIN, now=NOW, starts_at=begin)
    assert understood.at == utc("2027-10-31 01:30")
    skipped = utc("2027-03-28 00:30")  # 01:30
    with pytest.raises(TimeRejected) as refused:
        understand_end("02:30", zone=BERLIN, now=NOW, starts_at=skipped)
    assert refused.value.problem is TimeProblem.SKIPPED


def test_every_minute_of_both_nights_is_understood_or_refused() -> None:
    """Written as it is shown, each moment is read as itself, but in the hour that comes twice."""
    for night in ("2027-03-27 22:00", "2027-10-30 22:00"):
        for minute in range(6 * 60):
            moment = utc(night) + timedelta(minutes=minute)
            read = understand_start(shown(moment), zone=BERLIN, now=NOW)
            assert shown(read.at) == shown(moment)
            assert read.at == moment or moment - read.at == timedelta(hours=1)


@pytest.mark.parametrize("problem", TimeProblem)
def test_every_refusal_says_what_to_write(problem: TimeProblem) -> None:
    is_skipped = problem is TimeProblem.SKIPPED
    beside = {"before": NOW, "after": NOW} if is_skipped else {}
    words = describe(TimeRejected(problem, "*lunch* @everyone", zone=BERLIN, **beside))
    assert "lease write" in words
    assert "@everyone" not in words
