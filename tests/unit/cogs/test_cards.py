from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import discord
import pytest

from bot.messages import AI_LINE, LONGEST_NOTE
from bot.services.bundle import Services
from bot.services.delivery import Stage
from bot.services.gate import Gate, Pause
from bot.tree import notice
from cogs.ui.buttons import JOB_TEMPLATE, Verb, job_button
from cogs.ui.cards import ended_card, picture_card, progress_card
from cogs.ui.consent import CONSENT_TEMPLATE, consent_button, consent_card
from cogs.ui.lists import help_page, jobs_list, waiting_page
from cogs.ui.privacy import ERASE_TEMPLATE, confirm_page, erase_button, privacy_page
from db.models import FailureReason, Job, JobKind, JobState
from tests.support import openapi
from tests.support.jobs import HOSTILE_NAMES, make_job, visible_markup
from tests.support.workshop import Workshop

MOST_COMPONENTS = 40
MOST_TEXT = 4000
MOST_ID = 100
IS_COMPONENTS_V2 = 1 << 15
LARGEST_ID = 10**18 - 1
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def body_of(view: discord.ui.LayoutView, *files: str) -> dict[str, Any]:
    """What is sent to Discord."""
    return {
        "components": view.to_components(),  # type: ignore[no-untyped-call]
        "flags": IS_COMPONENTS_V2,
        "attachments": [{"id": number, "filename": name} for number, name in enumerate(files)],
        "allowed_mentions": {"parse": []},
    }


def components_of(node: object) -> Iterator[dict[str, Any]]:
    """Every component, however deep."""
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for each in node.values():
            yield from components_of(each)
    elif isinstance(node, list):
        for each in node:
            yield from components_of(each)


def text_of(body: dict[str, Any]) -> str:
    return "\n".join(each["content"] for each in components_of(body) if "content" in each)


def check(view: discord.ui.LayoutView, *files: str) -> dict[str, Any]:
    """Hold a view against Discord's limits; returns what is sent."""
    body = body_of(view, *files)
    found = list(components_of(body["components"]))
    ids = [each["custom_id"] for each in found if "custom_id" in each]
    assert len(found) <= MOST_COMPONENTS
    assert 0 < len(text_of(body)) <= MOST_TEXT
    assert len(set(ids)) == len(ids)
    assert all(0 < len(each) <= MOST_ID for each in ids)
    assert all(0 < len(each["label"]) <= 80 for each in found if "label" in each)
    assert openapi.check_request("POST", "/channels/1/messages", body) == []
    return body


def custom_ids(body: dict[str, Any]) -> list[str]:
    return [each["custom_id"] for each in components_of(body) if "custom_id" in each]


def picture() -> discord.File:
    return discord.File(io.BytesIO(b"x"), "picture.png")


# --- a job's card


@pytest.mark.parametrize("stage", Stage)
def test_progress_can_be_cancelled_once(stage: Stage) -> None:
    body = check(progress_card(make_job(id=LARGEST_ID), stage, "You are next."))
    cancels = [] if stage is Stage.CANCELLING else [f"job:{LARGEST_ID}:cancel"]
    assert custom_ids(body) == cancels
    assert "You are next." in text_of(body)


@pytest.mark.parametrize("reason", FailureReason)
def test_a_failure_says_why_and_can_be_tried_again(reason: FailureReason) -> None:
    job = make_job(state=JobState.FAILED, failure=reason)
    assert custom_ids(check(ended_card(job, again=True))) == ["job:7:again", "job:7:delete"]
    assert custom_ids(check(ended_card(job, again=False))) == ["job:7:delete"]


ENDED = [JobState.CANCELLED, JobState.UNCONFIRMED, JobState.UNDELIVERABLE, JobState.FAILED]


@pytest.mark.parametrize("state", ENDED)
@pytest.mark.parametrize("kind", JobKind)
def test_every_end_has_a_card(state: JobState, kind: JobKind) -> None:
    check(ended_card(make_job(state=state, kind=kind), again=True))


def test_a_picture_that_could_not_be_posted_is_offered_where_that_is_said() -> None:
    body = check(ended_card(make_job(state=JobState.UNDELIVERABLE), again=False))
    assert custom_ids(body) == ["job:7:fetch", "job:7:delete"]


