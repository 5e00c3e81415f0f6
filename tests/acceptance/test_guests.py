"""Guests of a community event: from the panel's button to the gallery, and what refuses them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.acceptance.party import Party
from tests.support.discord import Message, Upload
from tests.support.scripted_api import PICTURE, Answer
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_FACE = {"error": "INVALID_IMAGE", "problem": "NO_FACE"}
DELIVERED = ("delivered", "spent", "spent")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture
def booth(house: House) -> PhotoBooth:
    return house.open_booth()


async def test_from_the_panel_to_the_gallery(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice, caption="Us *two*")
    card = await booth.text(ordered, "A moderator looks at each one first")
    assert card.ephemeral
    assert not card.files
    (review,) = await party.reviewed()
    assert list(review.files.values()) == [PICTURE]
    assert review.pings == set()
    assert party.shown() == []

    await party.approve(review)
    (shown,) = await party.exhibited()
    assert list(shown.files.values()) == [PICTURE]
    assert shown.pings == {booth.alice}
    assert "Us \\*two\\*" in shown.text()
    assert "with the filter Cyberpunk Neon" in shown.alt_texts()[0]
    await booth.text(ordered, "It is in the gallery of **Summer party**")
    await booth.discord.until(lambda: "**Approved** by <@" in review.text(), within=IN_TIME)
    assert not review.files
    assert booth.accounts() == [DELIVERED]
    assert booth.posted() == []


async def test_without_approval_a_picture_is_shown_at_once(booth: PhotoBooth) -> None:
    party = await Party(booth, needs_approval=False).begin()
    ordered = await party.order(booth.alice)
    card = await booth.picture(ordered)
    (shown,) = await party.exhibited()

    assert card.ephemeral
    assert list(shown.files.values()) == [PICTURE]
    assert party.pictures() == ["approved"]
    assert party.reviews() == []


async def test_a_rejection_is_told_kindly_with_its_reason(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice)
    (review,) = await party.reviewed()
    await party.reject(review, "A car's number can be read")

    card = await booth.text(ordered, "did not put your picture")
    assert "What they say: A car's number can be read" in card.text()
    await booth.discord.until(lambda: "Rejected** by <@" in review.text(), within=IN_TIME)
    assert not review.files
    assert party.shown() == []
    await until(lambda: party.files() == [], within=IN_TIME)


async def test_who_cannot_be_told_on_the_card_reads_it_in_direct_messages(
    booth: PhotoBooth,
) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice)
    (review,) = await party.reviewed()
    assert ordered.original is not None
    booth.discord.delete_message(ordered.original)
    await party.reject(review, "Too dark")

    direct = booth.discord.dm_channel(booth.alice)
    (message,) = await booth.discord.until(
        lambda: booth.discord.messages(direct), within=IN_TIME, what="a direct message"
    )
    assert "What they say: Too dark" in message.text()


async def test_of_two_moderators_the_second_reads_who_was_quicker(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    (review,) = await party.reviewed()
    opened = await booth.press(review, "Reject", user=party.moderator)
    await party.approve(review)
    await party.exhibited()
    late = await booth.discord.submit_modal(party.moderator, opened, {"reason": "no"})

    said = await booth.text(await late.responded(), "was approved already by <@")
    assert said.ephemeral
    assert party.pictures() == ["approved"]


async def test_members_cannot_decide(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    (review,) = await party.reviewed()
    for which in ("Approve", "Reject", "Block guest"):
        refused = await booth.press(review, which, user=booth.bob)
        assert refused.message is not None
        assert refused.ephemeral
    assert party.pictures() == ["waiting"]


async def test_a_block_takes_everything_of_the_guest_away(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    (first,) = await party.reviewed()
    await party.approve(first)
    (shown,) = await party.exhibited()
    await party.order(booth.alice)
    second = (await party.reviewed(2))[1]
    asked = await booth.press(second, "Block guest", user=party.moderator)
    await booth.press(asked.message, "Yes, block", user=party.moderator)

    await party.states("removed", "rejected")
    await booth.discord.until(lambda: shown.deleted, within=IN_TIME)
    await booth.text(asked, "2 pictures of theirs are gone")
    refused = await booth.press(party.panel, "Step in")
    await booth.text(refused, "You cannot take part in this event")
    await until(lambda: party.files() == [], within=IN_TIME)


# --- refusals


async def test_without_consent_nothing_is_ordered(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    refused = await party.step_in(booth.alice, consent=False)

    await booth.text(refused, "I need your consent")
    assert booth.accounts() == []


async def test_a_bad_photo_is_refused(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice, photo=Upload("me.jpg", b"no photo", "image/jpeg"))

    card = await booth.text(ordered, "I cannot read this file as a photo")
    assert card.ephemeral
    assert booth.accounts() == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("paused", "The event is paused just now"),
        ("closed", "The event is over"),
        ("cancelled", "The event was cancelled"),
    ],
)
async def test_an_event_that_is_not_open_says_why(
    booth: PhotoBooth, state: str, words: str
) -> None:
    party = await Party(booth).begin()
    opened = await booth.press(party.panel, "Step in")
    party.change(state=state)

    await booth.text(await booth.press(party.panel, "Step in"), words)
    await booth.text(await party.send_form(opened), words)
    assert booth.accounts() == []


async def test_an_event_that_is_to_come_says_when(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    party.change(state="scheduled", starts_at=datetime.now(UTC) + timedelta(minutes=30))

    await booth.text(await booth.press(party.panel, "Step in"), "it opens <t:")


async def test_nothing_is_ordered_after_the_end(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    party.change(ends_at=datetime.now(UTC) - timedelta(seconds=1))

    await booth.text(await booth.press(party.panel, "Step in"), "The event has ended")


async def test_a_guest_who_had_all_their_pictures_is_told_before_the_form(
    booth: PhotoBooth,
) -> None:
    party = await Party(booth).begin(guest_limit=1)
    open_before = await booth.press(party.panel, "Step in")
    ordered = await party.order(booth.alice)
    card = await booth.text(ordered, "A moderator looks")

    said = "You have had your picture of this event"
    await booth.text(await booth.press(party.panel, "Step in"), said)
    await booth.text(await party.send_form(open_before), said)
    await booth.text(await booth.press(card, "Again"), said)
    assert booth.accounts() == [DELIVERED]


async def test_an_empty_pot_is_told(booth: PhotoBooth) -> None:
    party = await Party(booth).begin(pot=1)
    await booth.text(await party.order(booth.alice), "A moderator looks")

    refused = await booth.press(party.panel, "Step in", user=booth.bob)
    await booth.text(refused, "its one picture is taken")


async def test_a_failed_picture_gives_the_turn_back(house: House, booth: PhotoBooth) -> None:
    party = await Party(booth).begin(guest_limit=1, pot=1)
    house.api.on_submit(Answer(status=400, body=NO_FACE))
    ordered = await party.order(booth.alice)
    await booth.text(ordered, "It does not count against your quota")

    await booth.text(await party.order(booth.alice), "A moderator looks")


async def test_the_members_own_list_says_where_a_picture_of_an_event_is(
    booth: PhotoBooth,
) -> None:
    party = await Party(booth).begin()
    await booth.text(await party.order(booth.alice), "A moderator looks")
    await booth.accounted(("delivered", "spent", "spent"))
    assert "Cyberpunk Neon · for an event · waits for a moderator" in await booth.jobs_page()

    (review,) = await party.reviewed()
    await party.approve(review)
    (shown,) = await party.exhibited()
    await until(lambda: party.pictures("gallery_message_id") == [shown.id], within=IN_TIME)
    listed = await booth.jobs_page()
    assert "for an event · in its gallery" in listed
    assert f"/{party.gallery.id}/{shown.id})" in listed


async def test_again_is_one_more_picture_of_the_event(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice, caption="Twice")
    card = await booth.text(ordered, "A moderator looks")
    again = await booth.press(card, "Again")
    await booth.text(again, "A moderator looks")

    assert party.pictures() == ["waiting", "waiting"]
    assert party.pictures("caption") == ["Twice", "Twice"]
    party.change(state="closed")
    await booth.text(await booth.press(card, "Again"), "The event is over")


# --- taking back


@pytest.mark.parametrize("who", ["guest", "moderator"])
async def test_a_shown_picture_is_taken_down(booth: PhotoBooth, who: str) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice)
    (review,) = await party.reviewed()
    await party.approve(review)
    (shown,) = await party.exhibited()
    refused = await booth.press(shown, "Remove", user=booth.bob)
    await booth.text(refused, "Only the guest who made this picture")
    await booth.press(shown, "Remove", user=booth.alice if who == "guest" else party.moderator)

    await booth.discord.until(lambda: shown.deleted, within=IN_TIME)
    await party.states("removed")
    by = "by its guest" if who == "guest" else f"by <@{party.moderator.id}>"
    await booth.discord.until(lambda: f"Taken down** {by}" in review.text(), within=IN_TIME)
    await until(lambda: party.files() == [], within=IN_TIME)
    if who == "moderator":
        await booth.text(ordered, "was taken out of the gallery")


async def test_a_waiting_picture_is_taken_back_on_the_card(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice)
    card = await booth.text(ordered, "A moderator looks")
    (review,) = await party.reviewed()
    await booth.press(card, "Take it back")

    await party.states("removed")
    await booth.discord.until(lambda: not review.files, within=IN_TIME)
    refused = await booth.press(review, "Block guest", user=party.moderator)
    assert refused.ephemeral


async def test_a_message_deleted_by_hand_takes_its_picture_down(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    await party.order(booth.bob)
    first, second = await party.reviewed(2)
    await party.approve(first)
    (shown,) = await party.exhibited()
    booth.discord.delete_message(shown)
    booth.discord.delete_message(second)

    await party.states("removed", "rejected")
    await until(lambda: party.files() == [], within=IN_TIME)


@pytest.mark.parametrize("how", ["removed", "deleted by hand"])
async def test_a_winner_that_is_taken_down_is_shown_nowhere(booth: PhotoBooth, how: str) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    await party.approve((await party.reviewed())[0])
    (shown,) = await party.exhibited()
    await booth.press(shown, "♥ Vote", user=booth.bob)
    party.close()

    def winners() -> list[Message]:
        return [m for m in booth.discord.messages(booth.channel) if "The winner of" in m.text()]

    await booth.discord.until(winners, within=IN_TIME)
    (card,) = winners()
    assert card.files
    if how == "removed":
        await booth.press(shown, "Remove", user=booth.alice)
    else:
        booth.discord.delete_message(shown)
    await booth.discord.until(lambda: card.deleted, within=IN_TIME)


async def test_deleting_ones_data_leaves_nothing_of_ones_pictures(booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice, caption="Words of mine")
    (review,) = await party.reviewed()
    await party.approve(review)
    (shown,) = await party.exhibited()
    await party.order(booth.alice)
    waiting = (await party.reviewed(2))[1]
    page = await booth.page("privacy")
    asked = await booth.press(page, "Delete my data")
    await booth.press(asked.message or page, "Yes, delete it")

    await booth.discord.until(
        lambda: shown.deleted and review.deleted and waiting.deleted, within=IN_TIME
    )
    assert party.files() == []
    assert party.pictures("user_id") == [0, 0]
    assert party.pictures("caption") == ["", ""]


# --- votes


async def test_votes_are_counted_once_for_each_member_and_never_ones_own(
    booth: PhotoBooth,
) -> None:
    party = await Party(booth, needs_approval=False).begin()
    await party.order(booth.alice)
    (shown,) = await party.exhibited()
    own = await booth.press(shown, "♥ Vote")
    await booth.text(own, "This picture is yours")

    voted = await booth.press(shown, "♥ Vote", user=booth.bob)
    said = await booth.text(voted, "Your vote counts")
    assert said.ephemeral
    await booth.discord.until(lambda: "♥ 1" in labels(shown), within=IN_TIME)
    assert list(shown.files.values()) == [PICTURE]
    standings = await booth.press(party.panel, "Standings", user=booth.bob)
    await booth.text(standings, "**1** ♥ Cyberpunk Neon by <@")

    back = await booth.press(shown, "♥ 1", user=booth.bob)
    await booth.text(back, "I took your vote back")
    await booth.discord.until(lambda: "♥ Vote" in labels(shown), within=IN_TIME)
    party.change(state="closed")
    late = await booth.press(shown, "♥ Vote", user=booth.bob)
    await booth.text(late, "its votes are counted")


def labels(message: object) -> list[str]:
    return [button.get("label", "") for button in message.buttons()]  # type: ignore[attr-defined]
