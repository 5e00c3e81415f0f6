"""The live wall in a real browser; `--pictures DIR` keeps what is seen."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ViewportSize, expect

from bot.services.events.feed import EventFeed
from bot.services.events.walls import WallLink, Walls
from bot.wall import streams
from db.database import Database
from db.event_models import EventState, PictureState
from db.events import EventRepository
from db.migrate import migrate
from tests.acceptance.spectator import Spectator, watching
from tests.support.bot_process import BotProcess
from tests.support.browser import open_browser
from tests.support.discord import DiscordStandIn
from tests.support.party import OpenWall, Party, open_wall
from tests.support.ports import free_port

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROJECTOR = ViewportSize(width=1920, height=1080)
PHONE = ViewportSize(width=390, height=844)
ON_A_PAGE = 30  # of a phone, as `list.js` has it
MIB = 2**20
ARRIVE_AT_ONCE = 20


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncGenerator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def wall(tmp_path: Path) -> AsyncGenerator[OpenWall]:
    async with open_wall(tmp_path) as opened:
        yield opened


@pytest.fixture
def pictures(pytestconfig: pytest.Config) -> Path | None:
    folder: Path | None = pytestconfig.getoption("--pictures")
    return folder


def overlap(a: dict[str, Any], b: dict[str, Any]) -> bool:
    sideways = min(a["x"] + a["w"], b["x"] + b["w"]) - max(a["x"], b["x"])
    upright = min(a["y"] + a["h"], b["y"] + b["h"]) - max(a["y"], b["y"])
    return bool(sideways > 1 and upright > 1)


async def assert_well_laid_out(spectator: Spectator, size: ViewportSize) -> int:
    """Hold what is seen to the screen, and apart; returns how many pictures there are."""
    seen = await spectator.boxes()
    on_screen = [each for each in seen["pictures"] if each["y"] < size["height"]]
    for each in on_screen:
        assert each["x"] >= 0, each
        assert each["x"] + each["w"] <= size["width"], each
        assert min(each["w"], each["h"]) >= 80, each
        assert each["alt"], each
    both = combinations([*on_screen, *seen["others"]], 2)
    assert [pair for pair in both if overlap(*pair)] == []
    wide = await spectator.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size["width"]
    return len(seen["pictures"])


@pytest.mark.parametrize("size", [PROJECTOR, PHONE], ids=["projector", "phone"])
@pytest.mark.parametrize("count", [0, 1, 7, 300])
async def test_pictures_of_mixed_ratios_are_well_laid_out_and_open_to_all(
    browser: Browser, wall: OpenWall, pictures: Path | None, count: int, size: ViewportSize
) -> None:
    hung = await wall.party.hang(count)
    for number, picture in enumerate(hung[::-3]):
        await wall.party.like(picture, by=1 + number * 7 % 12)
    async with watching(browser, wall.url, size=size, pictures=pictures) as spectator:
        await spectator.settle()
        if count:
            await spectator.sees(hung[-1])
        await spectator.settle()
        await spectator.look(f"{count}-{size['width']}")
        shown = await assert_well_laid_out(spectator, size)
        assert shown >= min(count, 7) if size is PROJECTOR else shown >= min(count, 1)
        assert await spectator.barriers() == []
        assert spectator.complaints == []
        assert [url for url in spectator.asked if not url.startswith(wall.base)] == []


@pytest.mark.parametrize(
    ("state", "size", "words"),
    [
        (EventState.SCHEDULED, PROJECTOR, "Good things to come"),
        (EventState.SCHEDULED, PHONE, "Good things to come"),
        (EventState.PAUSED, PROJECTOR, "Taking a break"),
        (EventState.CLOSED, PROJECTOR, "The winner"),
        (EventState.CLOSED, PHONE, "The winner"),
        (EventState.CANCELLED, PROJECTOR, "This event was cancelled"),
    ],
)
async def test_the_wall_says_where_its_event_stands(  # noqa: PLR0917
    browser: Browser,
    wall: OpenWall,
    pictures: Path | None,
    state: EventState,
    words: str,
    size: ViewportSize,
) -> None:
    now = datetime.now(UTC)
    times = {"starts_at": now + timedelta(hours=3), "ends_at": now + timedelta(hours=7)}
    about = "A photo booth in the garden. The picture with the most likes wins."
    await wall.party.becomes(
        state=state, about=about, **(times if state is EventState.SCHEDULED else {})
    )
    if state is not EventState.SCHEDULED:
        hung = await wall.party.hang(12)
        await wall.party.like(hung[4], by=9)
    async with watching(browser, wall.url, size=size, pictures=pictures) as spectator:
        await spectator.settle()
        words_seen = spectator.page.get_by_text(words).locator("visible=true")
        await expect(words_seen).to_have_count(1)
        await spectator.settle()
        await spectator.look(f"{state}-{size['width']}")
        await assert_well_laid_out(spectator, size)
        if state is EventState.CLOSED:
            await spectator.sees(hung[4], large=size is PROJECTOR)
        assert await spectator.barriers() == []
        assert spectator.complaints == []


async def test_the_newest_comes_first_and_a_new_one_is_seen_large(
    browser: Browser, wall: OpenWall
) -> None:
    *_, newest = await wall.party.hang(5)
    async with watching(browser, wall.url, size=PROJECTOR) as spectator:
        await spectator.sees(newest, large=True)
        await spectator.page.clock.install()
        (arrived,) = await wall.party.hang(1)
        await expect(spectator.page.locator("#news")).to_contain_text("New picture.")
        await spectator.page.clock.run_for(10_000)
        await spectator.sees(arrived, large=True)
        await spectator.sees(newest)
        await expect(spectator.page.locator("#count")).to_have_text("6 pictures")


async def test_likes_and_captions_are_live(browser: Browser, wall: OpenWall) -> None:
    small, large = await wall.party.hang(2)
    async with watching(browser, wall.url, size=PROJECTOR) as spectator:
        await spectator.sees(large, large=True)
        await expect(spectator.page.locator("#words")).to_have_text("Best night ever")
        await wall.party.like(large, by=4)
        await wall.party.like(small, by=2)
        await expect(spectator.page.locator("#likes")).to_have_text("♥ 4")
        await expect(spectator.page.locator("#mosaic li:visible .likes")).to_have_text("♥ 2")


@pytest.mark.parametrize("size", [PROJECTOR, PHONE], ids=["projector", "phone"])
async def test_a_removed_picture_vanishes_within_two_seconds(
    browser: Browser, wall: OpenWall, size: ViewportSize
) -> None:
    pictures = await wall.party.hang(8)
    async with watching(browser, wall.url, size=size) as spectator:
        await spectator.sees(pictures[-1], large=size is PROJECTOR)
        await spectator.sees(pictures[-2])
        for gone in (pictures[-1], pictures[-2]):
            await wall.party.turn(gone, PictureState.REMOVED)
            await spectator.sees_no_more(gone, within=2)
            again = await spectator.page.evaluate(
                "(url) => fetch(url).then((answer) => answer.status)", f"{wall.url}/p/{gone}-s.webp"
            )
            assert again == 404
        await spectator.sees(pictures[-3], large=size is PROJECTOR)


async def test_a_revoked_wall_goes_dark_at_once(
    browser: Browser, wall: OpenWall, pictures: Path | None
) -> None:
    (picture,) = await wall.party.hang(1)
    async with watching(browser, wall.url, size=PROJECTOR, pictures=pictures) as spectator:
        await spectator.sees(picture)
        await wall.walls.revoke(wall.party.event_id)
        await expect(spectator.page.get_by_text("This wall is closed")).to_be_visible()
        await spectator.sees_no_more(picture, within=1)
        await expect(spectator.page.locator(".join")).to_be_hidden()
        await spectator.look("revoked")


async def test_it_goes_on_by_itself_and_pauses_and_turns_by_keys(
    browser: Browser, wall: OpenWall
) -> None:
    await wall.party.hang(40)
    async with watching(browser, wall.url, size=PROJECTOR) as spectator:
        await spectator.settle()
        keyboard, clock = spectator.page.keyboard, spectator.page.clock
        await keyboard.press("Space")
        await expect(spectator.page.get_by_role("button", name="Go on")).to_be_visible()
        first = await spectator.large()
        for key, picture in (("ArrowRight", first - 1), ("ArrowLeft", first)):
            await keyboard.press(key)
            await spectator.sees(picture, large=True)

        await clock.install()
        await spectator.settle()
        before = await spectator.boxes()
        await clock.run_for(60_000)
        assert await spectator.boxes() == before

        await keyboard.press("Space")
        await spectator.page.wait_for_function(
            "(id) => !document.querySelector(`#frame img.shown[src*='/p/${id}-']`)", arg=first
        )
        seen = len(set(spectator.asked))
        await clock.run_for(60_000)
        assert len(set(spectator.asked)) > seen  # others came, large and small

        await keyboard.press("f")
        await spectator.page.wait_for_function("() => document.fullscreenElement")


async def test_focus_is_seen_and_reaches_every_control(browser: Browser, wall: OpenWall) -> None:
    await wall.party.hang(3)
    async with watching(browser, wall.url, size=PROJECTOR) as spectator:
        await spectator.settle()
        names = []
        for _ in range(4):
            await spectator.page.keyboard.press("Tab")
            focused = spectator.page.locator(":focus-visible")
            await expect(focused).to_have_css("outline-style", "solid")
            await expect(spectator.page.locator("#controls")).to_have_css("opacity", "1")
            names.append(await focused.get_attribute("aria-label"))
        assert names == ["Previous picture", "Pause", "Next picture", "Full screen"]


async def test_who_wants_no_movement_gets_pages(browser: Browser, wall: OpenWall) -> None:
    pictures = await wall.party.hang(40)
    async with watching(browser, wall.url, size=PROJECTOR, is_still=True) as spectator:
        await spectator.sees(pictures[-1], large=True)
        await spectator.settle()
        await spectator.page.clock.install()
        before = await spectator.boxes()
        await spectator.page.clock.run_for(60_000)
        assert _places(await spectator.boxes()) == _places(before)

        await spectator.page.keyboard.press("ArrowRight")
        on_a_page = len(before["pictures"])
        await spectator.sees(pictures[-1 - on_a_page], large=True)
        assert await spectator.page.evaluate("document.getAnimations().length") == 0

        (arrived,) = await wall.party.hang(1)
        await spectator.sees(arrived, large=True)
        assert await spectator.page.evaluate("document.getAnimations().length") == 0


def _places(boxes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return where pictures are; one of them may be loading still."""
    return [{key: box[key] for key in ("x", "y", "w", "h")} for box in boxes["pictures"]]


