"""A page of the wall in a real browser, and all that it ever showed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
from playwright.async_api import Error, Page, Response

from tests.support.browser import open_browser

LOOK_EVERY = 0.5
_PICTURE = re.compile(r"/p/(\d+)-[a-z]\.webp")

# Notes of each picture when it was first and last to be seen: whole, and not hidden.
_RECORDER = """
(() => {
  const seen = new Map();
  const now = () => Date.now();
  const look = () => {
    for (const image of document.images) {
      const found = /\\/p\\/(\\d+)-[a-z]\\.webp/.exec(image.currentSrc || image.src);
      if (!found || !image.complete || !image.naturalWidth) continue;
      const box = image.getBoundingClientRect();
      if (!box.width || !box.height) continue;
      if (image.checkVisibility && !image.checkVisibility({ opacityProperty: true })) continue;
      const known = seen.get(found[1]);
      if (known) known[1] = now();
      else seen.set(found[1], [now(), now()]);
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["src", "srcset", "hidden"],
  });
  document.addEventListener("load", look, true);
  setInterval(look, 100);
  window.__sightings = () => [...seen].map(([id, [first, last]]) => [Number(id), first, last]);
})();
"""


@dataclass(slots=True)
class Sighting:
    """When a picture was on the page, and when the page first got its file."""

    first: datetime
    last: datetime


class StreamWatch:
    """Listens to what all pages of a wall are told, as one of them."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/events"
        self.told: dict[int, datetime] = {}  # pictures: when they were first named
        self.dropped: dict[int, datetime] = {}  # when they were named as gone
        self._known: set[int] = set()

    async def keep_listening(self) -> None:
        """Listen until cancelled, connecting anew whenever the bot was killed."""
        async with aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    timeout = aiohttp.ClientTimeout(total=None, sock_read=30)
                    async with session.get(self._url, timeout=timeout) as answer:
                        await self._listen(answer)
                await asyncio.sleep(LOOK_EVERY)

    async def _listen(self, answer: aiohttp.ClientResponse) -> None:
        kind = ""
        async for line in answer.content:
            text = line.decode().strip()
            if text.startswith("event: "):
                kind = text.removeprefix("event: ")
            elif text.startswith("data: "):
                self._hear(kind, json.loads(text.removeprefix("data: ")))

    def _hear(self, kind: str, data: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        if kind == "all":
            there = {each["id"] for each in data["pictures"]}
            gone = self._known - there
        elif kind == "change":
            there, gone = {each["id"] for each in data["put"]}, set(data["drop"])
        else:
            return
        for picture_id in there:
            self.told.setdefault(picture_id, now)
        for picture_id in gone:
            self.dropped[picture_id] = now
        self._known = (self._known | there) - gone


@dataclass(slots=True, kw_only=True)
class WallWatch:
    """The open page; `fetched` are the pictures whose files it was given."""

    page: Page
    stream: StreamWatch
    sightings: dict[int, Sighting] = field(default_factory=dict)
    fetched: dict[int, datetime] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    heap: list[int] = field(default_factory=list)
    looked_until: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def look(self) -> None:
        """Take over what the page has noted so far."""
        try:
            noted = await self.page.evaluate("window.__sightings ? window.__sightings() : []")
        except Error:  # it is being loaded anew
            return
        for picture_id, first, last in noted:
            known = self.sightings.get(picture_id)
            if known is None:
                self.sightings[picture_id] = Sighting(_moment(first), _moment(last))
            else:
                known.last = max(known.last, _moment(last))

    async def keep_looking(self) -> None:
        """Look until cancelled, and note how much memory the page takes."""
        while True:
            await self.look()
            try:
                used = await self.page.evaluate("performance.memory?.usedJSHeapSize ?? 0")
            except Error:
                used = 0
            self.heap.append(int(used))
            await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def watch_wall(url: str) -> AsyncGenerator[WallWatch]:
    """Open the wall in a browser, and note all that it shows."""
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        watch = WallWatch(page=page, stream=StreamWatch(url))
        await page.add_init_script(_RECORDER)

        def note(response: Response) -> None:
            found = _PICTURE.search(response.url)
            if found and response.ok:
                watch.fetched.setdefault(int(found[1]), datetime.now(UTC))

        page.on("response", note)
        page.on("pageerror", lambda error: watch.complaints.append(str(error)))
        await page.goto(url)
        works = (watch.keep_looking(), watch.stream.keep_listening())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            yield watch
        finally:
            watch.looked_until = datetime.now(UTC)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _moment(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
