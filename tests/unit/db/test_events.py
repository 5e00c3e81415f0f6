"""Community events in storage: their states, what is said once, and who is let in."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from db.database import Database
from db.errors import (
    EventFieldFixed,
    EventNotFound,
    EventNotOpen,
    EventStepRefused,
    GuestBlocked,
    TooManyEvents,
)
from db.event_models import Event, EventState, GuestCounts, NoticeKind, PictureState, Place
from db.event_schema import event_blocks
from db.event_steps import Terms
from db.events import EventRepository
from db.jobs import JobRepository
from db.models import Acceptance
from db.servers import ServerRepository
from tests.support.events import GUILD, ORGANISER, insert_event, insert_picture, make_plan
from tests.unit.db.tools import MEMBER, START, ManualClock, new_job

HOUR = timedelta(hours=1)


@pytest.fixture
def events(database: Database, clock: ManualClock) -> EventRepository:
    return EventRepository(database, clock=clock, terms=Terms(most_under_way=2))


async def scheduled(events: EventRepository, **changes: object) -> Event:
    draft = await events.draft(GUILD, ORGANISER, make_plan(**changes))
    return await events.publish(draft.id)


async def said(events: EventRepository) -> list[NoticeKind]:
    return [notice.kind for notice in await events.list_unposted_notices()]


async def test_a_draft_keeps_all_of_its_plan(events: EventRepository) -> None:
    plan = make_plan(
        about="Be kind.",
        prize="A mug",
        timezone="Europe/Berlin",
        place=Place.MEDIA,
        review_channel_id=17,
        filters=("12", "31"),
        gender=2,
        ratio="square",
        guest_limit=3,
        pot=400,
        caption="2026",
        ping_role_id=2**62,
        wants_listing=False,
    )
    event = await events.draft(GUILD, ORGANISER, plan)
    assert event == await events.get(event.id)
    for name in plan.__dataclass_fields__:
        assert getattr(event, name) == getattr(plan, name), name
    assert (event.state, event.guild_id, event.organiser_id) == (
        EventState.DRAFT,
        GUILD,
        ORGANISER,
    )
    assert await events.list_for_server(GUILD) == ()
    assert await said(events) == []


async def test_a_published_draft_is_announced_once(events: EventRepository) -> None:
    event = await scheduled(events)
    assert event.state is EventState.SCHEDULED
    with pytest.raises(EventStepRefused):
        await events.publish(event.id)
    assert await said(events) == [NoticeKind.ANNOUNCED]
    assert await events.list_for_server(GUILD) == (event,)
    assert await events.list_for_server(GUILD + 1) == ()


async def test_a_server_has_so_many_events_under_way_and_no_more(events: EventRepository) -> None:
    drafts = [await events.draft(GUILD, ORGANISER, make_plan()) for _ in range(4)]
    results = await asyncio.gather(
        *(events.publish(draft.id) for draft in drafts), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, TooManyEvents)]
    assert [each.limit for each in refused] == [2, 2]
    first = (await events.list_for_server(GUILD))[0]
    await events.cancel(first.id)
    left = next(draft for draft, result in zip(drafts, results, strict=True) if result in refused)
    assert (await events.publish(left.id)).state is EventState.SCHEDULED


async def test_only_a_draft_is_discarded(events: EventRepository) -> None:
    draft = await events.draft(GUILD, ORGANISER, make_plan())
    event = await scheduled(events)
    assert await events.discard(draft.id)
    assert not await events.discard(draft.id)
    assert not await events.discard(event.id)
    assert await events.find(draft.id) is None
    with pytest.raises(EventNotFound):
        await events.get(draft.id)


STEPS = {
    "publish": {EventState.DRAFT: EventState.SCHEDULED},
    "pause": {EventState.OPEN: EventState.PAUSED},
    "resume": {EventState.PAUSED: EventState.OPEN},
    "close_now": dict.fromkeys((EventState.OPEN, EventState.PAUSED), EventState.CLOSING),
    "cancel": dict.fromkeys(
        (EventState.SCHEDULED, EventState.OPEN, EventState.PAUSED), EventState.CANCELLED
    ),
}


@pytest.mark.parametrize("state", EventState)
@pytest.mark.parametrize("step", STEPS)
async def test_every_step_from_every_state(
    events: EventRepository, database: Database, step: str, state: EventState
) -> None:
    event = await insert_event(database, state=state)
    wanted = STEPS[step].get(state)
    if wanted is None:
        with pytest.raises(EventStepRefused) as refused:
            await getattr(events, step)(event.id)
        assert refused.value.state is state
        assert await events.get(event.id) == event
    else:
        assert (await getattr(events, step)(event.id)).state is wanted


@pytest.mark.parametrize("step", STEPS)
async def test_no_step_of_an_event_that_does_not_exist(events: EventRepository, step: str) -> None:
    with pytest.raises(EventNotFound):
        await getattr(events, step)(12345)


# --- changing a plan


async def test_a_plan_is_changed_until_the_event_is_over(
    events: EventRepository, database: Database
) -> None:
    for state in EventState:
        event = await insert_event(database, state=state)
        plan = make_plan(name="Spring party", starts_at=event.starts_at)
        if state.is_over:
            with pytest.raises(EventStepRefused):
                await events.edit(event.id, plan)
        else:
            assert (await events.edit(event.id, plan)).name == "Spring party"


async def test_an_event_given_as_its_own_plan_stays_as_it_is(
    events: EventRepository, clock: ManualClock
) -> None:
    event = await scheduled(events)
    await events.set_panel(event.id, 4321)
    assert (await events.edit(event.id, event)).panel_message_id == 4321


@pytest.mark.parametrize(
    ("state", "fixed"),
    [
        (EventState.DRAFT, set()),
        (EventState.SCHEDULED, {"channel_id", "place"}),
        (EventState.OPEN, {"channel_id", "place", "starts_at"}),
        (EventState.PAUSED, {"channel_id", "place", "starts_at"}),
    ],
)
async def test_what_guests_rely_on_stands_still(
    events: EventRepository, database: Database, state: EventState, fixed: set[str]
) -> None:
    event = await insert_event(database, state=state)
    other = {"channel_id": 1, "place": Place.THREAD, "starts_at": START - 2 * HOUR}
    found = set()
    for name, value in other.items():
        plan = make_plan(**{"starts_at": event.starts_at, name: value})
        try:
            await events.edit(event.id, plan)
        except EventFieldFixed as error:
            found.add(error.name)
        else:
            await events.edit(event.id, make_plan(starts_at=event.starts_at))
    assert found == fixed


# --- who is let in


@pytest.mark.parametrize("state", EventState)
async def test_orders_are_taken_while_the_event_is_open(
    jobs: JobRepository, database: Database, state: EventState
) -> None:
    event = await insert_event(database, state=state)
    if state is EventState.OPEN:
        assert (await jobs.accept(new_job(1, event_id=event.id))).job.event_id == event.id
        return
    with pytest.raises(EventNotOpen) as refused:
        await jobs.accept(new_job(1, event_id=event.id))
    assert refused.value.state is state
    assert refused.value.opens_at == (event.starts_at if state is EventState.SCHEDULED else None)
    assert await jobs.list_for_member(MEMBER, limit=5) == ()


async def test_the_last_moment_to_order_is_the_one_before_the_end(
    jobs: JobRepository, database: Database, clock: ManualClock
) -> None:
    event = await insert_event(database)
    clock.now = event.ends_at - timedelta(microseconds=1)
    await jobs.accept(new_job(1, event_id=event.id))
    clock.now = event.ends_at  # nobody has closed it yet
    with pytest.raises(EventNotOpen) as refused:
        await jobs.accept(new_job(2, event_id=event.id))
    assert refused.value.state is EventState.CLOSING


async def test_an_order_that_was_accepted_is_not_refused_afterwards(
    jobs: JobRepository, events: EventRepository, database: Database
) -> None:
    event = await insert_event(database)
    first = await jobs.accept(new_job(1, event_id=event.id))
    await events.close_now(event.id)
    again = await jobs.accept(new_job(1, event_id=event.id))
    assert (again.job, again.created) == (first.job, False)


async def test_a_blocked_member_is_let_in_nowhere_but_elsewhere(
    jobs: JobRepository, events: EventRepository, database: Database
) -> None:
    event, other = await insert_event(database), await insert_event(database)
    values = {
        "event_id": event.id,
        "user_id": MEMBER,
        "blocked_by": 1,
        "reason": "",
        "at": START,
    }
    await database.write(lambda c: c.execute(sa.insert(event_blocks).values(values)))
    with pytest.raises(GuestBlocked):
        await jobs.accept(new_job(1, event_id=event.id))
    with pytest.raises(GuestBlocked):
        await events.require_open(event.id, MEMBER)
    await jobs.accept(new_job(2, event_id=event.id, user_id=MEMBER + 1))
    await jobs.accept(new_job(3, event_id=other.id))


async def test_no_order_is_accepted_after_the_end_however_close(
    jobs: JobRepository, events: EventRepository, database: Database
) -> None:
    event = await insert_event(database)
    results = await asyncio.gather(
        *(jobs.accept(new_job(n, event_id=event.id, user_id=n)) for n in range(1, 30)),
        events.close_now(event.id),
        *(jobs.accept(new_job(n, event_id=event.id, user_id=n)) for n in range(30, 60)),
        return_exceptions=True,
    )
    taken = [each for each in results if isinstance(each, Acceptance)]
    refused = [each for each in results if isinstance(each, EventNotOpen)]
    assert len(taken) == 29
    assert len(refused) == 30


async def test_an_event_nobody_knows_takes_no_order(jobs: JobRepository) -> None:
    with pytest.raises(EventNotFound):
        await jobs.accept(new_job(1, event_id=404))


# --- notes and figures


async def test_notes_are_kept_and_taken_away(events: EventRepository, database: Database) -> None:
    event = await insert_event(database)
    await events.set_panel(event.id, 1)
    await events.set_gallery_channel(event.id, 2)
    await events.set_listing(event.id, 3)
    await events.set_wall(event.id, "unguessable", "AB12")
    noted = await events.get(event.id)
    assert (noted.panel_message_id, noted.gallery_channel_id, noted.scheduled_event_id) == (1, 2, 3)
    assert await events.find_by_join_code("AB12") == noted
    assert "unguessable" not in repr(noted)
    await events.set_wall(event.id, None, None)
    assert (await events.get(event.id)).wall_key is None
    assert await events.find_by_join_code("AB12") is None


async def test_an_event_in_figures(
    events: EventRepository, jobs: JobRepository, database: Database
) -> None:
    event, other = await insert_event(database), await insert_event(database)
    assert await events.counts(event.id) == GuestCounts(guests=0, pictures=0, waiting=0, votes=0)
    await jobs.accept(new_job(1, event_id=event.id, user_id=1))
    await insert_picture(database, event.id, job_id=2, user_id=2, votes=3)
    await insert_picture(
        database, event.id, job_id=3, user_id=2, votes=2, state=PictureState.REMOVED
    )
    await insert_picture(database, event.id, job_id=4, user_id=3, state=PictureState.WAITING)
    await insert_picture(database, other.id, job_id=5, user_id=4, votes=9)
    assert await events.counts(event.id) == GuestCounts(guests=3, pictures=1, waiting=1, votes=3)


async def test_what_is_said_is_posted_once_and_stays_so(events: EventRepository) -> None:
    event = await scheduled(events)
    (notice,) = await events.list_unposted_notices()
    assert (notice.event_id, notice.kind, notice.due_at) == (
        event.id,
        NoticeKind.ANNOUNCED,
        START,
    )
    await events.record_posted(event.id, notice.kind, channel_id=5, message_id=6)
    assert await events.list_unposted_notices() == ()
    found = await events.find_notice(event.id, NoticeKind.ANNOUNCED)
    assert found is not None
    assert (found.channel_id, found.message_id, found.posted_at) == (5, 6, START)
    assert await events.find_notice(event.id, NoticeKind.WINNER) is None


async def test_a_server_keeps_its_choices(database: Database) -> None:
    servers = ServerRepository(database)
    assert (await servers.get(GUILD)).timezone is None
    await servers.set_timezone(GUILD, "Asia/Kolkata")
    await servers.set_log_channel(GUILD, 7)
    await servers.set_organiser_role(GUILD, 8)
    await servers.set_moderator_role(GUILD, 9)
    await servers.set_timezone(GUILD, "Europe/Berlin")
    await servers.set_log_channel(GUILD, None)
    found = await servers.get(GUILD)
    assert (found.timezone, found.log_channel_id) == ("Europe/Berlin", None)
    assert (found.organiser_role_id, found.moderator_role_id) == (8, 9)
    assert (await servers.get(GUILD + 1)).organiser_role_id is None
