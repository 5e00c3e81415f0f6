"""What is shown of an event's pictures, and the forms of guests and moderators."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import cycle
from typing import Any

import discord
import pytest

from bot import picture_messages
from bot.services.events.showing import Trouble
from cogs.ui.events.picture_buttons import (
    PICTURE_TEMPLATE,
    REJECT_FORM,
    PictureVerb,
    picture_button,
)
from cogs.ui.events.pictures import (
    confirm_block,
    decided_card,
    ended_picture_card,
    gallery_card,
    marker,
    own_card,
    post_name,
    recounted_card,
    review_card,
    shown_card,
    waiting_card,
)
from cogs.ui.events.step_in import STEP_IN_TEMPLATE, reason_form, step_in_form
from db.event_models import Event, EventPicture, PictureState
from faceswap.models import Filter, Gender
from tests.support import openapi
from tests.support.event_values import make_event, make_event_picture
from tests.support.jobs import HOSTILE_NAMES, make_job, visible_markup
from tests.unit.cogs.test_cards import check, components_of, custom_ids, text_of

LARGEST_ID = 10**18 - 1
MODAL = 9
FILTERS = [Filter(id=each, name=f"Filter {each}") for each in range(1, 26)]
LIVE_MENTION = re.compile(r"<(?:@[!&]?|#)\d+>|@everyone|@here")
GUEST, MODERATOR = 12, 13
FILE = "picture-5.png"


def file() -> discord.File:
    return discord.File(BytesIO(b"picture"), FILE)


def every_card(event: Event, picture: EventPicture) -> list[discord.ui.LayoutView]:
    job = make_job(id=LARGEST_ID, event_id=event.id)
    return [
        review_card(event, picture, file()),
        decided_card(event, picture),
        gallery_card(event, picture, file()),
        recounted_card(event, picture, f"attachment://{FILE}"),
        waiting_card(event, picture, job),
        own_card(event, picture, job, file()),
        shown_card(event, picture, job),
        ended_picture_card(event, picture, job),
        ended_picture_card(event, picture),
        confirm_block(picture),
    ]


@pytest.mark.parametrize(
    ("name", "state"), [*zip(HOSTILE_NAMES, cycle(PictureState), strict=False)]
)
def test_whatever_people_write_every_card_fits_and_calls_nobody(
    name: str, state: PictureState
) -> None:
    event = make_event(id=LARGEST_ID, name=name[:80])
    picture = make_event_picture(
        id=LARGEST_ID,
        state=state,
        filter_name=name,
        caption=name[:80],
        reason=name[:300],
        decided_by=MODERATOR,
    )
    for card in every_card(event, picture):
        text = text_of(check(card, FILE))
        live = re.sub(r"\\.", "", text)
        assert set(LIVE_MENTION.findall(live)) <= {f"<@{GUEST}>", f"<@{MODERATOR}>"}
        assert "://" not in live.replace("https://discord.com/channels/", "")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_guests_words_are_shown_as_they_stand(name: str) -> None:
    body = check(gallery_card(make_event(), make_event_picture(caption=name[:80]), file()), FILE)
    words = text_of(body).splitlines()[0].partition("“")[2].partition("”")[0]
    assert visible_markup(words) == []


def test_a_picture_is_described_for_those_who_cannot_see_it() -> None:
    body = check(gallery_card(make_event(), make_event_picture(caption="Us two"), file()), FILE)
    (gallery,) = (each for each in components_of(body["components"]) if each["type"] == 12)
    assert gallery["items"][0]["description"] == (
        "AI-made picture of a guest of Winter party, with the filter Cyberpunk Neon. Their words: "
        "Us two"
    )


def test_nobody_but_moderators_can_press_what_decides() -> None:
    event, picture, job = make_event(), make_event_picture(), make_job()
    for card in (
        gallery_card(event, picture, file()),
        waiting_card(event, picture, job),
        own_card(event, picture, job, file()),
        shown_card(event, picture, job),
    ):
        verbs = {each.rpartition(":")[2] for each in custom_ids(check(card, FILE))}
        assert verbs <= {"vote", "remove", "again"}


@pytest.mark.parametrize("verb", PictureVerb)
def test_every_button_is_found_again_by_its_custom_id(verb: PictureVerb) -> None:
    match = re.fullmatch(PICTURE_TEMPLATE, picture_button(LARGEST_ID, verb).custom_id or "")
    assert match is not None
    assert (int(match["picture_id"]), match["verb"]) == (LARGEST_ID, verb)


def test_the_name_of_a_post_keeps_its_number() -> None:
    picture = make_event_picture(id=LARGEST_ID, filter_name="x" * 200)
    assert len(post_name(picture)) == 100
    assert post_name(picture).endswith(f"#{LARGEST_ID}")


def test_what_becomes_of_a_picture_is_told_and_can_be_found_again() -> None:
    event = make_event()
    rejected = make_event_picture(state=PictureState.REJECTED, reason="A brand is in it")
    text = text_of(check(ended_picture_card(event, rejected)))
    assert "What they say: A brand is in it" in text
    assert marker(rejected) in text.splitlines()
    own = make_event_picture(state=PictureState.REMOVED, decided_by=GUEST)
    assert "You took this picture back" in text_of(check(ended_picture_card(event, own)))
    removed = make_event_picture(state=PictureState.REMOVED, decided_by=MODERATOR)
    assert "was taken out of the gallery" in text_of(check(ended_picture_card(event, removed)))


@pytest.mark.parametrize("kind", Trouble)
def test_trouble_names_the_event_and_the_place(kind: Trouble) -> None:
    said = picture_messages.trouble(make_event(), kind, "<#33>")
    assert "**Winter party**" in said
    assert "<#33>" in said


# --- forms


def checked(form: discord.ui.Modal) -> dict[str, Any]:
    """Hold a form against Discord's own document; returns its fields by their custom ids."""
    body: dict[str, Any] = form.to_dict()
    answer = {"type": MODAL, "data": body}
    assert openapi.check_request("POST", "/interactions/1/token/callback", answer) == []
    assert len(body["components"]) <= 5
    assert len(body["title"]) <= 45
    for label in body["components"]:
        assert len(label["label"]) <= 45
        assert len(label.get("description") or "") <= 100
    return {label["component"]["custom_id"]: label["component"] for label in body["components"]}


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_the_form_fits_whatever_the_event_is_called(name: str) -> None:
    event = make_event(id=LARGEST_ID, name=name[:80])
    filters = [Filter(id=each, name=name) for each in range(1, 26)]
    form = step_in_form(event, filters, kept_days=3650)
    fields = checked(form)
    assert len(fields["filter"]["options"]) == 25
    assert re.fullmatch(STEP_IN_TEMPLATE, form.custom_id)


