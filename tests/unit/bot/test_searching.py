"""From which moments on a channel is searched for a picture that may have been posted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import discord

from bot.delivery.searching import windows
from tests.support.jobs import make_job

ORDERED = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
CLOCK_IS_AHEAD = timedelta(hours=1)
ACCEPTED = ORDERED + CLOCK_IS_AHEAD
NUMBER = discord.utils.time_snowflake(ORDERED)


def after(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def test_a_search_reckons_by_discords_clock() -> None:
    job = make_job(
        interaction_id=NUMBER,
        created_at=ACCEPTED,
        submitted_at=ACCEPTED + after(2),
        finished_at=ACCEPTED + after(5),
        attempts=1,
    )
    sent, finished = ORDERED + after(2), ORDERED + after(5)
    assert list(windows(job)) == [(sent, True), (finished, True), (finished, False)]


def test_what_is_sent_again_after_a_restart_may_have_been_posted_since_the_order() -> None:
    job = make_job(
        interaction_id=NUMBER,
        created_at=ACCEPTED,
        submitted_at=ACCEPTED + after(20),
        finished_at=ACCEPTED + after(21),
        idempotent=True,
    )
    assert next(windows(job)) == (ORDERED, True)


def test_a_job_that_was_sent_once_more_is_also_searched_from_when_it_was_finished() -> None:
    finished_at = ORDERED + timedelta(days=2, minutes=1)
    job = make_job(
        interaction_id=NUMBER,
        created_at=ORDERED + timedelta(days=2),  # since then it waits anew
        finished_at=finished_at,
        attempts=2,
    )
    assert (finished_at, True) in list(windows(job))