async def test_a_phone_shows_pages_and_the_way_to_discord(browser: Browser, wall: OpenWall) -> None:
    pictures = await wall.party.hang(ON_A_PAGE + 5)
    async with watching(browser, wall.link.join_url, size=PHONE) as spectator:
        page = spectator.page
        assert page.url == wall.url
        await spectator.sees(pictures[-1])
        await expect(page.locator("#mosaic li")).to_have_count(ON_A_PAGE)
        way = page.get_by_role("link", name="Step in on Discord")
        await expect(way).to_have_attribute("href", "https://discord.com/channels/4001/4002/4003")

        await page.get_by_role("button", name="Older").click()
        await expect(page.locator("#mosaic li")).to_have_count(5)
        await expect(page.locator("#page")).to_have_text("2 of 2")
        await wall.party.hang(1)
        await expect(page.locator("#mosaic li")).to_have_count(6)


async def test_a_code_is_typed_on_a_page_that_is_open_to_all(
    browser: Browser, wall: OpenWall, pictures: Path | None
) -> None:
    url = f"{wall.base}/join"
    async with watching(browser, url, size=PHONE, pictures=pictures) as spectator:
        page = spectator.page
        await spectator.look("join")
        assert await spectator.barriers() == []
        await page.get_by_label("Code").fill("CCCC-CCCC")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("No wall has this code")).to_be_visible()
        await page.get_by_label("Code").fill(wall.link.code.lower())
        await page.get_by_role("button", name="Show me the wall").click()
        await page.wait_for_url(wall.url)
        await page.goto(f"{wall.base}/w/nothing")
        await spectator.look("nothing")
        await expect(page.get_by_text("There is nothing here")).to_be_visible()
        assert await spectator.barriers() == []