@pytest.mark.parametrize("spoiler", [False, True])
def test_a_picture_is_shown_described_marked_and_addressed(spoiler: bool) -> None:
    job = make_job(spoiler=spoiler, user_id=11)
    body = check(picture_card(job, picture()), "picture.png")
    (item,) = [item for each in components_of(body) if "items" in each for item in each["items"]]
    assert item["media"]["url"] == "attachment://picture.png"
    assert item["spoiler"] is spoiler
    assert "AI-made" in item["description"]
    assert "AI-made" in text_of(body)
    assert "<@11>" in text_of(body)
    assert custom_ids(body) == ["job:7:again", "job:7:delete"]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_harms_no_card(name: str) -> None:
    job = make_job(filter_name=name, state=JobState.FAILED, failure=FailureReason.NO_FACE)
    bodies = [
        check(progress_card(job, Stage.QUEUED, "You are next.")),
        check(ended_card(job, again=True)),
        check(picture_card(job, picture()), "picture.png"),
    ]
    for body in bodies:
        title = text_of(body).splitlines()[0].removeprefix("### ")
        assert visible_markup(title) == []


PROMPTS = ["@everyone <@1> [x](https://example.org)", "x" * 500, "\u202e\u200b" * 250]


@pytest.mark.parametrize("prompt", PROMPTS)
def test_words_of_members_are_no_part_of_a_cards_text(prompt: str) -> None:
    job = make_job(kind=JobKind.PROMPT, filter_name=None, prompt=prompt)
    body = check(picture_card(job, picture()), "picture.png")
    assert prompt not in text_of(body)


def below(body: dict[str, Any]) -> list[str]:
    """The lines below the picture."""
    *_, last = (each["content"] for each in components_of(body) if "content" in each)
    return str(last).splitlines()


def test_what_was_understood_of_the_words_is_one_small_line() -> None:
    job = make_job(kind=JobKind.PROMPT, note="the sea at dawn, painted; the cat is not drawn")
    assert below(check(picture_card(job, picture()), "picture.png")) == [
        "-# Understood: the sea at dawn, painted; the cat is not drawn",
        "-# AI-made picture",
    ]
    assert below(check(picture_card(make_job(note=None), picture()), "picture.png")) == [
        "-# AI-made picture"
    ]


@pytest.mark.parametrize("note", HOSTILE_NAMES)
def test_a_hostile_note_harms_no_card(note: str) -> None:
    job = make_job(kind=JobKind.PROMPT, note=note)
    line, *others = below(check(picture_card(job, picture()), "picture.png"))
    if others:  # an empty note has no line
        assert visible_markup(line.removeprefix("-# Understood: ")) == []
        assert len(line) <= 3 * LONGEST_NOTE
    assert [line, *others][-1] == AI_LINE


def test_only_the_owner_is_mentioned() -> None:
    job = make_job(filter_name="@everyone <@999> <@&5>", user_id=11)
    text = text_of(check(picture_card(job, picture()), "picture.png"))
    live = re.sub(r"\\.", "", text)
    assert re.findall(r"<@&?\d+>|@everyone|@here", live) == ["<@11>"]


# --- lists


LISTED = [
    *((state, "*" * 5000) for state in JobState),  # escaped, nothing is longer
    *((JobState.FAILED, name) for name in HOSTILE_NAMES),
]


@pytest.mark.parametrize(("state", "name"), LISTED)
def test_ten_jobs_fit_into_one_message(state: JobState, name: str) -> None:
    jobs = [
        make_job(
            id=LARGEST_ID - number,
            state=state,
            filter_name=name,
            failure=FailureReason.INVALID_PHOTO if state is JobState.FAILED else None,
            guild_id=LARGEST_ID,
            result_channel_id=LARGEST_ID,
            message_id=LARGEST_ID,
            picture="1.png",
        )
        for number in range(10)
    ]
    check(jobs_list(jobs))


def kept(state: JobState, numbers: range) -> list[Job]:
    return [make_job(id=number, state=state, picture=f"{number}.png") for number in numbers]


def test_pictures_that_wait_are_offered_however_many_jobs_are_newer() -> None:
    newer = [make_job(id=number, state=JobState.DELIVERED) for number in range(100, 90, -1)]
    waiting = kept(JobState.UNDELIVERABLE, range(3, 1, -1))
    body = check(jobs_list(newer, waiting))
    assert custom_ids(body) == ["job:3:fetch", "job:2:fetch"]
    assert "Older, and still to be had: `3`, `2`" in text_of(body)


def test_originals_are_offered_after_the_pictures_that_wait() -> None:
    originals = kept(JobState.DELIVERED, range(9, 5, -1))
    waiting = kept(JobState.UNDELIVERABLE, range(5, 1, -1))
    body = check(jobs_list(originals, [*originals, *waiting]))
    ids = custom_ids(body)
    assert ids == [f"job:{n}:fetch" for n in (5, 4, 3, 2)] + [
        f"job:{n}:original" for n in (9, 8, 7, 6)
    ]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_the_longest_list_fits_and_says_that_there_is_more(name: str) -> None:
    waiting = [
        make_job(
            id=LARGEST_ID - number,
            state=JobState.UNDELIVERABLE,
            filter_name=name,
            picture="1.png",
        )
        for number in range(30)
    ]
    newer = [
        make_job(
            id=LARGEST_ID + 1 + number,
            state=JobState.FAILED,
            failure=FailureReason.INVALID_PHOTO,
            filter_name=name,
        )
        for number in range(10)
    ]
    body = check(jobs_list(newer, waiting))
    assert len(custom_ids(body)) == 10
    assert "20 more" in text_of(body)
    assert len(custom_ids(check(waiting_page(waiting)))) == 10
    assert "30 pictures" in text_of(check(waiting_page(waiting)))
    assert "A picture of yours" in text_of(check(waiting_page(waiting[:1])))


