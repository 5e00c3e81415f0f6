"""The other commands, consent, erasing, and buttons that are pressed twice or by the wrong person.

One bot serves all of these; each test has members and a server of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing

import pytest
import pytest_asyncio

from bot import messages
from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.support.discord import Interaction, Message
from tests.support.scripted_api import Answer

pytestmark = pytest.mark.asyncio(loop_scope="module")

DELIVERED = ("delivered", "spent", "spent")
FILTERS = [{"id": "12", "name": "Cyberpunk Neon"}] + [
    {"id": str(number), "name": f"Autumn {number}"} for number in range(100, 140)
]
BUSY = Answer(status=429, headers={"Retry-After": "2"})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    folder = tmp_path_factory.mktemp("house")
    async with open_house(folder, finishes=False, filters=FILTERS) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def booth(house: House) -> PhotoBooth:
    return house.open_booth()


async def delivered(booth: PhotoBooth, house: House, **options: object) -> Message:
    ordered, remote_id = await house.under_way(booth, **options)
    await house.api.finish(remote_id)
    return await booth.picture(ordered)


async def imagined(
    booth: PhotoBooth, house: House, prompt: str, *, understood: str | None = None
) -> Message:
    number = len(booth.accounts()) + 1
    ordered = await booth.imagine(prompt)
    house.api.understood = understood
    await house.api.finish(await house.followed(booth, number))
    house.api.understood = None
    return await booth.picture(ordered)


def words(answer: Interaction) -> str:
    assert answer.message is not None
    assert answer.ephemeral
    return answer.message.text()


async def test_help_names_every_command(booth: PhotoBooth) -> None:
    page = await booth.page("help")
    for command in booth.discord.commands:
        assert command["name"] == "help" or f"/{command['name']}" in page.text()


async def test_quota_and_jobs_are_shown_to_their_member(booth: PhotoBooth, house: House) -> None:
    assert "**20 of 20** left today" in (await booth.page("quota show")).text()
    assert "You have no pictures yet" in await booth.jobs_page()
    card = await delivered(booth, house)
    await booth.accounted(DELIVERED)

    assert "**19 of 20** left today" in (await booth.page("quota show")).text()
    listed = await booth.jobs_page()
    assert "Cyberpunk Neon · done" in listed
    assert f"https://discord.com/channels/{booth.guild.id}/{booth.channel.id}/{card.id}" in listed
    assert "You have no pictures yet" in await booth.jobs_page(booth.bob)


@pytest.mark.parametrize(
    ("typed", "count", "first"),
    [
        ("", 25, "Autumn 100"),
        ("NEON", 1, "Cyberpunk Neon"),
        ("1", 25, "Autumn 100"),
        ("12", 12, "Autumn 112"),
        ("xyzzy", 0, None),
        ("%' OR 1=1 --", 0, None),
    ],
)
async def test_filters_are_suggested(
    booth: PhotoBooth, typed: str, count: int, first: str | None
) -> None:
    for channel in (booth.channel, None):
        choices = await booth.discord.autocomplete(
            booth.alice, channel, "faceswap", {"filter": typed}, focused="filter"
        )
        assert len(choices) == count
        assert first is None or choices[0]["name"] == first


async def test_a_picture_from_words(booth: PhotoBooth, house: House) -> None:
    card = await imagined(booth, house, "a lighthouse at dawn")
    assert card.alt_texts() == ["AI-made picture from the words: a lighthouse at dawn"]
    assert house.api.submissions[-1].path == "/v2/run/self-prompt"
    assert house.api.submissions[-1].fields == {"prompt": "a lighthouse at dawn"}
    assert "Understood" not in card.text()  # the API said nothing of the kind
    await booth.accounted(DELIVERED)


async def test_what_was_understood_of_the_words_is_shown_with_the_picture(
    booth: PhotoBooth, house: House
) -> None:
    said = "the sea at dawn, *painted*; the lighthouse is not drawn"
    card = await imagined(booth, house, "a lighthouse at dawn", understood=said)
    line = "-# Understood: the sea at dawn, \\*painted\\*; the lighthouse is not drawn"
    assert line in card.text().splitlines()
    assert "the lighthouse is not drawn" not in house.bot.log


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("a nude woman on a beach", "I do not make sexual pictures"),
        ("n.u.d.e portrait", "I do not make sexual pictures"),
        ("a naked child", "of children or young people"),
        ("sexy 15 year old", "of children or young people"),
        ("   ", "in 1 to 500 characters"),
    ],
)
async def test_words_that_are_refused(booth: PhotoBooth, prompt: str, sentence: str) -> None:
    for private in (True, False):
        assert sentence in words(await booth.imagine(prompt, private=private))
    assert booth.accounts() == []


async def test_a_button_answers_only_its_owner(booth: PhotoBooth, house: House) -> None:
    ordered, remote_id = await house.under_way(booth)
    card = await booth.text(ordered, "in its queue")
    refused = "This belongs to somebody else"
    assert refused in words(await booth.press(card, "Cancel", user=booth.bob))
    await house.api.finish(remote_id)
    await booth.picture(ordered)

    for button in ("Again", "Delete"):
        assert refused in words(await booth.press(card, button, user=booth.bob))
    assert booth.accounts(booth.bob) == []
    await booth.accounted(DELIVERED)
    assert booth.posted() == [card]


async def test_cancel_in_the_queue_pressed_twice(booth: PhotoBooth, house: House) -> None:
    paid = house.api.paid
    house.api.on_submit(BUSY)
    ordered = await booth.order()
    card = await booth.text(ordered, "waits and starts by itself")
    first = await booth.discord.press(booth.alice, card, "Cancel")
    second = await booth.discord.press(booth.alice, card, "Cancel")

    await booth.text(ordered, "Cancelled. It does not count against your quota.")
    told = await booth.discord.until(lambda: first.followups + second.followups, within=IN_TIME)
    assert [message.text() for message in told] == ["It is cancelled already."]
    await booth.accounted(("cancelled", "returned", "returned"))
    assert house.api.paid == paid


async def test_cancel_while_it_is_made(booth: PhotoBooth, house: House) -> None:
    ordered, remote_id = await house.under_way(booth)
    card = await booth.text(ordered, "in its queue")
    await booth.press(card, "Cancel")
    await booth.text(ordered, "so it counts against your quota")
    await house.api.finish(remote_id)
    await booth.accounted(("cancelled", "spent", "spent"))
    assert booth.posted() == []


async def test_again_pressed_twice_is_two_orders(booth: PhotoBooth, house: House) -> None:
    card = await delivered(booth, house)
    presses = [await booth.discord.press(booth.alice, card, "Again") for _ in range(2)]
    for number in (2, 3):
        await house.api.finish(await house.followed(booth, number))
    for press in presses:
        await booth.picture(press)
    await booth.accounted(DELIVERED, DELIVERED, DELIVERED)
    assert len(booth.posted()) == 3


async def test_delete_pressed_twice(booth: PhotoBooth, house: House) -> None:
    card = await delivered(booth, house)
    await booth.accounted(DELIVERED)
    presses = [await booth.discord.press(booth.alice, card, "Delete") for _ in range(2)]
    for press in presses:
        await press.responded()
    await booth.discord.until(lambda: card.deleted)
    assert "Cyberpunk Neon · done" in await booth.jobs_page()  # by now, both are dealt with
    assert [m.text() for press in presses for m in press.followups] == []
    assert "Unexpected error" not in booth.bot.log


async def test_a_button_of_a_job_that_is_gone(booth: PhotoBooth, house: House) -> None:
    card = await delivered(booth, house)
    await booth.accounted(DELIVERED)
    with closing(sqlite3.connect(booth.bot.data_dir / "bot.db", isolation_level=None)) as file:
        file.execute("UPDATE jobs SET user_id = 0 WHERE user_id = ?", (booth.alice.id,))
    for button in ("Again", "Delete"):
        assert "belongs to somebody else" in words(await booth.press(card, button))


async def test_an_error_nobody_foresaw_reaches_the_member(booth: PhotoBooth, house: House) -> None:
    card = await delivered(booth, house)
    press = await booth.discord.press(booth.alice, card, "Delete")
    path = f"/webhooks/*/{press.token}/messages/*"
    booth.discord.fail("DELETE", path, status=403, code=50001)
    answer = await booth.text(press, "Something went wrong on my side")

    assert answer.ephemeral
    _, reference, _ = answer.text().split("`")
    assert f"Unexpected error {reference}" in booth.bot.log


async def test_a_command_answered_too_late_is_no_error(booth: PhotoBooth, house: House) -> None:
    patience, house.discord.limits.response_seconds = house.discord.limits.response_seconds, 0.0
    try:
        await house.discord.slash(booth.alice, booth.channel, "imagine", {"prompt": "the sea"})
        await booth.logged("answered too late")
    finally:
        house.discord.limits.response_seconds = patience
    assert "Unknown interaction" not in house.bot.log
    assert booth.accounts() == []


async def test_a_command_that_discord_cut_off_is_no_error(booth: PhotoBooth, house: House) -> None:
    before = len(house.bot.log)
    held = house.discord.hold("POST", "/interactions/*/*/callback", before=True)
    typed = await house.discord.slash(booth.alice, booth.channel, "imagine", {"prompt": "the sea"})
    await held.arrived()
    held.drop()
    await typed.responded()

    assert typed.ephemeral
    assert words(typed) == messages.DISCORD_FAILED
    await booth.logged("Discord failed while a command or a button was answered")
    assert "Unexpected error" not in house.bot.log[before:]
    assert booth.accounts() == []


async def test_consent_is_asked_once(booth: PhotoBooth) -> None:
    first = await booth.ask()
    assert "Before your first picture" in words(first)
    agreed = await booth.agree(first)
    await booth.discord.until(lambda: first.message is None, what="the question going away")
    assert not agreed.ephemeral
    second = await booth.ask()
    assert not second.ephemeral


async def test_consent_after_a_restart(booth: PhotoBooth) -> None:
    asked = await booth.ask()
    await booth.bot.restart()
    agreed = await booth.agree(asked)
    await booth.text(agreed, "Now please type your command again: I did not keep the photo")
    assert booth.accounts() == []
    assert not (await booth.ask()).ephemeral


async def test_only_the_latest_order_waits_for_consent(booth: PhotoBooth) -> None:
    first, second = await booth.ask(), await booth.ask(who="Man")
    await booth.agree(first)
    await booth.discord.until(lambda: second.message is None, what="the question going away")
    again = await booth.agree(first)
    await booth.text(again, "Now please type your command again")
    assert len(booth.accounts()) == 1
    assert booth.query("SELECT gender FROM jobs WHERE user_id = ?", booth.alice.id) == [(0,)]


def places_of(booth: PhotoBooth, *secrets: object) -> set[str]:
    """Return the columns in which one of these stands, whatever the table."""
    found = set()
    for (table,) in booth.query("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        for _, name, *_ in booth.query(f"PRAGMA table_info({table})"):
            column = booth.query(f'SELECT "{name}" FROM {table}')  # noqa: S608 - names of ours
            if {value for (value,) in column} & set(secrets):
                found.add(f"{table}.{name}")
    return found


async def test_erasing_all_that_is_kept(booth: PhotoBooth, house: House) -> None:
    photos_before = set(booth.photos())
    await delivered(booth, house)
    understood = "a forest by day; the secret is not drawn"
    await imagined(booth, house, "a secret garden", understood=understood)
    assert places_of(booth, understood) == {"jobs.note"}
    house.api.on_submit(Answer(status=429, headers={"Retry-After": "3"}))
    ordered = await booth.order(private=True)
    await booth.text(ordered, "waits and starts by itself")
    assert set(booth.photos()) > photos_before

    page = await booth.page("privacy")
    assert "What I store" in page.text()
    await booth.press(page, "Delete my data")
    assert "cancels your open jobs" in page.text()
    assert booth.query("SELECT count(*) FROM consents WHERE user_id = ?", booth.alice.id) == [(1,)]
    await booth.press(page, "Yes, delete it")
    await booth.discord.until(lambda: "Done:" in page.text(), within=IN_TIME)

    assert "I also cancelled 1 of your jobs" in page.text()
    assert page.labels() == []
    secrets = (booth.alice.id, "a secret garden", understood, ordered.token, booth.channel.id)
    assert places_of(booth, *secrets) == {"buckets.scope_id"}  # today's quota: told on the page
    assert set(booth.photos()) == photos_before
    assert "You have no pictures yet" in await booth.jobs_page()
    await booth.text(ordered, "Cancelled. It does not count against your quota.")
    assert "Before your first picture" in words(await booth.ask())


async def test_erasing_waits_until_the_cards_are_brought_up_to_date(
    booth: PhotoBooth, house: House
) -> None:
    await booth.consented()
    painting = booth.discord.hold(
        "PATCH",
        "/webhooks/*/*/messages/*",
        where=lambda request: booth.discord.answered_user(request) is booth.alice,
    )
    ordered, _ = await house.under_way(booth)
    await painting.arrived()
    page = await booth.page("privacy")
    await booth.press(page, "Delete my data")
    await booth.press(page, "Yes, delete it")
    await booth.accounted(("cancelled", "spent", "spent"))
    painting.release()

    await booth.text(ordered, "so it counts against your quota")
    await booth.discord.until(lambda: "Done:" in page.text(), within=IN_TIME)
    assert booth.accounts() == []


async def test_the_log_says_much_but_nothing_personal(booth: PhotoBooth, house: House) -> None:
    await imagined(booth, house, "a garden behind a wall")
    await delivered(booth, house)
    words_of_members = house.personal()
    assert {"a garden behind a wall", house.api.key} < words_of_members
    assert len(words_of_members) > 6
    assert "logging in using static token" in house.bot.log
    assert [word for word in words_of_members if word in house.bot.log] == []
