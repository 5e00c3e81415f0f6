from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.expecting import ROUND_SECONDS, settle

NOW = datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize("in_queue", [True, False])
def test_a_first_time_is_rounded_up_and_none_is_none(in_queue: bool) -> None:
    assert settle(None, None, now=NOW, in_queue=in_queue) is None
    assert settle(at(60), None, now=NOW, in_queue=in_queue) is None
    shown = settle(None, at(41.2), now=NOW, in_queue=in_queue)
    assert shown is not None
    assert timedelta(0) <= shown - at(41.2) < timedelta(seconds=ROUND_SECONDS)
    assert shown.timestamp() % ROUND_SECONDS == 0


def test_a_time_that_moves_a_little_stays() -> None:
    shown = at(60)
    for moved in (-14, -5, 0, 5, 14):
        assert settle(shown, at(60 + moved), now=NOW, in_queue=True) is shown
    for moved in (-30, 30, 300):
        assert settle(shown, at(60 + moved), now=NOW, in_queue=True) != shown


def test_a_time_that_has_passed_stays_for_what_was_sent() -> None:
    assert settle(at(-1), at(50), now=NOW, in_queue=False) == at(-1)


def test_in_the_queue_a_passed_time_makes_way_for_one_to_come() -> None:
    later = settle(at(-1), at(50), now=NOW, in_queue=True)
    assert later is not None
    assert later >= at(50)
    assert settle(at(-1), at(3), now=NOW, in_queue=True) == at(-1)


def test_a_time_that_wanders_is_seldom_a_change() -> None:
    """A minute's wait, estimated anew each second with five seconds of error."""
    shown, changes = None, 0
    for second in range(60):
        wanted = at(60 + 5 * (-1) ** second)
        settled = settle(shown, wanted, now=at(second), in_queue=True)
        changes += settled != shown
        shown = settled
    assert changes <= 2