def test_a_smaller_form_comes_with_its_original() -> None:
    body = check(picture_card(make_job(), picture(), original=True), "picture.png")
    assert custom_ids(body) == ["job:7:again", "job:7:original", "job:7:delete"]


def test_a_picture_whose_time_is_over_is_not_offered() -> None:
    body = check(jobs_list([make_job(state=JobState.UNDELIVERABLE, picture=None)]))
    assert custom_ids(body) == []
    assert "its time is over" in text_of(body)


def test_no_jobs_are_a_hint_and_not_an_empty_list() -> None:
    assert "/faceswap" in text_of(check(jobs_list([])))


def test_a_picture_is_linked_unless_it_is_private() -> None:
    posted = {
        "state": JobState.DELIVERED,
        "channel_id": 5,
        "result_channel_id": 5,
        "message_id": 6,
    }
    link = "https://discord.com/channels/21/5/6"
    assert link in text_of(check(jobs_list([make_job(**posted)])))
    assert link not in text_of(check(jobs_list([make_job(**posted, private=True)])))
    direct = text_of(check(jobs_list([make_job(**posted, guild_id=None)])))
    assert "https://discord.com/channels/@me/5/6" in direct
    in_their_messages = make_job(**posted | {"result_channel_id": 9})
    assert "https://" not in text_of(check(jobs_list([in_their_messages])))


# --- pages


@pytest.fixture
def services(workshop: Workshop) -> Services:
    return services_of(workshop)


def services_of(workshop: Workshop, *, keep: int = 15, api_name: str = "studio") -> Services:
    return Services(
        booth=workshop.booth,
        intake=workshop.intake,
        catalogue=workshop.catalogue,
        previews=workshop.previews,
        gate=Gate(),
        privacy=workshop.privacy,
        quotas=workshop.quotas,
        events=workshop.events,
        photo_keep_minutes=keep,
        undelivered_keep_days=7,
        original_keep_hours=24,
        job_keep_days=90,
        event_keep_days=30,
        max_upload_bytes=10 * 2**20,
        api_name=api_name,
    )


async def test_every_page_fits(services: Services) -> None:
    check(consent_card(services))
    check(privacy_page(services))
    check(confirm_page())
    check(help_page(services))
    check(notice("Done."))


async def test_consent_says_where_a_photo_goes_and_for_how_long(workshop: Workshop) -> None:
    here = text_of(check(consent_card(services_of(workshop))))
    assert "this bot's own machine" in here
    assert "15 minutes after" in here
    away = text_of(check(consent_card(services_of(workshop, keep=0, api_name="api.example.org"))))
    assert "**api.example.org**" in away
    assert "as soon as" in away


async def test_help_says_when_no_pictures_are_made(services: Services) -> None:
    assert "no pictures just now" not in text_of(check(help_page(services)))
    services.gate.close(Pause.OUT_OF_CREDITS)
    assert "no pictures just now" in text_of(check(help_page(services)))


# --- buttons work after a restart: their ids say all there is to know


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("job_id", [1, LARGEST_ID])
def test_a_jobs_button_is_recognised_by_its_id(verb: Verb, job_id: int) -> None:
    match = re.fullmatch(JOB_TEMPLATE, job_button(job_id, verb).custom_id or "")
    assert match is not None
    assert (int(match["job_id"]), Verb(match["verb"])) == (job_id, verb)


def test_the_other_buttons_are_recognised_by_their_ids() -> None:
    assert re.fullmatch(CONSENT_TEMPLATE, consent_button(3).custom_id or "")
    for confirmed in (False, True):
        button = erase_button(confirmed=confirmed)
        assert re.fullmatch(ERASE_TEMPLATE, button.custom_id or "")


FORGED = ["job:-1:cancel", "job:1:steal", "job::again", f"job:{10**18}:delete", "job:1:delete:2"]


@pytest.mark.parametrize("custom_id", FORGED)
def test_other_ids_are_nobodys(custom_id: str) -> None:
    for template in (JOB_TEMPLATE, CONSENT_TEMPLATE, ERASE_TEMPLATE):
        assert re.fullmatch(template, custom_id) is None
