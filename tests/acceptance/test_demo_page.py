"""The demo's page in a real browser, used as a newcomer would; `--pictures DIR` keeps what is seen.

One demo serves all of these, and ends with Ctrl-C.
"""

from __future__ import annotations

import asyncio
import re

import pytest
from aiohttp import ClientSession
from playwright.async_api import Browser, Locator, Route, ViewportSize, expect

from tests.acceptance.newcomer import DESK, PHONE, PHOTO, Newcomer, visit
from tests.support.demo_process import DemoProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOW = ViewportSize(width=1280, height=800)
PICTURES_AT_ONCE = 3  # as `booth.js` has it


async def order(newcomer: Newcomer, *, filter_typed: str, filter_named: str) -> Locator:
    """Order a picture of the sample photo, agreeing first if asked to; returns its card."""
    await fill_in(newcomer, filter_typed, filter_named, who="Woman")
    await newcomer.look("filled-in")
    return await agree(newcomer, await newcomer.send())


async def fill_in(newcomer: Newcomer, filter_typed: str, filter_named: str, *, who: str) -> None:
    await newcomer.start("faceswap")
    await newcomer.look("command")
    await newcomer.page.get_by_label("photo attachment").set_input_files(PHOTO)
    await newcomer.choose("filter", filter_typed, named=filter_named)
    await newcomer.choose("who", who[:2], named=who)


async def agree(newcomer: Newcomer, answer: Locator) -> Locator:
    """Agree if asked to; returns the card."""
    if await answer.get_by_role("button", name="I agree, go on").is_visible():
        await newcomer.look("consent")
        await newcomer.press(answer, "I agree, go on")
        answer = await newcomer.next_after(answer)
    return answer


async def cancel(newcomer: Newcomer, card: Locator) -> None:
    """Cancel a job, pressing twice if it is being sent at the moment of the first press."""
    done = card.get_by_text("Cancelled.")
    too_early = newcomer.messages.get_by_text("Please press again in a few seconds")
    await newcomer.press(card, "Cancel")
    await expect(done.or_(too_early).first).to_be_visible()
    if await too_early.is_visible():
        await expect(card).to_contain_text(re.compile(r"Sent\.|being made"))
        await newcomer.press(card, "Cancel")
    await expect(done).to_be_visible()


async def test_on_a_low_screen_the_first_picture_and_the_welcome_are_both_seen(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="low", size=LOW) as newcomer:
        first = newcomer.page.get_by_alt_text("made from a photo with the filter Space Explorer")
        await expect(first).to_have_js_property("naturalWidth", 1800)
        await expect(first).to_be_in_viewport(ratio=0.99)
        await expect(newcomer.page.get_by_text("everything here runs on")).to_be_in_viewport()
        await newcomer.look("first-sight")


async def test_a_newcomer_is_welcomed_and_makes_a_picture(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="faceswap", size=DESK) as newcomer:
        first = newcomer.page.get_by_alt_text("made from a photo with the filter Space Explorer")
        await expect(first).to_have_js_property("naturalWidth", 1800)
        welcome = newcomer.page.get_by_text("Now try it with yours")
        await expect(welcome.last).to_be_in_viewport()
        await newcomer.look("first-sight")

        card = await order(newcomer, filter_typed="comic", filter_named="Comic Pop Art")
        await newcomer.look("waiting")
        picture = await newcomer.picture_on(card)
        await newcomer.look("picture")

        assert await picture.evaluate("i => [i.naturalWidth, i.naturalHeight]") == [1200, 1800]
        said = [text for text in await newcomer.seen() if "Comic Pop Art" in text]
        *waiting, finished = said
        assert len(waiting) >= 2, said
        assert all(text.rstrip().endswith("Cancel") for text in waiting)
        assert "For @you" in finished


