"""Events by a clock that the test moves: every step once, however long the bot was away."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.services.events.bell import Bell
from bot.services.events.clearing import EventClearing
from bot.services.events.conductor import FAILED_SLEEP, Conductor
from bot.services.events.downloads import Downloads
from bot.services.events.feed import EventFeed
from bot.services.events.local_time import understand_end, understand_start
from db.checks import check
from db.errors import EventNotOpen
from db.event_models import Event, EventState, NoticeKind
from db.event_retention import EventRetentionRepository
from db.event_schema import event_blocks, events
from db.event_steps import Terms
from db.event_times import CLOSING_TAKES, warn_at, was_missed
from db.events import EventRepository
from db.jobs import JobRepository
from db.models import JobState, Ledger, Limit, Scope, Window
from db.schema import buckets
from db.schema import jobs as jobs_table
from tests.support.events import GUILD, NOON, ORGANISER, insert_picture, make_plan
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import Workshop, open_workshop
from tests.unit.db.tools import claimed, new_job

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
COST = 2

SCHEDULED, OPEN, PAUSED, CLOSING, CLOSED = (
    EventState.SCHEDULED,
    EventState.OPEN,
    EventState.PAUSED,
    EventState.CLOSING,
    EventState.CLOSED,
)
OPENED, TIME, POT, EMPTY = (
    NoticeKind.OPENED,
    NoticeKind.TIME_WARNING,
    NoticeKind.POT_WARNING,
    NoticeKind.POT_EMPTY,
)
OVER, WINNER, CANCELLED = NoticeKind.CLOSED, NoticeKind.WINNER, NoticeKind.CANCELLED


class Stage:
    """An organiser, a conductor and a clock."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.clock = workshop.clock
        self.database = workshop.database
        self.events = EventRepository(
            workshop.database, clock=workshop.clock, terms=Terms(picture_cost=COST)
        )
        self.jobs = JobRepository(workshop.database, clock=workshop.clock)
        self.retention = EventRetentionRepository(workshop.database, clock=workshop.clock)
        self.feed, self.bell, self.news = EventFeed(), Bell(), Bell()
        self.event_id = 0
        self._orders = 0
        self._heard: set[NoticeKind] = set()
        self.restart()

    def restart(self) -> None:
        """Begin anew with what the database says: all that a kill leaves."""
        self.conductor = Conductor(
            events=self.events,
            retention=self.retention,
            feed=self.feed,
            bell=self.bell,
            news=self.news,
            clock=self.clock,
        )

    async def plan(self, **changes: object) -> Event:
        draft = await self.events.draft(GUILD, ORGANISER, make_plan(**changes))
        event = await self.events.publish(draft.id)
        self.event_id = event.id
        self._heard = {NoticeKind.ANNOUNCED}
        return event

    async def turn(self, at: datetime) -> tuple[EventState, set[NoticeKind]]:
        """Take a turn at this moment, twice; tell the state, and what is newly to be said."""
        self.clock.now = at
        await self.conductor.turn()
        self.restart()
        await self.conductor.turn()
        event = await self.event()
        said = (await self.events.progress(event.id)).said
        news, self._heard = set(said) - self._heard, set(said)
        return event.state, news

    async def event(self) -> Event:
        return await self.events.get(self.event_id)

    async def order(self, user_id: int = 700) -> int:
        self._orders += 1
        new = new_job(
            self._orders, user_id=user_id, event_id=self.event_id, guild_id=GUILD, cost=COST
        )
        return (await self.jobs.accept(new)).job.id

    async def deliver(self) -> None:
        job, token = await claimed(self.jobs)
        await self.jobs.record_submitted(job.id, token, f"r{job.id}", self.clock() + HOUR)
        await self.jobs.complete(job.id, f"{job.id}.png")
        await self.jobs.record_delivered(job.id, 1, 1000 + job.id)

    async def unposted(self) -> set[NoticeKind]:
        return {notice.kind for notice in await self.events.list_unposted_notices()}


@pytest.fixture
async def stage(tmp_path: Path, api: ScriptedAPI) -> AsyncGenerator[Stage]:
    async with open_workshop(tmp_path, api) as opened:
        opened.clock.now = NOON
        yield Stage(opened)


# One o'clock to six: 80 % are over at five.
ONE, FIVE, SIX = NOON + HOUR, NOON + 5 * HOUR, NOON + 6 * HOUR
A_MOMENT = timedelta(microseconds=1)

