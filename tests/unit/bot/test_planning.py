"""What an organiser does with events, and how each impossible plan is refused."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import FilterUnknown
from bot.event_errors import (
    BlockedFromEvent,
    EnoughEvents,
    EventStandsElsewhere,
    EventUnknown,
    FixedByNow,
    NotOpenNow,
    PlanProblem,
    PlanRejected,
)
from bot.messages import describe
from bot.services.events.planning import Planning
from bot.services.events.refusals import refusals
from bot.services.events.zones import find_zone, known_zones, suggest_zones
from db.errors import EventNotOpen, GuestBlocked, JobNotFound
from db.event_models import EventState, Place
from tests.support.events import GUILD, NOON, ORGANISER, PANEL_CHANNEL, insert_event, make_plan
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import NEON, Workshop, open_workshop

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def workshop(tmp_path: Path, api: ScriptedAPI) -> AsyncGenerator[Workshop]:
    async with open_workshop(tmp_path, api) as opened:
        opened.clock.now = NOON
        await opened.catalogue.refresh()
        yield opened


@pytest.fixture
def planning(workshop: Workshop) -> Planning:
    return workshop.events.planning


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": " \n "}, PlanProblem.NAME_MISSING),
        ({"name": "x" * 81}, PlanProblem.NAME_TOO_LONG),
        ({"about": "x" * 1001}, PlanProblem.ABOUT_TOO_LONG),
        ({"prize": "x" * 201}, PlanProblem.PRIZE_TOO_LONG),
        ({"caption": "x" * 61}, PlanProblem.CAPTION_TOO_LONG),
        ({"starts_at": NOON + HOUR, "ends_at": NOON + HOUR}, PlanProblem.ENDS_BEFORE_START),
        ({"starts_at": NOON + HOUR, "ends_at": NOON}, PlanProblem.ENDS_BEFORE_START),
        ({"starts_at": NOON, "ends_at": NOON + 59 * SECOND}, PlanProblem.TOO_SHORT),
        ({"starts_at": NOON, "ends_at": NOON + 30 * DAY + SECOND}, PlanProblem.TOO_LONG),
        ({"starts_at": NOON - timedelta(minutes=6)}, PlanProblem.STARTS_IN_THE_PAST),
        (
            {"starts_at": NOON - 4 * 60 * SECOND, "ends_at": NOON - SECOND},
            PlanProblem.ENDS_IN_THE_PAST,
        ),
        (
            {"starts_at": NOON + 366 * DAY, "ends_at": NOON + 367 * DAY},
            PlanProblem.TOO_FAR_AHEAD,
        ),
        ({"guest_limit": 0}, PlanProblem.GUEST_LIMIT),
        ({"guest_limit": 101}, PlanProblem.GUEST_LIMIT),
        ({"pot": 0}, PlanProblem.POT),
        ({"pot": 100_001}, PlanProblem.POT),
        ({"filters": tuple(map(str, range(26)))}, PlanProblem.TOO_MANY_FILTERS),
        ({"filters": ("12", "999999")}, PlanProblem.FILTER_UNKNOWN),
        ({"ratio": "2:3"}, PlanProblem.RATIO),
        ({"gender": 17}, PlanProblem.WHO),
        ({"timezone": "Europe/Atlantis"}, PlanProblem.TIMEZONE),
        ({"review_channel_id": PANEL_CHANNEL}, PlanProblem.REVIEW_IN_GALLERY),
    ],
)
async def test_a_plan_that_cannot_be_carried_out_is_refused_with_its_reason(
    planning: Planning, changes: dict[str, object], problem: PlanProblem
) -> None:
    with pytest.raises(PlanRejected) as refused:
        await planning.draft(GUILD, ORGANISER, make_plan(**changes))
    assert refused.value.problem is problem


async def test_pictures_do_not_wait_where_they_are_shown(planning: Planning) -> None:
    """Also where the gallery is a channel of its own."""
    gallery = PANEL_CHANNEL + 1
    with pytest.raises(PlanRejected) as refused:
        await planning.draft(
            GUILD, ORGANISER, make_plan(review_channel_id=gallery), gallery_channel_id=gallery
        )
    assert refused.value.problem is PlanProblem.REVIEW_IN_GALLERY

    draft = await planning.draft(GUILD, ORGANISER, make_plan(), gallery_channel_id=gallery)
    with pytest.raises(PlanRejected) as refused:
        await planning.edit(GUILD, draft.id, make_plan(review_channel_id=gallery))
    assert refused.value.problem is PlanProblem.REVIEW_IN_GALLERY


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": "x" * 80, "about": "x" * 1000, "prize": "x" * 200, "caption": "x" * 60},
        {"starts_at": NOON - timedelta(minutes=5), "ends_at": NOON + SECOND},
        {"starts_at": NOON, "ends_at": NOON + 60 * SECOND},
        {"starts_at": NOON, "ends_at": NOON + 30 * DAY},
        {"guest_limit": 1, "pot": 1},
        {"guest_limit": 100, "pot": 100_000},
        {"filters": ("12",), "ratio": "square", "gender": 2},
        {"review_channel_id": PANEL_CHANNEL + 1, "place": Place.MEDIA},
    ],
)
async def test_the_widest_plans_are_taken(planning: Planning, changes: dict[str, object]) -> None:
    draft = await planning.draft(GUILD, ORGANISER, make_plan(**changes))
    assert draft.state is EventState.DRAFT
    assert (await planning.publish(GUILD, draft.id)).state is EventState.SCHEDULED


async def test_spaces_nobody_meant_are_taken_away(planning: Planning) -> None:
    draft = await planning.draft(GUILD, ORGANISER, make_plan(name="  Big \n party ", about=" a "))
    assert (draft.name, draft.about) == ("Big party", "a")


async def test_a_draft_whose_time_is_over_is_not_published(
    planning: Planning, workshop: Workshop
) -> None:
    draft = await planning.draft(
        GUILD, ORGANISER, make_plan(starts_at=NOON, ends_at=NOON + 2 * 60 * SECOND)
    )
    workshop.clock.advance(timedelta(minutes=2))
    with pytest.raises(PlanRejected) as refused:
        await planning.publish(GUILD, draft.id)
    assert refused.value.problem is PlanProblem.ENDS_IN_THE_PAST


async def test_the_eleventh_event_under_way_is_refused(planning: Planning) -> None:
    drafts = [await planning.draft(GUILD, ORGANISER, make_plan()) for _ in range(11)]
    for draft in drafts[:10]:
        await planning.publish(GUILD, draft.id)
    with pytest.raises(EnoughEvents) as refused:
        await planning.publish(GUILD, drafts[10].id)
    assert refused.value.limit == 10
    other = await planning.draft(GUILD + 1, ORGANISER, make_plan())
    assert (await planning.publish(GUILD + 1, other.id)).state is EventState.SCHEDULED


async def test_nobody_reaches_the_event_of_another_server(
    planning: Planning, workshop: Workshop
) -> None:
    event = await insert_event(workshop.database, guild_id=GUILD)
    for act in (planning.publish, planning.discard, planning.pause, planning.resume):
        with pytest.raises(EventUnknown):
            await act(GUILD + 1, event.id)
    for change in (planning.end, planning.cancel):
        with pytest.raises(EventUnknown):
            await change(GUILD + 1, event.id)
    with pytest.raises(EventUnknown):
        await planning.show(GUILD + 1, event.id)
    with pytest.raises(EventUnknown):
        await planning.edit(GUILD + 1, event.id, make_plan())
    with pytest.raises(EventUnknown):
        await planning.find(GUILD + 1, event.name)
    assert await planning.list(GUILD + 1) == ()
    assert await planning.get(GUILD, event.id) == event


async def test_what_cannot_be_done_says_where_the_event_stands(
    planning: Planning, workshop: Workshop
) -> None:
    event = await insert_event(workshop.database, state=EventState.CLOSED)
    for act in (planning.publish, planning.pause, planning.resume, planning.end, planning.cancel):
        with pytest.raises(EventStandsElsewhere) as refused:
            await act(GUILD, event.id)
        assert refused.value.state is EventState.CLOSED


async def test_an_open_event_takes_a_new_end_but_no_new_start(
    planning: Planning, workshop: Workshop
) -> None:
    event = await insert_event(workshop.database)
    longer = make_plan(starts_at=event.starts_at, ends_at=event.ends_at + HOUR)
    assert (await planning.edit(GUILD, event.id, longer)).ends_at == longer.ends_at
    with pytest.raises(FixedByNow) as refused:
        await planning.edit(GUILD, event.id, make_plan(starts_at=NOON + HOUR))
    assert refused.value.name == "starts_at"
    with pytest.raises(PlanRejected) as over:
        await planning.edit(GUILD, event.id, make_plan(starts_at=event.starts_at, ends_at=NOON))
    assert over.value.problem is PlanProblem.ENDS_IN_THE_PAST


async def test_a_filter_that_went_meanwhile_does_not_keep_the_plan_from_other_changes(
    planning: Planning, workshop: Workshop
) -> None:
    event = await insert_event(workshop.database, filters=("999999",))
    plan = make_plan(starts_at=event.starts_at, filters=event.filters, name="Renamed")
    assert (await planning.edit(GUILD, event.id, plan)).name == "Renamed"
    assert planning.filters_of(plan) == ()
    assert NEON in planning.filters_of(make_plan())
    assert planning.filters_of(make_plan(filters=("12",))) == (NEON,)


async def test_filters_are_found_by_their_names(planning: Planning) -> None:
    assert await planning.filters_named("") == ()
    assert await planning.filters_named("Cyberpunk Neon") == (NEON,)
    assert await planning.filters_named("12, cyberpunk neon,") == (NEON,)
    with pytest.raises(FilterUnknown) as refused:
        await planning.filters_named("Cyberpunk Neon, no such thing")
    assert "no such thing" in refused.value.text


async def test_events_are_found_by_number_and_name(planning: Planning, workshop: Workshop) -> None:
    over = await insert_event(workshop.database, name="Party", state=EventState.CLOSED)
    running = await insert_event(workshop.database, name="Party")
    ended = await insert_event(workshop.database, name="Other", state=EventState.CANCELLED)
    await insert_event(workshop.database, name="Hidden", state=EventState.DRAFT)
    assert await planning.list(GUILD) == (running, ended, over)
    assert await planning.find(GUILD, " party ") == running
    assert await planning.find(GUILD, f"#{over.id}") == over
    assert await planning.suggest(GUILD, "par") == (running, over)
    for unknown in ("Hidden", "9" * 18, "9" * 40, ""):
        with pytest.raises(EventUnknown):
            await planning.find(GUILD, unknown)


async def test_the_zone_written_last_is_the_servers(planning: Planning) -> None:
    assert await planning.timezone_of(GUILD) == ("UTC", False)
    await planning.draft(GUILD, ORGANISER, make_plan(timezone="Asia/Kolkata"))
    assert await planning.timezone_of(GUILD) == ("Asia/Kolkata", True)
    assert await planning.timezone_of(GUILD + 1) == ("UTC", False)


async def test_times_are_understood_in_the_servers_zone(
    planning: Planning, workshop: Workshop
) -> None:
    first = await planning.when(GUILD, start="24.12. 18:00", end="2h")
    assert (first.zone, first.is_zone_chosen) == ("UTC", False)
    assert first.starts.at == datetime(2026, 12, 24, 18, tzinfo=UTC)
    berlin = await planning.when(GUILD, start="24.12. 18:00", end="22:00", zone="berlin")
    assert (berlin.zone, berlin.is_zone_chosen) == ("Europe/Berlin", True)
    assert berlin.starts.at == datetime(2026, 12, 24, 17, tzinfo=UTC)
    assert berlin.ends.at == datetime(2026, 12, 24, 21, tzinfo=UTC)
    await planning.draft(GUILD, ORGANISER, make_plan(timezone=berlin.zone))
    again = await planning.when(GUILD, start="24.12. 18:00", end="22:00")
    assert (again.zone, again.starts) == ("Europe/Berlin", berlin.starts)
    event = await insert_event(workshop.database, timezone="Asia/Kolkata")
    longer = await planning.when(GUILD, start=None, end="8 hours", event=event)
    assert longer.zone == "Asia/Kolkata"
    assert longer.starts.at == event.starts_at
    assert longer.ends.at == event.starts_at + 8 * HOUR
    as_it_is = await planning.when(GUILD, start=None, end=None, event=event)
    assert (as_it_is.starts.at, as_it_is.ends.at) == (event.starts_at, event.ends_at)
    with pytest.raises(PlanRejected) as refused:
        await planning.when(GUILD, start="now", end="2h", zone="Atlantis")
    assert refused.value.problem is PlanProblem.TIMEZONE


async def test_zones_are_suggested_as_they_are_typed() -> None:
    assert {"Europe/Berlin", "America/New_York", "UTC"} <= known_zones()
    assert suggest_zones("berl")[0] == "Europe/Berlin"
    assert suggest_zones("new y")[0] == "America/New_York"
    assert suggest_zones("")[0]
    assert len(suggest_zones("")) == 25
    assert suggest_zones("atlantis") == ()
    assert not [name for name in suggest_zones("etc") if name.startswith("Etc/")]
    assert find_zone(" berlin ") == "Europe/Berlin"
    assert find_zone("asia/kolkata") == "Asia/Kolkata"
    assert find_zone("utc") == "UTC"
    assert find_zone("atlantis") is None


def test_a_guest_reads_when_to_come_and_other_failures_pass() -> None:
    with pytest.raises(NotOpenNow) as early, refusals():
        raise EventNotOpen(1, EventState.SCHEDULED, opens_at=NOON)
    assert (early.value.state, early.value.opens_at) == (EventState.SCHEDULED, NOON)
    assert "<t:1795262400:R>" in describe(early.value)
    with pytest.raises(BlockedFromEvent), refusals():
        raise GuestBlocked(1)
    with pytest.raises(JobNotFound), refusals():
        raise JobNotFound(1)