def test_the_form_proposes_what_there_is_no_choice_of() -> None:
    event = make_event(gender=Gender.BOY.value)
    fields = checked(step_in_form(event, FILTERS[:1], kept_days=30))
    assert [each["default"] for each in fields["filter"]["options"]] == [True]
    chosen = [each["label"] for each in fields["who"]["options"] if each.get("default")]
    assert chosen == ["Boy"]
    several = checked(step_in_form(make_event(gender=None), FILTERS, kept_days=30))
    assert not any(each.get("default") for each in several["filter"]["options"])
    assert not several["consent"].get("default")


def test_groups_are_offered_where_a_filter_has_room_for_them() -> None:
    single = Filter(id=1, name="One", group=False)
    fields = checked(step_in_form(make_event(), [single], kept_days=30))
    assert "Group" not in [each["label"] for each in fields["who"]["options"]]
    fields = checked(step_in_form(make_event(), [single, FILTERS[1]], kept_days=30))
    assert "Group" in [each["label"] for each in fields["who"]["options"]]


def test_a_moderator_may_leave_the_reason_out() -> None:
    form = reason_form(LARGEST_ID)
    assert checked(form)["reason"]["required"] is False
    assert re.fullmatch(REJECT_FORM, form.custom_id)
    assert not re.fullmatch(PICTURE_TEMPLATE, form.custom_id)