COURSES = {
    "nobody misses anything": [
        (ONE - A_MOMENT, SCHEDULED, set()),
        (ONE, OPEN, {OPENED}),
        (FIVE - A_MOMENT, OPEN, set()),
        (FIVE, OPEN, {TIME}),
        (SIX - A_MOMENT, OPEN, set()),
        (SIX, CLOSED, {OVER}),
        (SIX + DAY, CLOSED, set()),
    ],
    "down at the start": [(ONE + 30 * MINUTE, OPEN, {OPENED}), (FIVE, OPEN, {TIME})],
    "down until most of the time is over": [
        (FIVE + MINUTE, OPEN, {OPENED}),  # which says when it ends: no warning on top of it
        (SIX - MINUTE, OPEN, set()),
        (SIX, CLOSED, {OVER}),
    ],
    "down at 80 %": [
        (ONE, OPEN, {OPENED}),
        (SIX - 10 * MINUTE, OPEN, {TIME}),
        (SIX, CLOSED, {OVER}),
    ],
    "down at the end": [(ONE, OPEN, {OPENED}), (FIVE, OPEN, {TIME}), (SIX + DAY, CLOSED, {OVER})],
    "down from before 80 % until after the end": [
        (ONE, OPEN, {OPENED}),
        (SIX + HOUR, CLOSED, {OVER}),
    ],
    "down over the whole event": [(NOON, SCHEDULED, set()), (SIX + DAY, CLOSED, {OVER})],
    "back at the very end": [(SIX, CLOSED, {OVER})],
    "back a moment before the end": [(SIX - A_MOMENT, OPEN, {OPENED}), (SIX, CLOSED, {OVER})],
    "the clock is set back": [
        (ONE, OPEN, {OPENED}),
        (ONE - HOUR, OPEN, set()),
        (FIVE, OPEN, {TIME}),
        (ONE, OPEN, set()),
        (SIX, CLOSED, {OVER}),
        (FIVE, CLOSED, set()),
    ],
}


@pytest.mark.parametrize("course", COURSES)
async def test_each_step_is_taken_once_however_late(stage: Stage, course: str) -> None:
    await stage.plan()
    steps = COURSES[course]
    assert [(at, *await stage.turn(at)) for at, _, _ in steps] == steps
    missed = was_missed(await stage.event())
    assert missed == (course in {"down over the whole event", "back at the very end"})


LOCAL_TIMES = [
    # zone, start, end, hours it lasts
    ("Europe/Berlin", "2027-03-27 18:00", "2027-03-28 06:00", 11),
    ("Europe/Berlin", "2027-10-30 18:00", "2027-10-31 06:00", 13),
    ("Europe/Berlin", "2027-03-28 01:30", "2027-03-28 03:30", 1),
    ("Europe/Berlin", "2027-10-31 02:30", "2h", 2),
    ("America/New_York", "2027-03-13 20:00", "1 day", 23),
    ("America/New_York", "2027-11-06 20:00", "1 day", 25),
    ("Australia/Lord_Howe", "2027-10-02 22:00", "2027-10-03 04:00", 5.5),
    ("Australia/Lord_Howe", "2027-04-03 22:00", "2027-04-04 04:00", 6.5),
    ("Asia/Kolkata", "2027-03-27 18:00", "2027-03-28 06:00", 12),
    ("Europe/Berlin", "31.1.2027 20:00", "2:00", 6),
    ("Europe/Berlin", "28.2.2027 20:00", "24:00", 4),
    ("Europe/Berlin", "28.2.2028 12:00", "1.3.2028 12:00", 48),
    ("Europe/Berlin", "31.12.2026 22:00", "1.1. 2:00", 4),
    ("America/New_York", "31 Dec 22:00", "1 day", 24),
]


@pytest.mark.parametrize(("zone", "start", "end", "hours"), LOCAL_TIMES)
async def test_events_across_changes_of_clocks_months_and_years(
    stage: Stage, zone: str, start: str, end: str, hours: float
) -> None:
    starts_at = understand_start(start, zone=zone, now=NOON).at
    ends_at = understand_end(end, zone=zone, now=NOON, starts_at=starts_at).at
    assert ends_at - starts_at == hours * HOUR
    event = await stage.plan(starts_at=starts_at, ends_at=ends_at, timezone=zone)
    assert warn_at(event) - starts_at == 0.8 * hours * HOUR
    for at, state, said in (
        (starts_at - A_MOMENT, SCHEDULED, set()),
        (starts_at, OPEN, {OPENED}),
        (warn_at(event) - A_MOMENT, OPEN, set()),
        (warn_at(event), OPEN, {TIME}),
        (ends_at - A_MOMENT, OPEN, set()),
        (ends_at, CLOSED, {OVER}),
    ):
        assert await stage.turn(at) == (state, said)