async def test_a_clock_that_is_wrong_or_jumps_does_not_matter(
    browser: Browser, wall: OpenWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BEAT_EVERY", timedelta(milliseconds=100))
    now = datetime.now(UTC)
    await wall.party.becomes(ends_at=now + timedelta(hours=2, minutes=5, seconds=40))
    context = await browser.new_context(viewport=PROJECTOR)
    page = await context.new_page()
    await page.clock.install(time=now - timedelta(days=3, hours=5))
    await page.goto(wall.url)
    left = page.locator("#left")
    await expect(left).to_have_text("2 h 5 min left")
    await page.clock.set_system_time(now + timedelta(minutes=50))
    await page.clock.run_for(60_000)
    await expect(left).to_have_text("2 h 5 min left")
    await context.close()


async def test_memory_stays_flat_after_a_thousand_arrivals(
    browser: Browser, wall: OpenWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "GATHER", timedelta(milliseconds=5))
    async with watching(browser, wall.url, size=PROJECTOR) as spectator:
        page, clock = spectator.page, spectator.page.clock
        await clock.install()

        async def arrive(count: int) -> dict[str, float]:
            for _ in range(count // ARRIVE_AT_ONCE):
                await wall.party.hang(ARRIVE_AT_ONCE)
                await clock.run_for(8_000)  # long enough for one to be seen large
            await expect(page.locator("#count")).to_have_text(f"{wall.party.made} pictures")
            return await spectator.metrics()

        early, late = await arrive(200), await arrive(800)
        seen = {url for url in spectator.asked if url.endswith(".webp")}
        assert len(seen) > 60
        assert await page.locator("img[src]").count() <= 60
        assert late["Nodes"] <= early["Nodes"] + 50
        assert late["JSHeapUsedSize"] <= early["JSHeapUsedSize"] + 1 * MIB
        assert late["JSEventListeners"] <= early["JSEventListeners"] + 5
        assert spectator.complaints == []


async def test_a_page_outlives_the_bot_and_shows_what_came_meanwhile(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    async with DiscordStandIn() as discord:
        bot = BotProcess(discord, tmp_path, WALL_PORT=str(port))
        link, first = await hang_up(bot.data_dir, base=f"http://127.0.0.1:{port}")
        try:
            await bot.start()
            async with watching(browser, link.url, size=PROJECTOR) as spectator:
                await spectator.sees(first, large=True)
                await bot.kill()
                offline = spectator.page.locator("#offline")
                await expect(offline).to_have_text("Connecting again …")
                await spectator.sees(first, large=True)  # the party goes on

                _, second = await hang_up(bot.data_dir, base=f"http://127.0.0.1:{port}")
                await bot.start()
                await expect(offline).to_be_empty(timeout=20_000)
                await spectator.sees(second)
                assert await bot.stop() == 0
        finally:
            await bot.close()


async def hang_up(data_dir: Path, *, base: str) -> tuple[WallLink, int]:
    """Hang a picture on the first event's wall while no bot runs; the event is made if missing."""
    async with Database.open(f"sqlite:///{data_dir / 'bot.db'}") as database:
        await migrate(database)
        party = Party(database=database, feed=EventFeed(), folder=data_dir / "events")
        rows = EventRepository(database)
        found = await rows.find(1)
        if found is None:
            await party.begin(panel_message_id=None)
        else:
            party.event_id, party.made = found.id, 1
        (picture,) = await party.hang(1)
        return await Walls(rows, feed=party.feed, base_url=base).open(party.event_id), picture
