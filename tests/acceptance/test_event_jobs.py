"""Jobs of an event that are cancelled, or whose event is, before their picture is shown."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.acceptance.party import Party
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANCELLED = ("cancelled", "spent", "spent")
DELIVERED = ("delivered", "spent", "spent")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), finishes=False) as opened:
        yield opened


@pytest.fixture
def booth(house: House) -> PhotoBooth:
    return house.open_booth()


async def test_a_cancelled_job_brings_its_event_nothing(house: House, booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice)
    remote_id = await house.followed(booth, 1)
    await booth.text(ordered, "You can still cancel it")
    await booth.press(ordered.original, "Cancel")
    await booth.text(ordered, "The picture is not posted")
    await house.api.finish(remote_id)

    assert booth.accounts() == [CANCELLED]
    assert party.pictures() == []
    assert party.reviews() == []


async def test_a_job_cancelled_while_it_is_handed_over_leaves_nothing_there(
    house: House, booth: PhotoBooth
) -> None:
    party = await Party(booth, needs_approval=False).begin()
    ordered = await party.order(booth.alice)
    remote_id = await house.followed(booth, 1)
    await booth.text(ordered, "You can still cancel it")
    held = booth.discord.hold(
        "PATCH", "/webhooks/*", before=True, where=lambda _: party.pictures() == ["approved"]
    )
    await house.api.finish(remote_id)
    await held.arrived()
    await booth.press(ordered.original, "Cancel")
    await booth.accounted(CANCELLED)
    held.release()

    await party.states("removed")
    await booth.discord.until(lambda: party.shown() == [], within=IN_TIME)
    await booth.text(ordered, "The picture is not posted")
    await until(lambda: party.files() == [], within=IN_TIME)


async def test_the_picture_of_a_cancelled_event_is_its_guests_alone(
    house: House, booth: PhotoBooth
) -> None:
    party = await Party(booth).begin()
    ordered = await party.order(booth.alice)
    remote_id = await house.followed(booth, 1)
    party.change(state="cancelled")
    await house.api.finish(remote_id)
    card = await booth.picture(ordered)

    assert card.ephemeral
    await booth.accounted(DELIVERED)
    assert party.pictures() == []
    assert party.reviews() == party.shown() == []


async def test_a_picture_waits_for_moderators_though_its_event_is_over(
    house: House, booth: PhotoBooth
) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    remote_id = await house.followed(booth, 1)
    party.change(state="closed")
    await house.api.finish(remote_id)
    (review,) = await party.reviewed()
    await party.approve(review)

    (shown,) = await party.exhibited()
    late = await booth.press(shown, "♥ Vote", user=booth.bob)
    await booth.text(late, "its votes are counted")


async def test_what_a_blocked_guest_has_queued_is_not_made(house: House, booth: PhotoBooth) -> None:
    party = await Party(booth).begin()
    await party.order(booth.alice)
    await house.api.finish(await house.followed(booth, 1))
    (review,) = await party.reviewed()
    for _ in range(3):  # as many as may run
        await party.order(booth.alice)
    await house.followed(booth, 4)
    queued = await party.order(booth.alice)
    await booth.text(queued, "You are next")
    asked = await booth.press(review, "Block guest", user=party.moderator)
    await booth.press(asked.message, "Yes, block", user=party.moderator)

    await booth.text(queued, "Cancelled. It does not count")
    assert booth.accounts()[-1] == ("cancelled", "returned", None)
