"""Times as organisers write them, read at a fixed moment in their own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.services.events.local_times import (
    TimeFault,
    UnclearTime,
    find_zone,
    read_time,
    suggest_zones,
)

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)  # a Wednesday, 21:00 in Berlin
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def read(text: str, *, zone: str = BERLIN, now: datetime = NOW) -> datetime:
    return read_time(text, timezone=zone, now=now).at


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("now", "2026-11-25 20:00"),
        ("in 2 hours", "2026-11-25 22:00"),
        ("+30 min", "2026-11-25 20:30"),
        ("2h30m", "2026-11-25 22:30"),
        ("1 day and 2 hours", "2026-11-26 22:00"),
        ("1.5h", "2026-11-25 21:30"),
        ("21:30", "2026-11-25 20:30"),  # today: it is not past yet
        ("18:00", "2026-11-26 17:00"),  # tomorrow: it is
        ("6pm", "2026-11-26 17:00"),
        ("12 am", "2026-11-25 23:00"),
        ("noon", "2026-11-26 11:00"),
        ("18 Uhr", "2026-11-26 17:00"),
        ("tomorrow 18:00", "2026-11-26 17:00"),
        ("18:00 tomorrow", "2026-11-26 17:00"),
        ("Friday at 6:30 pm", "2026-11-27 17:30"),
        ("wed 20:00", "2026-12-02 19:00"),  # today's is past
        ("wed 22:00", "2026-11-25 21:00"),
        ("24 Dec 18:00", "2026-12-24 17:00"),
        ("Dec 24th, 18:00", "2026-12-24 17:00"),
        ("24 December 2026, 18:00", "2026-12-24 17:00"),
        ("2026-12-24 18:00", "2026-12-24 17:00"),
        ("2026-12-24T18:00", "2026-12-24 17:00"),
        ("24.12.2026 18:00", "2026-12-24 17:00"),
        ("24.12. 18.00", "2026-12-24 17:00"),
        ("24/12 18:00", "2026-12-24 17:00"),
        ("12/24 18:00", "2026-12-24 17:00"),
        ("1 Jan 10:00", "2027-01-01 09:00"),  # the next one
        ("31 Jan 23:59", "2027-01-31 22:59"),
        ("2027-03-28 03:00", "2027-03-28 01:00"),  # summer time has just begun
        ("2027-03-28 01:59", "2027-03-28 00:59"),
        ("2027-07-01 18:00", "2027-07-01 16:00"),
    ],
)
def test_a_time_is_understood_as_its_organiser_means_it(text: str, wanted: str) -> None:
    assert f"{read(text):%Y-%m-%d %H:%M}" == wanted


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", TimeFault.UNREADABLE),
        ("soon", TimeFault.UNREADABLE),
        ("18", TimeFault.UNREADABLE),
        ("25:00", TimeFault.UNREADABLE),
        ("12:60", TimeFault.UNREADABLE),
        ("13pm", TimeFault.UNREADABLE),
        ("@everyone " * 50, TimeFault.UNREADABLE),
        ("1" * 5000, TimeFault.UNREADABLE),
        ("24 Dec", TimeFault.NO_CLOCK),
        ("tomorrow", TimeFault.NO_CLOCK),
        ("31 Feb 12:00", TimeFault.NO_SUCH_DAY),
        ("2027-13-01 12:00", TimeFault.NO_SUCH_DAY),
        ("29 Feb 10:00", TimeFault.NO_SUCH_DAY),  # neither 2026 nor 2027 has one
        ("3/4 18:00", TimeFault.WHICH_IS_THE_MONTH),
        ("2027-03-28 02:30", TimeFault.SKIPPED),
        ("2020-01-01 10:00", TimeFault.PAST),
        ("today 18:00", TimeFault.PAST),
        ("2028-01-01 10:00", TimeFault.TOO_FAR),
        ("9999d", TimeFault.TOO_FAR),
    ],
)
def test_what_is_unclear_is_refused_with_its_reason(text: str, fault: TimeFault) -> None:
    with pytest.raises(UnclearTime) as refused:
        read(text)
    assert refused.value.fault is fault


def test_an_hour_that_comes_twice_is_the_first_and_that_is_known() -> None:
    twice = read_time("2027-10-31 02:30", timezone=BERLIN, now=NOW)
    once = read_time("2027-10-31 03:30", timezone=BERLIN, now=NOW)
    assert (twice.at, twice.is_twice) == (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), True)
    assert (once.at, once.is_twice) == (datetime(2027, 10, 31, 2, 30, tzinfo=UTC), False)


def test_an_end_is_read_from_its_beginning() -> None:
    starts = datetime(2026, 12, 31, 19, 0, tzinfo=UTC)  # 20:00 in Berlin

    def end(text: str) -> datetime:
        return read_time(text, timezone=BERLIN, now=NOW, after=starts).at

    assert end("3h") == starts + timedelta(hours=3)
    assert end("23:30") == datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert end("2:00") == datetime(2027, 1, 1, 1, 0, tzinfo=UTC)  # after midnight
    assert end("1 Jan 12:00") == datetime(2027, 1, 1, 11, 0, tzinfo=UTC)
    assert end("fri 12:00") == datetime(2027, 1, 1, 11, 0, tzinfo=UTC)
    with pytest.raises(UnclearTime) as refused:
        end("in 2 hours")
    assert refused.value.fault is TimeFault.PAST


def test_tomorrow_is_told_from_now_also_for_an_end() -> None:
    starts = read("tomorrow 18:00")
    assert read_time("tomorrow 22:00", timezone=BERLIN, now=NOW, after=starts).at == (
        starts + timedelta(hours=4)
    )


def test_a_duration_is_of_real_hours_over_a_change_of_the_clocks() -> None:
    starts = datetime(2027, 3, 27, 23, 0, tzinfo=UTC)  # midnight in Berlin, before summer time
    ends = read_time("4h", timezone=BERLIN, now=NOW, after=starts).at
    assert ends - starts == timedelta(hours=4)
    by_the_clock = read_time("05:00", timezone=BERLIN, now=NOW, after=starts).at
    assert by_the_clock == ends


def test_today_is_the_organisers_today() -> None:
    late = datetime(2026, 11, 26, 3, 0, tzinfo=UTC)  # still the 25th in New York
    assert read("today 23:00", zone=NEW_YORK, now=late) == datetime(2026, 11, 26, 4, tzinfo=UTC)


def test_time_zones_are_found_by_name_or_city() -> None:
    assert find_zone("europe/berlin") == find_zone("Berlin") == BERLIN
    assert find_zone("new york") == NEW_YORK
    assert find_zone("utc") == "UTC"
    assert find_zone("Middle Earth") is None
    assert find_zone("") is None
    assert "Europe/Berlin" in suggest_zones("ber")[:2]
    assert len(suggest_zones("")) == 25
    assert suggest_zones("x" * 500) == []