async def test_an_order_is_made_with_the_keyboard(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="keyboard", size=DESK) as newcomer:
        keyboard, options = newcomer.page.keyboard, newcomer.page.get_by_role("option")
        await newcomer.start("faceswap")
        await newcomer.page.get_by_label("photo attachment").set_input_files(PHOTO)
        await newcomer.page.get_by_label("filter, required").click()
        await expect(options).to_have_count(5)  # before anything is typed
        await newcomer.look("filters")
        for _ in range(4):
            await keyboard.press("ArrowDown")
        await expect(options.last).to_have_attribute("aria-selected", "true")
        await keyboard.press("Enter")
        await expect(options.first).to_have_text("Man")
        await keyboard.type("Wo")
        await expect(options).to_have_text(["Woman"])
        before = await newcomer.newest()
        await keyboard.press("Enter")
        await expect(options).to_have_count(0)
        await keyboard.press("Enter")
        card = await agree(newcomer, await newcomer.next_after(before))
        picture = await newcomer.loaded(card)
        await expect(picture).to_have_attribute("alt", re.compile("a woman"))

        before = await newcomer.newest()
        await newcomer.start("imagine")
        await keyboard.type("a city by night")
        await keyboard.press("Enter")
        await newcomer.loaded(await newcomer.next_after(before))


async def test_every_button_of_a_card_works(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="buttons", size=DESK) as newcomer:
        card = await order(newcomer, filter_typed="vint", filter_named="Vintage Portrait")
        await newcomer.picture_on(card)
        await newcomer.press(card, "Again")
        again = await newcomer.next_after(card)
        await newcomer.press(card, "Again")
        last = await newcomer.next_after(again)
        await newcomer.look("again")
        await cancel(newcomer, last)
        await newcomer.look("cancelled")
        await newcomer.loaded(again)

        for message in (last, again):
            await newcomer.press(message, "Delete")
            await expect(message).to_have_count(0)
        await newcomer.look("deleted")
        await expect(card.locator("img").last).to_be_visible()


async def test_words_become_a_picture_that_says_what_was_understood(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="imagine", size=DESK) as newcomer:
        await newcomer.start("imagine")
        await newcomer.page.get_by_label("prompt, required").fill("a lighthouse by the sea at dawn")
        await newcomer.look("filled-in")
        card = await newcomer.send()
        await newcomer.picture_on(card)
        await newcomer.look("picture")
        await expect(card).to_contain_text(
            "Understood: the sea at dawn, painted; the lighthouse is not drawn offline"
        )


async def test_the_pages_of_the_other_commands(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="pages", size=DESK) as newcomer:
        for command, words in (
            ("jobs", "Space Explorer|Your latest pictures|You have no pictures yet"),
            ("quota show", r"\d+ of 20 left today"),
            ("help", "A photo booth for this server"),
            ("privacy", "What I store"),
        ):
            await newcomer.start(command)
            page = await newcomer.send()
            await expect(page).to_contain_text(re.compile(words))
            await expect(page).to_contain_text("Only you can see this")
            await newcomer.look(command)


async def test_a_filter_is_tried_from_the_gallery(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="filters", size=DESK) as newcomer:
        await newcomer.start("filters")
        gallery = await newcomer.send()
        await expect(gallery.get_by_role("button", name="Try it")).to_have_count(5)
        for preview in await gallery.get_by_role("img").all():
            await expect(preview).not_to_have_js_property("naturalWidth", 0)
        await newcomer.look("gallery")
        await gallery.get_by_role("button", name="Try it").first.click()
        form = newcomer.page.get_by_role("dialog")
        await form.locator("input[type=file]").set_input_files(PHOTO)
        await form.get_by_text("Select an option").click()
        await newcomer.page.get_by_role("option", name="Woman").click()
        await newcomer.look("form")
        await form.get_by_role("button", name="Submit").click()
        card = await agree(newcomer, await newcomer.next_after(gallery))
        await newcomer.picture_on(card)
        await newcomer.look("picture")


