"""Somebody who looks at a live wall in a real browser, in the words of a test."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Page, Request, ViewportSize

HURRY = 8  # times as fast as everybody else sees what moves

# What is seen, as boxes on the screen: pictures that are shown, and what must not be covered.
_SEEN = """() => {
    const box = (node) => {
        const { x, y, width, height } = node.getBoundingClientRect();
        return { x, y, w: width, h: height, alt: node.alt ?? "", src: node.src ?? "" };
    };
    const images = [...document.querySelectorAll("img.shown[src]")];
    return {
        pictures: images.filter((each) => each.naturalWidth > 0).map(box),
        loading: images.filter((each) => !each.naturalWidth).length,
        others: ["h1", ".facts", ".join", ".label"]
            .map((each) => document.querySelector(each))
            .filter((each) => each.offsetParent)
            .map(box),
    };
}"""
_QUIET = """() => document.fonts.status === "loaded"
    && document.getAnimations().every((each) => each.playState !== "running")
    && [...document.querySelectorAll("img[src]")]
        .every((each) => each.loading === "lazy" || each.complete)"""


class Spectator:
    """A page with a wall on it; `complaints` is what the browser found wrong."""

    def __init__(self, page: Page, *, pictures: Path | None) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self._pictures = pictures
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note_request)

    async def settle(self) -> None:
        """Wait until everything that was coming is there, and nothing moves any more."""
        await self.page.wait_for_function("() => document.body.dataset.line === 'on'")
        await self.page.wait_for_function(_QUIET)

    async def sees(self, picture_id: int, *, large: bool = False) -> None:
        """Wait until a picture is on show."""
        place = "#frame" if large else "body"
        await self.page.wait_for_function(
            "([place, id]) => document.querySelector(`${place} img.shown[src*='/p/${id}-']`)"
            "?.naturalWidth > 0",
            arg=[place, picture_id],
        )

    async def sees_no_more(self, picture_id: int, *, within: float) -> None:
        """Wait until nothing of a picture is left in the page."""
        await self.page.wait_for_function(
            "(id) => !document.querySelector(`img[src*='/p/${id}-']`)",
            arg=picture_id,
            timeout=within * 1000,
        )

    async def boxes(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.page.evaluate(_SEEN)
        return found

    async def large(self) -> int:
        """Return the number of the picture that is seen large."""
        address = await self.page.locator("#frame img.shown").get_attribute("src")
        assert address is not None
        return int(address.rpartition("/")[2].partition("-")[0])

    async def barriers(self) -> list[str]:
        """Have axe-core look for what shuts people out."""
        found = await Axe().run(self.page)
        return [
            f"{each['id']}: {node['html']}"
            for each in found.response["violations"]
            for node in each["nodes"]
        ]

    async def metrics(self) -> dict[str, float]:
        """Measure the page's memory after all that can be let go has been."""
        session = await self.page.context.new_cdp_session(self.page)
        await session.send("Performance.enable")
        for _ in range(3):
            await session.send("HeapProfiler.collectGarbage")
        measured = (await session.send("Performance.getMetrics"))["metrics"]
        await session.detach()
        return {each["name"]: each["value"] for each in measured}

    async def look(self, name: str) -> None:
        """Keep what the page shows now."""
        if self._pictures is not None:
            await self.page.screenshot(path=self._pictures / f"wall-{name}.png")

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith("data:"):
            self.asked.append(request.url)


@asynccontextmanager
async def watching(
    browser: Browser,
    url: str,
    *,
    size: ViewportSize,
    pictures: Path | None = None,
    is_still: bool = False,
    hurry: float = HURRY,
) -> AsyncGenerator[Spectator]:
    """Open a wall in a window of its own."""
    context = await browser.new_context(
        viewport=size, reduced_motion="reduce" if is_still else "no-preference"
    )
    try:
        page = await context.new_page()
        session = await context.new_cdp_session(page)
        await session.send("Animation.enable")
        await session.send("Animation.setPlaybackRate", {"playbackRate": hurry})
        spectator = Spectator(page, pictures=pictures)
        await page.goto(url)
        yield spectator
    finally:
        await context.close()