async def test_the_conductor_knows_when_to_come_back(stage: Stage) -> None:
    assert await stage.conductor.turn() is None
    await stage.plan()
    for at, next_at in ((NOON, ONE), (ONE, FIVE), (FIVE, SIX), (SIX, None)):
        stage.clock.now = at
        assert await stage.conductor.turn() == next_at


async def test_an_event_announced_as_it_begins_is_not_said_to_open(stage: Stage) -> None:
    await stage.plan(starts_at=NOON)
    assert await stage.turn(NOON) == (OPEN, set())
    await stage.plan(starts_at=NOON + 2 * MINUTE)
    assert await stage.turn(NOON + 2 * MINUTE) == (OPEN, {OPENED})


async def test_a_paused_event_warns_nobody_and_still_ends(stage: Stage) -> None:
    await stage.plan()
    await stage.turn(ONE)
    await stage.events.pause(stage.event_id)
    assert await stage.turn(FIVE) == (PAUSED, set())
    assert await stage.turn(SIX) == (CLOSED, {OVER})


async def test_a_paused_event_that_goes_on_warns_late(stage: Stage) -> None:
    await stage.plan()
    await stage.turn(ONE)
    await stage.events.pause(stage.event_id)
    await stage.turn(FIVE)
    await stage.events.resume(stage.event_id)
    assert await stage.turn(FIVE + MINUTE) == (OPEN, {TIME})


async def test_an_end_that_is_moved_moves_what_is_due(stage: Stage) -> None:
    event = await stage.plan()
    await stage.turn(ONE)
    longer = make_plan(ends_at=SIX + 5 * HOUR)
    await stage.events.edit(event.id, longer)
    assert await stage.turn(FIVE) == (OPEN, set())
    assert await stage.turn(SIX) == (OPEN, set())
    assert await stage.turn(NOON + 9 * HOUR) == (OPEN, {TIME})
    assert await stage.turn(SIX + 5 * HOUR) == (CLOSED, {OVER})


async def test_what_was_ordered_in_time_is_waited_for(stage: Stage) -> None:
    await stage.plan()
    await stage.turn(ONE)
    await stage.order()
    assert await stage.turn(SIX) == (CLOSING, set())
    with pytest.raises(EventNotOpen):
        await stage.order(user_id=2)
    await stage.deliver()
    assert await stage.turn(SIX + MINUTE) == (CLOSED, {OVER})
    assert (await stage.event()).closed_at == SIX + MINUTE


async def test_it_is_waited_for_ten_minutes_and_no_longer(stage: Stage) -> None:
    await stage.plan()
    await stage.turn(ONE)
    await stage.order()
    await stage.turn(SIX)
    assert await stage.turn(SIX + CLOSING_TAKES - A_MOMENT) == (CLOSING, set())
    assert await stage.turn(SIX + CLOSING_TAKES) == (CLOSED, {OVER})
    assert await check(stage.database) == []


async def test_after_a_long_absence_there_are_ten_minutes_still(stage: Stage) -> None:
    await stage.plan()
    await stage.turn(ONE)
    await stage.order()
    back = SIX + DAY
    assert await stage.turn(back) == (CLOSING, set())
    await stage.deliver()
    assert await stage.turn(back + MINUTE) == (CLOSED, {OVER})


async def test_a_winner_is_named_where_somebody_has_votes(stage: Stage) -> None:
    event = await stage.plan()
    await stage.turn(ONE)
    await insert_picture(stage.database, event.id, votes=1)
    assert await stage.turn(SIX) == (CLOSED, {OVER, WINNER})


async def test_ended_by_hand_it_closes_as_if_its_time_were_over(stage: Stage) -> None:
    event = await stage.plan()
    await stage.turn(ONE)
    stage.clock.now = ONE + HOUR
    ended = await stage.events.close_now(event.id)
    assert (ended.state, ended.ends_at) == (CLOSING, ONE + HOUR)
    assert await stage.turn(ONE + HOUR) == (CLOSED, {OVER})
    assert await stage.turn(SIX) == (CLOSED, set())


