"""What a newcomer does on the demo's page, in the words of a test."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib import resources
from itertools import count
from pathlib import Path

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, ViewportSize, expect

DESK = ViewportSize(width=1280, height=1010)
TALL = ViewportSize(width=1280, height=1150)  # holds a card with its picture
PHONE = ViewportSize(width=390, height=844)
PHOTO = str(resources.files("bot.demo").joinpath("assets/astronaut.jpg"))
PAINTED = 60_000.0  # milliseconds; the engine may have to load its models first
expect.set_options(timeout=20_000)  # for a machine that has much else to do

_WATCH = """() => {
    const list = document.getElementById("channel-message-list");
    const seen = window.seen = [];
    new MutationObserver(() => {
        const last = [...list.querySelectorAll("article")].at(-1)?.innerText ?? "";
        if (seen.at(-1) !== last) seen.push(last);
    }).observe(list, { childList: true, subtree: true, characterData: true });
}"""
_READY = """() => new Promise((done) => {
    const look = () => window.simcordPreview.ready ? done() : setTimeout(look, 50);
    look();
})"""
_TOO_WIDE = """() => ["html", "#preview-stage", "#channel-timeline", "#channel-composer"]
    .filter((each) => {
        const box = document.querySelector(each);
        return box.scrollWidth > box.clientWidth;
    })"""


class Newcomer:
    """Somebody in front of the page; `pictures` is where to keep what they see, if anywhere."""

    def __init__(self, page: Page, *, pictures: Path | None, name: str) -> None:
        self.page = page
        self.messages = page.locator("#channel-message-list")
        self.channels = page.locator(".channel-list .channel-name")
        self.complaints: list[str] = []
        self._pictures = pictures
        self._name = name
        self._steps = count(1)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def arrive(self, url: str) -> None:
        await self.page.goto(url)
        await self._arrived()

    async def arrive_again(self) -> None:
        await self.page.reload()
        await self._arrived()

    async def _arrived(self) -> None:
        await expect(self.page.get_by_role("heading", name="Welcome to the photo")).to_be_visible()
        await self._laid_out()
        await self.page.evaluate(_WATCH)

    async def _laid_out(self) -> None:
        width = await self.page.locator("#preview-stage").evaluate("stage => stage.clientWidth")
        await expect(self.page.locator("#preview-app")).to_have_css("width", f"{width}px")

    def channel(self, name: str) -> Locator:
        """Return a channel's entry in the list."""
        entries = self.page.get_by_role("navigation", name="Channels").get_by_role("button")
        return entries.filter(has=self.page.get_by_text(name, exact=True))

    async def go_to(self, channel: str) -> None:
        """Pick a channel from the list, and wait until the page shows it."""
        await self.channel(channel).click()
        await self.shows(channel)

    async def shows(self, channel: str) -> None:
        """Wait until the page shows this channel."""
        await expect(self.channel(channel)).to_have_attribute("aria-current", "page")
        await expect(self.page.locator("#channel-name")).to_have_text(channel)
        await expect(self.page.locator("#preview-app")).to_have_attribute("aria-busy", "false")

    async def look(self, what: str) -> None:
        """Keep what the page shows now."""
        await self.look_at(self.page, what)

    async def look_at(self, page: Page, what: str) -> None:
        """Keep what another page shows now."""
        if self._pictures is not None:
            path = self._pictures / f"{self._name}-{next(self._steps):02}-{what}.png"
            await page.screenshot(path=path, animations="disabled")  # at their end

    async def look_closely(self, part: Locator, what: str) -> None:
        """Keep a card or a form alone, as `NAME-card-WHAT.png`."""
        if self._pictures is not None:
            size = self.page.viewport_size
            assert size is not None
            await self._resize(TALL)
            # Nothing may scroll by itself meanwhile.
            await self.page.locator("#channel-timeline").dispatch_event("wheel")
            card = part.locator(".component-container, .modal-dialog").last
            await card.screenshot(path=self._pictures / f"{self._name}-card-{what}.png")
            await self._resize(size)

    async def look_twice(self, what: str) -> None:
        """Keep what the page shows now, and what it would show on a phone."""
        await self.look(what)
        if self._pictures is not None:
            size = self.page.viewport_size
            assert size is not None
            await self._resize(PHONE)
            await self.look(f"{what}-phone")
            await self._resize(size)

    async def _resize(self, size: ViewportSize) -> None:
        """Give the window another size; what is pressed while the page notes it may be lost."""
        await self.page.set_viewport_size(size)
        await self._laid_out()
        await self.page.evaluate(_READY)

    async def newest(self) -> Locator:
        """Return the message that is the newest now, also when others come after it."""
        last = self.messages.locator("article").last
        return self.messages.locator(f"article[data-message-id='{await self._id(last)}']")

    async def start(self, command: str) -> None:
        """Type a command's name and pick it from the list."""
        await self.page.get_by_label("Message", exact=True).click()
        await self.page.keyboard.type(f"/{command}")
        await self.page.get_by_role("option", name=f"/{command}").click()
        await expect(self.page.get_by_role("button", name=f"Command /{command}")).to_be_visible()

    async def choose(self, option: str, typed: str, *, named: str | re.Pattern[str]) -> None:
        """Type into an option and pick from what is suggested."""
        box = self.page.get_by_label(f"{option}, required")
        await box.click()
        await box.press_sequentially(typed)
        is_whole = isinstance(named, str)
        await self.page.get_by_role("option", name=named, exact=is_whole).first.click()

    async def send(self) -> Locator:
        """Send the command; returns the answer."""
        before = await self.newest()
        await self.page.get_by_role("button", name="Send", exact=True).click()
        return await self.next_after(before)

    async def press(self, message: Locator, label: str) -> None:
        await self.button(message, label).click()

    def button(self, message: Locator, label: str) -> Locator:
        """Return a button of the bot's, not one of those that Discord shows to moderators."""
        name = re.compile(rf"^(\W+ ?)?{re.escape(label)}$")  # it may begin with an emoji
        return message.locator(".message-components").get_by_role("button", name=name)

    async def with_text(self, words: str) -> Locator:
        """Wait for the newest message that says this."""
        found = self.messages.locator("article").filter(has_text=words).last
        await expect(found).to_be_visible(timeout=PAINTED)
        return self.messages.locator(f"article[data-message-id='{await self._id(found)}']")

    async def next_after(self, message: Locator) -> Locator:
        """Wait for a message below this one, or in its place."""
        old = await self._id(message)
        last = self.messages.locator("article").last
        await expect(last).not_to_have_attribute("data-message-id", old, timeout=PAINTED)
        return await self.newest()

    async def picture_on(self, message: Locator) -> Locator:
        """Wait until a message shows a picture, loaded and in view."""
        picture = await self.loaded(message)
        await expect(self.button(message, "Delete")).to_be_in_viewport()
        return picture

    async def loaded(self, message: Locator) -> Locator:
        """Wait until a message shows a picture and the browser has loaded it."""
        picture = message.get_by_role("img").last
        await expect(picture).to_be_visible(timeout=PAINTED)
        await expect(picture).not_to_have_js_property("naturalWidth", 0, timeout=PAINTED)
        return picture

    async def seen(self) -> list[str]:
        """Return what the newest message said, one thing after the other."""
        return [str(each) for each in await self.page.evaluate("() => window.seen")]

    async def too_wide(self) -> list[str]:
        """Name the parts of the page that one would have to push sideways."""
        return [str(each) for each in await self.page.evaluate(_TOO_WIDE)]

    async def _id(self, message: Locator) -> str:
        found = await message.get_attribute("data-message-id")
        assert found is not None
        return found

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location}")


@asynccontextmanager
async def visit(
    browser: Browser, url: str, pytestconfig: pytest.Config, *, name: str, size: ViewportSize
) -> AsyncGenerator[Newcomer]:
    """Open the page in a new window; at the end the browser must have had nothing to complain."""
    pictures: Path | None = pytestconfig.getoption("--pictures")
    page = await browser.new_page(viewport=size)
    try:
        newcomer = Newcomer(page, pictures=pictures, name=name)
        await newcomer.arrive(url)
        yield newcomer
        assert newcomer.complaints == []
    finally:
        await page.close()