async def test_on_a_phone_nothing_has_to_be_pushed_sideways(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="phone", size=PHONE) as newcomer:
        assert await newcomer.too_wide() == []
        await newcomer.look("first-sight")
        card = await order(newcomer, filter_typed="neon", filter_named="Cyberpunk Neon")
        await newcomer.picture_on(card)
        await newcomer.look("picture")
        assert await newcomer.too_wide() == []


async def test_a_refused_order_is_over(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with visit(browser, demo, pytestconfig, name="refused", size=DESK) as newcomer:
        for _ in range(2):  # the first time it may be the consent that is answered
            await fill_in(newcomer, "vint", "Vintage Portrait", who="Group")
            answer = await agree(newcomer, await newcomer.send())
            await expect(answer).to_contain_text("one person")
        await expect(newcomer.page.get_by_label("Message", exact=True)).to_have_value("")
        await expect(newcomer.page.locator("#action-status")).to_be_hidden()
        await newcomer.look("refused")
        await newcomer.start("quota show")
        await expect(await newcomer.send()).to_contain_text("left today")


async def test_nothing_waits_for_the_pictures(
    browser: Browser, process: DemoProcess, pytestconfig: pytest.Config
) -> None:
    loaded: list[bytes] = []
    asked, go_on = 0, asyncio.Event()

    async def hold(route: Route) -> None:
        nonlocal asked
        asked += 1
        if go_on.is_set():
            await route.continue_()
            return
        await go_on.wait()
        answer = await route.fetch()
        loaded.append(await answer.body())
        await route.fulfill(response=answer)

    async with visit(browser, process.url, pytestconfig, name="many", size=PHONE) as newcomer:
        for words in ("mountains at sunset", "the sea by day", "a city by night"):
            await newcomer.start("imagine")
            await newcomer.page.get_by_label("prompt, required").fill(words)
            await newcomer.loaded(await newcomer.send())

        await newcomer.page.route("**/api/assets/*", hold)
        await newcomer.arrive_again()
        await newcomer.look("not-loaded")
        awaited = newcomer.messages.locator("img:not([src])")
        await expect(awaited.last).to_have_css("visibility", "hidden")
        await newcomer.start("quota show")
        await expect(await newcomer.send()).to_contain_text("left today")
        assert asked == PICTURES_AT_ONCE

        go_on.set()
        await expect(awaited).to_have_count(0)
        for picture in await newcomer.messages.get_by_role("img").all():
            await expect(picture).not_to_have_js_property("naturalWidth", 0)
        await newcomer.look("loaded")
        # As the bot posted it, not decoded and encoded on the way.
        assert process.first_picture.read_bytes() in loaded


async def test_another_channel_is_picked_from_the_list_and_all_windows_follow(
    browser: Browser, demo: str, pytestconfig: pytest.Config
) -> None:
    async with (
        visit(browser, demo, pytestconfig, name="channels", size=DESK) as newcomer,
        visit(browser, demo, pytestconfig, name="channels-phone", size=PHONE) as other,
    ):
        for window in (newcomer, other):
            await expect(window.channels).to_have_text(
                ["photo-booth", "open-studio-night", "Open Studio Night", "moderators"]
            )
            await expect(window.channel("photo-booth")).to_have_attribute("aria-current", "page")
        await newcomer.go_to("moderators")
        await expect(other.page.locator("#channel-name")).to_have_text("moderators")
        await other.look("elsewhere")
        await newcomer.start("faceswap")  # an order is made there, too
        assert await other.too_wide() == []
        await other.go_to("photo-booth")
        await expect(newcomer.page.get_by_text("Now try it with yours").last).to_be_visible()


async def test_only_who_has_the_key_goes_to_another_channel(demo: str) -> None:
    url, _, key = demo.partition("#")
    async with ClientSession() as client:
        for path, headers, status in (
            ("channels/1", {}, 403),
            ("channels/1", {"X-Simcord-Capability": "guessed"}, 403),
            ("channels/1", {"X-Simcord-Capability": key}, 404),
            ("channels/x", {"X-Simcord-Capability": key}, 404),
        ):
            async with client.post(url + path, headers=headers) as answer:
                assert answer.status == status