async def test_what_only_mattered_while_it_ran_is_not_said_afterwards(stage: Stage) -> None:
    await stage.plan()
    await stage.turn(ONE)
    await stage.turn(FIVE)
    assert await stage.unposted() == {NoticeKind.ANNOUNCED, OPENED, TIME}
    await stage.turn(SIX)
    assert await stage.unposted() == {OVER}


# --- the pot


@pytest.mark.parametrize(
    ("pot", "course"),
    [
        (10, [(7, set()), (1, {POT}), (1, set()), (1, {EMPTY})]),
        (5, [(3, set()), (1, {POT}), (1, {EMPTY})]),
        (1, [(1, {EMPTY})]),
        (2, [(1, set()), (1, {EMPTY})]),
        (10, [(10, {EMPTY})]),
        (None, [(10, set())]),
    ],
)
async def test_the_pot_warns_at_80_percent_and_when_it_is_empty(
    stage: Stage, pot: int | None, course: list[tuple[int, set[NoticeKind]]]
) -> None:
    await stage.plan(pot=pot, guest_limit=10)
    await stage.turn(ONE)
    guest = 0
    for orders, said in course:
        for _ in range(orders):
            guest += 1
            await stage.order(user_id=guest)
        assert await stage.turn(ONE + MINUTE) == (OPEN, said)


async def test_the_servers_pot_is_charged_at_the_start_and_the_rest_comes_back(
    stage: Stage,
) -> None:
    servers_pot = Limit(
        ledger=Ledger.POT,
        scope=Scope.SERVER,
        scope_id=GUILD,
        guild_id=GUILD,
        window=Window.DAY,
        amount=100,
    )
    await stage.workshop.limits.set(servers_pot)
    await stage.plan(pot=20)
    assert (await stage.event()).set_aside == 0
    await stage.turn(ONE)
    assert (await stage.event()).set_aside == 20 * COST
    assert await pot_used(stage) == 20 * COST
    for guest in (1, 2, 3):
        await stage.order(user_id=guest)
    for _ in range(2):
        await stage.deliver()
    await stage.turn(SIX)
    await stage.turn(SIX + CLOSING_TAKES)
    assert await pot_used(stage) == 3 * COST  # one is not made yet
    (left,) = await stage.jobs.list_queued(limit=9)
    await stage.jobs.cancel(left.id)
    await stage.turn(SIX + HOUR)
    assert await pot_used(stage) == 2 * COST
    assert await check(stage.database) == []


async def pot_used(stage: Stage) -> int:
    query = sa.select(sa.func.sum(buckets.c.used)).where(
        buckets.c.ledger == Ledger.POT, buckets.c.scope == Scope.SERVER
    )
    return int(await stage.database.read(lambda c: c.scalar(query)) or 0)


# --- called off


async def test_called_off_its_queued_jobs_are_cancelled_and_do_not_count(stage: Stage) -> None:
    await stage.plan(pot=200, guest_limit=100)
    await stage.turn(ONE)
    for guest in range(120):
        await stage.order(user_id=guest + 1)
    taken, token = await claimed(stage.jobs)
    await stage.jobs.record_submitted(taken.id, token, "remote", ONE + HOUR)
    await stage.events.cancel(stage.event_id)
    assert await stage.turn(ONE + MINUTE) == (EventState.CANCELLED, {CANCELLED})
    counts = await stage.jobs.count_by_state()
    assert (counts[JobState.CANCELLED], counts[JobState.SUBMITTED]) == (119, 1)
    assert (await stage.events.progress(stage.event_id)).pot_used == 1
    assert await stage.unposted() == {CANCELLED}
    assert await check(stage.database) == []


async def test_a_job_that_comes_back_into_the_queue_is_cancelled_then(stage: Stage) -> None:
    await stage.plan()
    await stage.turn(ONE)
    await stage.order()
    job, token = await claimed(stage.jobs)
    await stage.events.cancel(stage.event_id)
    await stage.turn(ONE)
    await stage.jobs.postpone(job.id, token, until=ONE)
    await stage.turn(ONE + MINUTE)
    assert (await stage.jobs.get(job.id)).state is JobState.CANCELLED


