"""kill -9 at each post of a community event's pictures: each is there once, or gone for good.

Each kill is timed from outside, by holding an answer of Discord's stand-in.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import hosted, open_booth
from tests.acceptance.party import Party
from tests.support.discord import Cut, DiscordStandIn, Held, Message
from tests.support.scripted_api import PICTURE, ScriptedAPI
from tests.support.waiting import until

BOTH = pytest.mark.parametrize("before", [True, False], ids=["before", "after"])


@pytest.fixture
async def booth(discord: DiscordStandIn, tmp_path: Path) -> AsyncGenerator[PhotoBooth]:
    async with ScriptedAPI() as api, open_booth(discord, tmp_path, **hosted(api)) as opened:
        yield opened


async def killed_at(booth: PhotoBooth, held: Held) -> None:
    """Kill the bot while this request waits, and start it after Discord has forgotten nonces."""
    await held.arrived()
    await booth.bot.kill()
    held.drop()
    booth.discord.limits.nonce_window = timedelta(0)
    await booth.bot.start()


async def waiting(booth: PhotoBooth) -> tuple[Party, Message]:
    """Bring a picture before the moderators."""
    party = await Party(booth).begin()
    await party.order(booth.alice)
    (review,) = await party.reviewed()
    return party, review


@BOTH
async def test_killed_while_a_picture_is_handed_over(booth: PhotoBooth, before: bool) -> None:
    party = await Party(booth).begin()

    def is_the_last(request: object) -> bool:
        return party.pictures() == ["waiting"]

    held = booth.discord.hold("PATCH", "/webhooks/*", before=before, where=is_the_last)
    await party.order(booth.alice)
    await killed_at(booth, held)

    await booth.accounted(("delivered", "spent", "spent"))
    await party.reviewed()
    await booth.settled()
    assert party.pictures() == ["waiting"]
    assert len(party.reviews()) == 1


@BOTH
async def test_killed_while_it_is_brought_before_the_moderators(
    booth: PhotoBooth, before: bool
) -> None:
    party = await Party(booth).begin()
    held = booth.discord.hold("POST", f"/channels/{party.review.id}/messages", before=before)
    await party.order(booth.alice)
    await killed_at(booth, held)

    (review,) = await party.reviewed()
    await party.approve(review)
    (shown,) = await party.exhibited()
    await booth.settled()
    assert len(party.reviews()) == len(party.shown()) == 1
    assert list(shown.files.values()) == [PICTURE]


@BOTH
async def test_killed_while_it_is_posted_in_the_gallery(booth: PhotoBooth, before: bool) -> None:
    party, review = await waiting(booth)
    held = booth.discord.hold("POST", f"/channels/{party.gallery.id}/messages", before=before)
    await party.approve(review)
    await held.arrived()
    for number in range(60):
        await booth.discord.say(booth.bob, party.gallery, f"Message {number}")
    await killed_at(booth, held)

    await until(lambda: party.pictures("gallery_message_id") != [None], within=IN_TIME)
    await booth.settled()
    (shown,) = party.shown()
    assert party.pictures("gallery_message_id") == [shown.id]
    assert shown.pings == {booth.alice}


async def test_killed_before_a_moderator_saw_what_they_decided(booth: PhotoBooth) -> None:
    party, review = await waiting(booth)
    held = booth.discord.hold("PATCH", "/webhooks/*/*/messages/@original", before=True)
    await party.approve(review)
    await killed_at(booth, held)

    await booth.discord.until(lambda: "Approved** by <@" in review.text(), within=IN_TIME)
    await party.exhibited()
    await booth.settled()
    assert not review.files
    assert len(party.shown()) == 1


@BOTH
async def test_killed_while_a_picture_is_taken_down(booth: PhotoBooth, before: bool) -> None:
    party, review = await waiting(booth)
    await party.approve(review)
    (shown,) = await party.exhibited()
    path = f"/channels/{party.gallery.id}/messages/*"
    held = booth.discord.hold("DELETE", path, before=before)
    await booth.press(shown, "Remove", user=party.moderator)
    await killed_at(booth, held)

    await booth.discord.until(lambda: shown.deleted, within=IN_TIME)
    await until(lambda: party.pictures("gallery_message_id") == [None], within=IN_TIME)
    assert party.pictures() == ["removed"]
    assert party.files() == []


async def test_killed_while_a_rejection_is_told(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice)
    (review,) = await party.reviewed()
    assert ordered.original is not None
    booth.discord.delete_message(ordered.original)
    direct = booth.discord.dm_channel(booth.alice)
    held = booth.discord.hold("POST", f"/channels/{direct.id}/messages")
    await party.reject(review, "Too dark")
    await killed_at(booth, held)

    await until(lambda: party.pictures("told") == ["rejected"], within=IN_TIME)
    await booth.settled()
    assert len(booth.discord.messages(direct)) == 1


async def test_the_panel_and_an_open_form_outlive_a_kill(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    opened = await booth.press(party.panel, "Step in")
    await booth.bot.restart()
    asked = await party.send_form(opened)
    ordered = await booth.agree(asked)

    await booth.text(ordered, "A moderator looks")
    await booth.bot.restart()
    (review,) = await party.reviewed()
    opened = await booth.press(review, "Reject", user=party.moderator)
    await booth.bot.restart()
    await booth.discord.submit_modal(party.moderator, opened, {"reason": "Not today"})
    await party.states("rejected")


async def test_a_post_whose_answer_was_cut_off_is_not_repeated(booth: PhotoBooth) -> None:
    party, review = await waiting(booth)
    booth.discord.limits.nonce_window = timedelta(0)
    booth.discord.cut("POST", f"/channels/{party.gallery.id}/messages", Cut.ANSWER)
    await party.approve(review)

    await until(lambda: party.pictures("gallery_message_id") != [None], within=IN_TIME)
    assert party.pictures("gallery_message_id") == [message.id for message in party.shown()]


async def test_what_is_deleted_by_hand_while_the_bot_is_down_is_taken_down(
    booth: PhotoBooth,
) -> None:
    party, review = await waiting(booth)
    await party.approve(review)
    (first,) = await party.exhibited()
    await party.order(booth.bob)
    await party.approve((await party.reviewed(2))[1])
    await party.exhibited(2)
    await until(lambda: None not in party.pictures("gallery_message_id"), within=IN_TIME)
    await booth.bot.kill()
    booth.discord.delete_message(first)
    booth.discord.gateway.forget()
    await booth.bot.start()

    await party.states("removed", "approved")
    await until(lambda: len(party.files()) == 1, within=IN_TIME)
