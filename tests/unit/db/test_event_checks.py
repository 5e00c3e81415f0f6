"""Rows of events that do not fit each other are found, and so is what is overdue."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from db.checks import check
from db.database import Database
from db.event_checks import check_events, check_punctuality
from db.event_models import EventState, PictureState
from db.event_schema import event_notices, event_votes
from db.events import EventRepository
from tests.support.events import GUILD, NOON, ORGANISER, insert_event, insert_picture, make_plan
from tests.unit.db.tools import ManualClock

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"opened_at": None}, "is open, but was never opened"),
        ({"state": EventState.SCHEDULED}, "is scheduled, but was opened already"),
        ({"state": EventState.CLOSING}, "is closing, but has no time of closing"),
        ({"closed_at": NOON, "files_delete_at": NOON}, "is open, but its time of ending says"),
        ({"closed_at": NOON}, "is open, but its files would be kept for ever"),
        (
            {
                "state": EventState.CLOSED,
                "closing_at": NOON,
                "closed_at": NOON,
                "files_delete_at": NOON,
            },
            "is closed, but nobody is told",
        ),
        (
            {"state": EventState.CANCELLED, "closed_at": NOON, "files_delete_at": NOON},
            "is cancelled, but nobody is told",
        ),
    ],
)
async def test_a_row_that_does_not_fit_its_state(
    database: Database, fields: dict[str, object], words: str
) -> None:
    event = await insert_event(database, **fields)
    problems = await check_events(database)
    assert any(problem.startswith(f"Event {event.id} {words}") for problem in problems)
    assert set(problems) <= set(await check(database))


async def test_votes_for_oneself_and_pictures_shown_too_early(database: Database) -> None:
    event = await insert_event(database)
    own = await insert_picture(database, event.id, user_id=7)
    vote = {"picture_id": own, "user_id": 7, "at": NOON}
    await database.write(lambda c: c.execute(sa.insert(event_votes).values(vote)))
    shown = await insert_picture(
        database,
        event.id,
        job_id=2,
        state=PictureState.WAITING,
        gallery_channel_id=1,
        gallery_message_id=2,
    )
    assert await check_events(database) == [
        f"Picture {own} has the vote of its own guest.",
        f"Picture {shown} waits for approval, but is in a gallery.",
    ]


async def test_every_state_that_the_repository_makes_is_whole(
    database: Database, clock: ManualClock
) -> None:
    events = EventRepository(database, clock=clock)
    for steps in ((), ("publish",), ("publish", "advance"), ("publish", "cancel")):
        plan = make_plan(starts_at=NOON)
        event = await events.draft(GUILD, ORGANISER, plan)
        for step in steps:
            await getattr(events, step)(event.id)
    ended = await events.publish((await events.draft(GUILD, ORGANISER, make_plan())).id)
    clock.now = ended.ends_at
    await events.advance(ended.id)
    assert (await events.get(ended.id)).state is EventState.CLOSED
    assert await check(database) == []


async def test_what_is_an_hour_late_is_said(database: Database, clock: ManualClock) -> None:
    late = await insert_event(
        database, starts_at=NOON - 3 * HOUR, ends_at=NOON - HOUR - timedelta(seconds=1)
    )
    await insert_event(
        database, starts_at=NOON - 3 * HOUR, ends_at=NOON - HOUR + timedelta(seconds=1)
    )
    rows = [
        {"event_id": late.id, "kind": "announced", "due_at": NOON - 2 * HOUR, "posted_at": None},
        {"event_id": late.id, "kind": "opened", "due_at": NOON - 2 * HOUR, "posted_at": NOON},
        {"event_id": late.id, "kind": "closed", "due_at": NOON, "posted_at": None},
    ]
    await database.write(lambda c: c.execute(sa.insert(event_notices), rows))
    assert await check_punctuality(database, clock=clock) == [
        f"event {late.id} is open, though its time has come",
        f"event {late.id}: announced is not posted since 2026-11-21 10:00 UTC",
    ]