async def test_jobs_of_other_events_and_of_none_stay(stage: Stage) -> None:
    await stage.plan(starts_at=NOON)
    await stage.turn(NOON)
    first, kept = stage.event_id, await stage.order()
    alone = (await stage.jobs.accept(new_job(99, user_id=5))).job
    await stage.plan(starts_at=NOON)
    await stage.turn(NOON)
    await stage.events.cancel(stage.event_id)
    await stage.turn(NOON + MINUTE)
    for job_id in (kept, alone.id):
        assert (await stage.jobs.get(job_id)).state is JobState.QUEUED
    assert (await stage.events.get(first)).state is OPEN


# --- the loop


async def test_who_shows_an_event_hears_of_its_steps(stage: Stage) -> None:
    event = await stage.plan()
    async with stage.feed.watch(event.id) as watch:
        stage.clock.now = ONE
        await stage.conductor.turn()
        async with asyncio.timeout(1):
            await watch.next()


async def test_the_loop_wakes_when_it_is_rung(stage: Stage) -> None:
    running = asyncio.create_task(stage.conductor.run())
    await stage.plan(starts_at=NOON)
    stage.bell.ring()
    async with asyncio.timeout(10):
        while (await stage.event()).state is not OPEN:
            await stage.news.wait(10)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_event_that_cannot_move_keeps_no_other_back(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    broken = await stage.plan()
    await stage.plan()
    trigger = f"""
        CREATE TRIGGER stuck BEFORE UPDATE ON events WHEN OLD.id = {broken.id}
        BEGIN SELECT RAISE(ABORT, 'stuck'); END
    """
    await stage.database.write(lambda c: c.exec_driver_sql(trigger))
    stage.clock.now = ONE
    due_at = await stage.conductor.turn()
    assert (await stage.event()).state is OPEN
    assert (await stage.events.get(broken.id)).state is SCHEDULED
    assert f"A step of event {broken.id} failed" in caplog.text
    assert stage.conductor._pause(due_at) == FAILED_SLEEP  # and not a tight loop


# --- what goes in time


def clearing_of(stage: Stage, folder: Path) -> EventClearing:
    downloads = Downloads(folder.parent / "downloads", base_url=None, clock=stage.clock)
    return EventClearing(folder, retention=stage.retention, downloads=downloads)


async def test_drafts_go_after_an_hour(stage: Stage, tmp_path: Path) -> None:
    clearing = clearing_of(stage, tmp_path / "events")
    draft = await stage.events.draft(GUILD, ORGANISER, make_plan())
    stage.clock.advance(HOUR)
    assert (await clearing.sweep()).total() == 0
    stage.clock.advance(A_MOMENT)
    assert dict(await clearing.sweep())["drafts of events"] == 1
    assert await stage.events.find(draft.id) is None


async def test_files_and_rows_go_after_their_time_and_the_accounts_add_up(
    stage: Stage, tmp_path: Path
) -> None:
    clearing = clearing_of(stage, tmp_path / "events")
    event = await stage.plan(pot=20)
    await stage.turn(ONE)
    await stage.order()
    await stage.deliver()
    await insert_picture(stage.database, event.id, votes=3)
    block = {"event_id": event.id, "user_id": 3, "blocked_by": 1, "reason": "", "at": NOON}
    await stage.database.write(lambda c: c.execute(sa.insert(event_blocks).values(block)))
    folder = tmp_path / "events" / str(event.id)
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(b"picture")
    await stage.turn(SIX)

    stage.clock.now = SIX + 30 * DAY - A_MOMENT
    assert (await clearing.sweep()).total() == 0
    assert folder.is_dir()
    stage.clock.now = SIX + 30 * DAY
    done = dict(await clearing.sweep())
    assert (done["community events"], done["pictures of events"]) == (1, 1)
    assert not folder.exists()
    assert await stage.events.find(event.id) is None
    assert await stage.database.read(lambda c: c.scalar(sa.select(sa.func.count(events.c.id)))) == 0
    query = sa.select(jobs_table.c.event_id)
    assert await stage.database.read(lambda c: c.scalar(query)) == event.id
    assert await check(stage.database) == []


async def test_a_folder_of_no_event_goes_and_one_just_made_stays(
    stage: Stage, tmp_path: Path
) -> None:
    folder = tmp_path / "events"
    for name in ("77", "78", "fonts"):
        (folder / name).mkdir(parents=True)
    for name in ("77", "fonts"):
        os.utime(folder / name, (1, 1))
    clearing = clearing_of(stage, folder)
    assert dict(await clearing.sweep())["folders of no event"] == 1
    assert sorted(path.name for path in folder.iterdir()) == ["78", "fonts"]
