"""Where cards and channels are gone: no loop of refused requests, and nothing lost for members."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.support.discord import Interaction, LoggedRequest, Message
from tests.support.scripted_api import PICTURE
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

DELIVERED = ("delivered", "spent", "spent")
UNDELIVERABLE = ("undeliverable", "spent", "spent")
LOST = ("failed", "returned", "spent")
MEMBERS, JOBS_EACH = 20, 10
LONG = 60.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    unlimited = dict.fromkeys(("WAITING_PER_MEMBER", "RUNNING_PER_MEMBER"), "unlimited")
    settings = {"QUOTA_PER_DAY": "1000", "SUBMIT_AT_ONCE": "8", **unlimited}
    async with open_house(tmp_path_factory.mktemp("house"), finishes=False, **settings) as opened:
        opened.discord.rate_limits = False
        yield opened


def refused(house: House, *, since: int) -> list[LoggedRequest]:
    """Return the requests that Discord refused."""
    later = house.discord.requests[since:]
    return [request for request in later if request.status and 400 <= request.status < 500]


async def counted(booth: PhotoBooth, sql: str, number: int) -> None:
    """Wait until a query counts so many rows."""
    await until(lambda: booth.query(sql)[0][0] == number, within=LONG)


async def test_two_hundred_jobs_in_a_deleted_channel_are_no_storm_of_refusals(
    house: House,
) -> None:
    booth = house.open_booth()
    members = [house.discord.add_user(f"member-{number}") for number in range(MEMBERS)]
    for number, member in enumerate(members):
        house.discord.add_member(booth.guild, member)
        if number % 2:
            house.discord.close_dms(member)
    in_all = MEMBERS * JOBS_EACH
    async with house.api.hold_submit() as gate:
        for _ in range(JOBS_EACH):
            await asyncio.gather(
                *(booth.imagine("a lighthouse at dawn", user=member) for member in members)
            )
        await gate.holds(8)
        await counted(booth, "SELECT count(*) FROM jobs", in_all)
        house.discord.delete_channel(booth.channel)
        before = len(house.discord.requests)
    await counted(booth, "SELECT count(*) FROM jobs WHERE state = 'submitted'", in_all)
    for ((remote_id),) in booth.query("SELECT remote_id FROM jobs"):
        await house.api.finish(remote_id)
    ended = "SELECT count(*) FROM jobs WHERE told IN ('delivered', 'undeliverable')"
    await counted(booth, ended, in_all)

    counts = dict(booth.query("SELECT state, count(*) FROM jobs GROUP BY state"))
    assert counts == {"delivered": in_all // 2, "undeliverable": in_all // 2}
    storm = refused(house, since=before)
    # By its token and with the bot's own, for progress; a new message. Then a direct message.
    assert len(storm) <= 3 * in_all + in_all // 2
    assert booth.query("SELECT count(*) FROM jobs WHERE card_channel_id IS NOT NULL") == [(0,)]


async def test_neither_this_process_nor_the_next_asks_for_a_card_that_is_gone(
    house: House,
) -> None:
    booth = house.open_booth()
    async with house.api.hold_submit() as gate:
        ordered = await booth.imagine("a lighthouse at dawn")
        await gate.holds()
        assert ordered.original is not None
        before = len(house.discord.requests)
        house.discord.delete_message(ordered.original)
    remote_id = await house.followed(booth, 1)
    given_up = "SELECT count(*) FROM jobs WHERE state = 'submitted' AND card_channel_id IS NULL"
    await counted(booth, given_up, 1)
    assert [request.status for request in refused(house, since=before)] == [404, 404]

    await house.bot.restart()
    await house.api.finish(remote_id)
    await booth.accounted(DELIVERED)
    assert [request.status for request in refused(house, since=before)] == [404, 404]
    (message,) = booth.posted()
    assert message.pings == {booth.alice}


async def test_a_press_brings_a_card_back_that_was_given_up(house: House) -> None:
    booth = house.open_booth()
    path = f"/channels/{booth.channel.id}/messages/*"
    async with house.api.hold_submit() as gate:
        ordered = await booth.imagine("a lighthouse at dawn")
        await gate.holds()
        before = len(house.discord.requests)
        house.discord.fail(
            "PATCH", f"/webhooks/*/{ordered.token}/messages/*", status=401, code=50027, times=None
        )
        house.discord.fail("PATCH", path, status=403, code=50001)
    await house.followed(booth, 1)
    await house.discord.until(lambda: len(refused(house, since=before)) == 2, within=IN_TIME)
    assert ordered.original is not None

    await booth.press(ordered.original, "Cancel")
    await booth.text(ordered, "Cancelled.")
    assert len(refused(house, since=before)) == 2


async def waits_under_jobs(house: House, booth: PhotoBooth) -> Interaction:
    """Order a private picture that no place takes."""
    ordered, remote_id = await house.under_way(booth, private=True)
    path = f"/webhooks/*/{ordered.token}/messages/*"
    house.discord.fail("PATCH", path, status=401, code=50027, times=None)
    house.discord.close_dms(booth.alice)
    await house.api.finish(remote_id)
    await booth.accounted(UNDELIVERABLE)
    return ordered


def offers(house: House, booth: PhotoBooth) -> list[Message]:
    """Return the messages that alice alone sees and that offer a picture."""
    world = house.discord.messages(booth.channel)
    return [m for m in world if m.ephemeral and "could not post" in m.text()]


async def test_a_member_who_is_back_is_reminded_of_the_picture_that_waits(house: House) -> None:
    booth = house.open_booth()
    await waits_under_jobs(house, booth)
    await booth.page("quota show", user=booth.bob)
    assert offers(house, booth) == []

    await booth.page("quota show")
    (offer,) = await house.discord.until(lambda: offers(house, booth), within=IN_TIME)
    (label,) = offer.labels()
    fetched = await booth.press(offer, label)
    assert (await booth.picture(fetched)).files == {"picture.png": PICTURE}
    assert fetched.ephemeral
    await booth.accounted(DELIVERED)
    await booth.page("quota show")
    assert len(offers(house, booth)) == 1


async def test_the_next_picture_comes_with_a_reminder_for_its_member_alone(house: House) -> None:
    booth = house.open_booth()
    await waits_under_jobs(house, booth)
    ordered, remote_id = await house.under_way(booth)
    assert offers(house, booth) == []
    await house.api.finish(remote_id)

    card = await booth.picture(ordered)
    (offer,) = await house.discord.until(lambda: offers(house, booth), within=IN_TIME)
    assert not card.ephemeral
    assert offer.ephemeral
    assert offer.labels() == [f"Get picture {first_of(booth)}"]


async def test_a_picture_goes_on_waiting_when_discord_fails_while_it_is_handed_out(
    house: House,
) -> None:
    booth = house.open_booth()
    await waits_under_jobs(house, booth)
    page = await booth.page("jobs")
    before = len(house.bot.log)
    path = "/webhooks/*/*/messages/@original"
    held = house.discord.hold("PATCH", path, before=True, where=lambda request: bool(request.files))
    pressed = await booth.press(page, page.labels()[0])
    await held.arrived()
    held.drop()
    await booth.text(pressed, "Discord did not work just now")
    assert "Unexpected error" not in house.bot.log[before:]

    pressed = await booth.press(page, page.labels()[0])
    assert (await booth.picture(pressed)).files == {"picture.png": PICTURE}
    await booth.accounted(DELIVERED)


def first_of(booth: PhotoBooth) -> int:
    ((job_id,),) = booth.query("SELECT min(id) FROM jobs WHERE user_id = ?", booth.alice.id)
    return int(job_id)


async def test_a_picture_that_was_lost_is_not_promised_any_more(house: House) -> None:
    booth = house.open_booth()
    await waits_under_jobs(house, booth)
    page = await booth.page("jobs")
    (house.bot.data_dir / "pictures" / f"{first_of(booth)}.png").unlink()
    pressed = await booth.press(page, page.labels()[0])
    answer = await booth.text(pressed, "I lost the picture before you had it")
    assert "does not count against your quota" in answer.text()
    await booth.accounted(LOST)
    assert "I lost the picture" in await booth.jobs_page()
    assert f"Job {first_of(booth)}: its picture is gone from the disk" in house.bot.log
