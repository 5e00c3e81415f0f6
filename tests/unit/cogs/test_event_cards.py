"""Cards, pages and forms of community events, held against Discord's limits."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import discord
import pytest

from bot.services.events.charting import Chart
from bot.services.events.reporting import EventReport
from bot.services.events.timelines import Step as TimeStep
from cogs.ui.events.buttons import DRAFT_TEMPLATE, STEP_TEMPLATE, Step, step_button
from cogs.ui.events.forms import LONGEST_NAME, event_form
from cogs.ui.events.lists import (
    event_list,
    event_page,
    leaderboard_card,
    paused_page,
    resumed_page,
)
from cogs.ui.events.notices import (
    announcement_card,
    cancelled_card,
    mentions_of,
    missed_card,
    opened_card,
    pot_empty_card,
    pot_warning_card,
    time_warning_card,
    winner_card,
)
from cogs.ui.events.panel import panel_card
from cogs.ui.events.preview import created_page
from cogs.ui.events.report import report_card
from db.event_models import Event, EventFigures, EventState, Place
from faceswap.models import Filter
from tests.support import openapi
from tests.support.event_values import ENDS, MANY, NOBODY, STARTS, make_event, make_event_picture
from tests.support.jobs import HOSTILE_NAMES, visible_markup
from tests.unit.cogs.test_cards import check, components_of, custom_ids, text_of

LARGEST_ID = 10**18 - 1
MODAL = 9
FILTERS = [Filter(id=each, name=f"Filter {each}") for each in range(30)]
LIVE_MENTION = re.compile(r"<(?:@[!&]?|#)\d+>|@everyone|@here")


def hostile(name: str) -> dict[str, Any]:
    """All that an organiser writes, as long as the form lets it be."""
    return {
        "name": name[:LONGEST_NAME],
        "about": name[:1000],
        "prize": name[:200],
        "caption": name[:80],
    }


def longest(**fields: Any) -> Event:
    ids = dict.fromkeys(
        ("id", "guild_id", "organiser_id", "channel_id", "gallery_channel_id", "panel_message_id"),
        LARGEST_ID,
    )
    return make_event(**{**ids, "ping_role_id": LARGEST_ID, "place": Place.THREAD, **fields})


def every_card(event: Event, filters: list[str]) -> list[discord.ui.LayoutView]:
    winner = make_event_picture(caption=event.caption, filter_name=event.name)
    return [
        panel_card(event, MANY, filters=filters, picture="attachment://panel.jpg", used=400),
        announcement_card(event),
        opened_card(event),
        missed_card(event),
        time_warning_card(event),
        pot_warning_card(event, used=401),
        pot_empty_card(event),
        cancelled_card(event),
        winner_card(event, winner, picture="attachment://panel.jpg"),
        event_list([event] * 100),
        event_page(event, MANY, filters=filters, used=400, organiser=True),
        leaderboard_card(event, [winner] * 30),
        paused_page(event),
        resumed_page(event),
    ]


@pytest.mark.parametrize("state", [EventState.SCHEDULED, EventState.OPEN])
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_whatever_an_organiser_writes_every_card_fits_and_calls_nobody(
    name: str, state: EventState
) -> None:
    event = longest(state=state, timezone=name, **hostile(name))
    meant = {f"<@&{LARGEST_ID}>", f"<@{LARGEST_ID}>", "<@12>", f"<#{event.review_channel_id}>"}
    for card in every_card(event, [name] * 25):
        text = text_of(check(card, "panel.jpg"))
        live = re.sub(r"\\.", "", text)
        assert set(LIVE_MENTION.findall(live)) <= meant
        assert "://" not in re.sub(r"\]\(https://discord\.com/channels/[\d/]+\)", "", live)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_shown_as_it_stands(name: str) -> None:
    body = check(panel_card(make_event(name=name), NOBODY))
    assert visible_markup(text_of(body).splitlines()[0].removeprefix("## ")) == []


# --- the panel


def buttons(body: dict[str, Any]) -> dict[str, bool]:
    """The labels of the buttons, and whether they can be pressed."""
    found = [each for each in components_of(body) if each["type"] == 2]
    return {each["label"]: not each.get("disabled") for each in found}


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (EventState.SCHEDULED, {"Step in": False, "Gallery": True}),
        (EventState.OPEN, {"Step in": True, "Gallery": True, "Standings": True}),
        (EventState.PAUSED, {"Step in": False, "Gallery": True, "Standings": True}),
        (EventState.CLOSING, {"Gallery": True, "Standings": True}),
        (EventState.CLOSED, {"Gallery": True, "Standings": True}),
        (EventState.CANCELLED, {"Gallery": True}),
    ],
)
def test_a_panel_offers_what_can_be_done(state: EventState, wanted: dict[str, bool]) -> None:
    assert buttons(check(panel_card(make_event(state=state), MANY))) == wanted


def test_a_panel_says_all_that_a_guest_wants_to_know() -> None:
    event = make_event(gallery_channel_id=31)
    body = check(panel_card(event, MANY, filters=["Neon", "Oil"], used=497))
    text = text_of(body)
    for words in (
        "Winter party",
        "Be kind.",
        "**Prize:** A mug",
        f"<t:{int(ENDS.timestamp())}:R>",
        "Up to 5 pictures each",
        "with Neon, Oil",
        "A moderator looks at each picture",
        "**77** pictures · **40** guests · 3 waiting for a look · **210** votes · room for 3 more",
        "of equal ones the one that was shown first",
    ):
        assert words.replace("pictures each", "pictures for each guest") in text
    assert custom_ids(body) == ["event:7:join", "event:7:standings"]  # the gallery is right here


def test_a_picture_has_words_for_who_cannot_see_it() -> None:
    file = discord.File(BytesIO(b"x"), "sample.jpg")
    body = check(panel_card(make_event(), NOBODY, picture=file), "sample.jpg")
    (item,) = [item for each in components_of(body) if "items" in each for item in each["items"]]
    assert item["media"]["url"] == "attachment://sample.jpg"
    assert item["description"] == "A picture of the event Winter party"


def test_before_it_opens_a_panel_tells_when() -> None:
    text = text_of(check(panel_card(make_event(state=EventState.SCHEDULED), NOBODY)))
    assert f"Opens <t:{int(STARTS.timestamp())}:R>" in text
    assert "Room for 500 pictures" in text


# --- what is said once


def test_an_announcement_stays_true_when_it_is_read_later() -> None:
    text = text_of(check(announcement_card(make_event(state=EventState.SCHEDULED))))
    assert f"It opens <t:{int(STARTS.timestamp())}:F>, and ends" in text
    assert ":R>" not in text


@pytest.mark.parametrize(
    ("state", "starts", "words"),
    [
        (EventState.SCHEDULED, timedelta(hours=2), "It opens by itself <t:"),
        (EventState.SCHEDULED, timedelta(seconds=-24), "It opens now."),
        (EventState.OPEN, timedelta(seconds=-24), "It is open."),
    ],
)
def test_a_new_event_says_when_it_opens(state: EventState, starts: timedelta, words: str) -> None:
    event = make_event(state=state, starts_at=discord.utils.utcnow() + starts)
    assert words in text_of(check(created_page(event)))


def test_only_the_chosen_role_is_called() -> None:
    event = make_event(ping_role_id=99, about="<@&98> @everyone")
    assert text_of(check(announcement_card(event))).count("<@&99>") == 1
    called: Any = mentions_of(event).to_dict()
    nobody: Any = mentions_of(make_event()).to_dict()
    assert (called, nobody) == ({"parse": [], "roles": [99]}, {"parse": []})
    assert "<@&" not in text_of(check(opened_card(make_event())))


@pytest.mark.parametrize(
    ("pot", "used", "words"), [(500, 400, "100 pictures are left of 500"), (5, 4, "one picture is")]
)
def test_a_pot_that_is_nearly_empty_is_counted(pot: int, used: int, words: str) -> None:
    assert words in text_of(check(pot_warning_card(make_event(pot=pot), used=used)))


def test_the_winner_is_named_shown_and_linked() -> None:
    card = winner_card(
        make_event(), make_event_picture(caption="me!"), picture="attachment://w.jpg"
    )
    body = check(card, "w.jpg")
    assert "<@12>, with 3 votes" in text_of(body)
    assert "It was a tie" not in text_of(body)
    assert "“me!”" in text_of(body)
    assert "A mug" in text_of(body)
    assert "https://discord.com/channels/21/33/42" in str(body)


def test_a_winner_by_a_tie_is_told_how_it_was_decided() -> None:
    text = text_of(check(winner_card(make_event(), make_event_picture(), tied=True)))
    assert "It was a tie" in text
    assert "This one was shown first" in text


# --- lists


def test_a_list_says_of_each_event_when_it_is() -> None:
    events = [make_event(id=number, state=state) for number, state in enumerate(EventState)]
    lines = text_of(check(event_list(events))).splitlines()[1:]
    assert len(lines) == len(EventState)
    assert all("[Winter party](https://discord.com/channels/21/31/41)" in line for line in lines)
    assert "no events here yet" in text_of(check(event_list([])))


def test_only_organisers_see_how_an_event_is_set_up() -> None:
    event = make_event(wall_key="secret-word", join_code="ABCD", set_aside=1000)
    theirs = text_of(check(event_page(event, MANY, used=497, organiser=True)))
    assert "pot of 500 pictures, 3 left" in theirs
    assert "Wall: open, `/event wall` shows its link" in theirs
    assert "1000 credits set aside" in theirs
    assert "<#32>" in theirs
    guests = text_of(check(event_page(event, MANY)))
    assert "set aside" not in guests
    assert "<#32>" not in guests
    assert "secret-word" not in theirs + guests  # links are for /event wall alone


def test_standings_leave_out_who_has_no_votes() -> None:
    pictures = [make_event_picture(id=number, votes=number) for number in (3, 2, 0)]
    lines = text_of(check(leaderboard_card(make_event(), pictures))).splitlines()
    assert lines[1].startswith("🥇 **3** ♥ Cyberpunk Neon by <@12>")
    assert lines[2].startswith("🥈 **2** ♥")
    assert len(lines) == 4
    assert "Nobody has voted" in text_of(check(leaderboard_card(make_event(), pictures[2:])))


# --- the form


def sent(form: discord.ui.Modal) -> dict[str, Any]:
    body = form.to_dict()
    assert (
        openapi.check_request(
            "POST", "/interactions/1/token/callback", {"type": MODAL, "data": body}
        )
        == []
    )
    assert 1 <= len(body["components"]) <= 5
    return body


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_the_form_fits_and_holds_what_was_written(name: str) -> None:
    filters = [Filter(id=number, name=name) for number in range(30)]
    event = make_event(**hostile(name))
    body = sent(event_form(LARGEST_ID, event, filters, title=f"Change {name}"))
    assert re.fullmatch(DRAFT_TEMPLATE, body["custom_id"])
    written = body["components"][0]["component"].get("value")
    assert written == (name[:LONGEST_NAME] or None)


def test_the_form_offers_the_filters_and_knows_the_chosen_ones() -> None:
    body = sent(event_form(7, make_event(filters=("3", "4")), FILTERS, title="New event"))
    select = body["components"][3]["component"]
    assert [each["value"] for each in select["options"] if each.get("default")] == ["3", "4"]
    assert (select["min_values"], select["max_values"], len(select["options"])) == (0, 25, 25)
    assert body["components"][3]["description"].startswith("25 of 30")
    assert len(sent(event_form(7, make_event(), [], title="New event"))["components"]) == 4


def test_a_chosen_filter_is_offered_however_many_there_are() -> None:
    body = sent(event_form(7, make_event(filters=("29",)), FILTERS, title="Change it"))
    options = body["components"][3]["component"]["options"]
    assert (options[0]["value"], options[0]["default"]) == ("29", True)
    assert len(options) == 25


# --- buttons


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("event_id", [1, LARGEST_ID])
def test_an_organisers_button_is_recognised_by_its_id(step: Step, event_id: int) -> None:
    match = re.fullmatch(STEP_TEMPLATE, step_button(event_id, step).custom_id or "")
    assert match is not None
    assert (int(match["event_id"]), Step(match["step"])) == (event_id, step)


@pytest.mark.parametrize(
    "custom_id",
    ["organise:-1:end", "organise:1:steal", f"organise:{10**18}:end", "organise:1:end:2"],
)
def test_other_ids_are_nobodys(custom_id: str) -> None:
    assert re.fullmatch(STEP_TEMPLATE, custom_id) is None
    assert re.fullmatch(DRAFT_TEMPLATE, custom_id) is None


# --- the report


def figures(**fields: Any) -> EventFigures:
    values: dict[str, Any] = {
        "guests": 40,
        "made": 90,
        "approved": 77,
        "waiting": 3,
        "rejected": 8,
        "removed": 2,
        "votes": 210,
        "by_filter": (("Neon", 50), ("Oil", 40)),
        "by_time": ((STARTS, 90),),
        "failed": 4,
        "cancelled": 1,
        "credits": 180,
    }
    return EventFigures(**{**values, **fields})


def test_a_report_tells_the_event_in_figures() -> None:
    chart = discord.File(BytesIO(b"png"), "chart.png")
    report = EventReport(
        event=make_event(),
        figures=figures(),
        peak=TimeStep(begins_at=STARTS, pictures=60),
        chart=Chart(alt="Most pictures at six", data=b"png"),
    )
    card = check(report_card(report, chart=chart))
    text = text_of(card)
    for words in (
        "40 guests",
        "77 pictures",
        "of 90 made",
        "3 pictures still wait",
        "Neon (50), Oil (40)",
        "with 60 pictures",
        "**Credits used:** 180",
        "4 pictures failed",
        "210 votes were given",
    ):
        assert words in text
    assert "Most pictures at six" in str(list(components_of(card)))


def test_a_report_of_nothing_is_short() -> None:
    nothing = figures(
        **dict.fromkeys(("guests", "made", "approved", "waiting", "votes", "failed", "credits"), 0),
        by_filter=(),
        by_time=(),
    )
    report = EventReport(event=make_event(), figures=nothing, peak=None, chart=None)
    text = text_of(check(report_card(report)))
    assert "0 guests" in text
    assert "Nobody voted" in text
    one = figures(guests=1, approved=1, made=1, waiting=1, votes=1, failed=1)
    text = text_of(
        check(report_card(EventReport(event=make_event(), figures=one, peak=None, chart=None)))
    )
    for words in ("1 guest**", "1 picture**", "1 picture still waits", "1 vote was given"):
        assert words in text


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_report_holds_whatever_was_written(name: str) -> None:
    report = EventReport(
        event=longest(**hostile(name)),
        figures=figures(by_filter=tuple((name, each) for each in range(9, 0, -1))),
        peak=None,
        chart=None,
    )
    assert not LIVE_MENTION.search(text_of(check(report_card(report))))
