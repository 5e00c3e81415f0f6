"""An event's pictures over time: summed up by the organiser's clock, drawn, and in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.services.events.charting import Charting, in_words, labels
from bot.services.events.timelines import Timeline, peak_hour, timeline
from tests.support.artwork import decoded

BERLIN, KATHMANDU = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
START = datetime(2026, 6, 20, 17, 0, tzinfo=UTC)


def _line(
    hours: float,
    counts: dict[float, int] | None = None,
    *,
    zone: ZoneInfo = BERLIN,
    starts_at: datetime = START,
) -> Timeline:
    moments = ((starts_at + timedelta(hours=at), count) for at, count in (counts or {}).items())
    return timeline(
        moments, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours), zone=zone
    )


@pytest.mark.parametrize(
    ("hours", "length", "steps"),
    [
        (0.5, timedelta(minutes=10), 3),
        (3, timedelta(minutes=10), 18),
        (3 + 1 / 60, timedelta(minutes=10), 19),  # a minute more is no other kind of event
        (5, timedelta(hours=1), 5),
        (72, timedelta(hours=1), 72),
        (24 * 10, timedelta(days=1), 11),  # begins in the evening, so on eleven days
    ],
)
def test_steps_fit_the_length_of_the_event(hours: float, length: timedelta, steps: int) -> None:
    line = _line(hours)
    assert (line.length, len(line.steps)) == (length, steps)
    assert line.best is None


def test_no_picture_is_lost_or_counted_twice() -> None:
    line = _line(5, {0: 1, 0.99: 2, 1: 4, 4.99: 8, 5.2: 16})
    assert [step.pictures for step in line.steps] == [3, 4, 0, 0, 8, 16]


def test_steps_begin_at_round_times_of_the_local_clock() -> None:
    line = _line(5, {0.5: 3}, zone=KATHMANDU)
    assert {step.begins_at.minute for step in line.steps} == {0}
    assert line.steps[0].begins_at.hour == 22
    assert sum(step.pictures for step in line.steps) == 3


@pytest.mark.parametrize(
    ("starts_at", "hours"),
    [
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 5),  # 02:00 comes twice
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), 5),  # 02:00 does not come
    ],
)
def test_every_hour_has_a_step_on_the_night_the_clock_is_changed(
    starts_at: datetime, hours: int
) -> None:
    line = _line(hours, {at + 0.5: at + 1 for at in range(hours)}, starts_at=starts_at)
    assert [step.pictures for step in line.steps] == [1, 2, 3, 4, 5]


def test_every_day_has_a_step_over_a_change_of_the_clock() -> None:
    start = datetime(2026, 10, 22, 22, 0, tzinfo=UTC)  # midnight in Berlin
    line = _line(24 * 5 + 1, {24 * at + 12: 1 for at in range(5)}, starts_at=start)
    assert [step.pictures for step in line.steps] == [1] * 5
    assert {step.begins_at.hour for step in line.steps} == {0}


def test_the_peak_is_an_hour_also_where_the_steps_are_shorter() -> None:
    counts = [(START + timedelta(minutes=10 * at), 5) for at in range(6)]
    counts.append((START + timedelta(minutes=70), 20))
    peak = peak_hour(counts, BERLIN)
    assert peak is not None
    assert (peak.begins_at, peak.pictures) == (START, 30)
    assert peak_hour([], BERLIN) is None


@pytest.mark.parametrize("hours", [0.4, 1, 2.5, 3, 4, 8, 24, 47, 72, 100, 24 * 30])
def test_labels_are_few_and_there_is_one(hours: float) -> None:
    line = _line(hours)
    written = [label for label in labels(line) if label]
    assert len(labels(line)) == len(line.steps)
    assert 1 <= len(written) <= 8


def test_the_chart_is_a_picture_with_words() -> None:
    line = _line(5, {0.5: 3, 2.5: 31, 4.5: 5})
    assert in_words(line, timezone="Europe/Berlin") == (
        "Bar chart: pictures per hour, Sat 20 Jun from 19:00 to 00:00, Europe/Berlin time. "
        "39 pictures in all; the most, 31, between Sat 20 Jun 21:00 and 22:00. It begins "
        "with 3 and ends with 5."
    )


async def test_a_chart_is_drawn_in_a_process_of_its_own() -> None:
    chart = await Charting().draw(_line(5, {0.5: 3, 2.5: 31}), timezone="Europe/Berlin")
    assert chart is not None
    image = decoded(chart.data).convert("RGB")
    assert image.size == (1200, 630)
    gold = {colour: count for count, colour in image.getcolors(2**20) or []}[255, 209, 102]
    assert gold > 10_000, "the best hour stands out"
    assert "31" in chart.alt


async def test_an_event_without_pictures_has_no_chart() -> None:
    assert await Charting().draw(_line(5), timezone="UTC") is None
