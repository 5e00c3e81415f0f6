"""How light the live wall is: `python -m bench.wall`.

What its page takes of a processor while it goes through 300 pictures, in a Chromium without a
graphics card, which is the worst there is; and how soon a change is on every open page.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import psutil

from bench.alone import run_alone
from bench.report import Figure, percentile
from tests.acceptance.spectator import watching
from tests.support.browser import find_browser, open_browser
from tests.support.party import OpenWall, open_wall

PICTURES = 300
SECONDS, SECONDS_SHORT = 60.0, 20.0
PAGES, PAGES_SHORT = 500, 100
CHANGES = 10
MOST_CPU = 30.0  # percent of one core
MOST_MS = 2000.0  # what a removal may take


async def measure(*, short: bool) -> list[Figure]:
    """Measure and judge; `short`: less long, and fewer pages."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_wall(Path(folder)) as wall:
            await wall.party.hang(PICTURES)
            figures = await _pages(wall, PAGES_SHORT if short else PAGES)
            if find_browser() is not None:
                figures += await _browser(wall, SECONDS_SHORT if short else SECONDS)
            return figures


async def _browser(wall: OpenWall, seconds: float) -> list[Figure]:
    """Watch the processes of a browser that shows the wall."""
    async with (
        open_browser() as browser,
        watching(browser, wall.url, size={"width": 1920, "height": 1080}, hurry=1) as spectator,
    ):
        await spectator.settle()
        before = _cpu_seconds()
        await asyncio.sleep(seconds)
        share = (_cpu_seconds() - before) / seconds * 100
        heap = (await spectator.metrics())["JSHeapUsedSize"] / 2**20
    note = f"{PICTURES} pictures at 1920×1080, for {seconds:.0f} s, no graphics card"
    return [
        Figure(
            name="browser's share of one core, wall going on",
            value=share,
            unit="%",
            bound=MOST_CPU,
            note=note,
        ),
        Figure(name="memory of the page's scripts", value=heap, unit="MB"),
    ]


def _cpu_seconds() -> float:
    """Add up what the browser below this process has used."""
    name = Path(find_browser() or "chromium").name
    return sum(
        sum(process.cpu_times()[:2])
        for process in psutil.Process().children(recursive=True)
        if "chrom" in process.name() or process.name() == name
    )


async def _pages(wall: OpenWall, pages: int) -> list[Figure]:
    """Open many pages' streams, and see when the last of them has heard of a change."""
    delays = []
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(
            aiohttp.ClientSession(connector=connector, read_bufsize=2**20)
        )
        streams = [
            await stack.enter_async_context(session.get(f"{wall.url}/events")) for _ in range(pages)
        ]
        await asyncio.gather(*(_heard(stream, b"event: all") for stream in streams))
        for _ in range(CHANGES):
            started = time.perf_counter()
            await wall.party.hang(1)
            await asyncio.gather(*(_heard(stream, b"event: change") for stream in streams))
            delays.append((time.perf_counter() - started) * 1000)
    return [
        Figure(
            name="from a change to the last of all open pages",
            value=percentile(delays, 1.0),
            unit="ms",
            bound=MOST_MS,
            note=f"{pages} pages in this process, {CHANGES} changes; 400 ms gather changes",
        )
    ]


async def _heard(stream: aiohttp.ClientResponse, kind: bytes) -> None:
    while kind not in await stream.content.readuntil(b"\n\n"):
        pass


if __name__ == "__main__":
    run_alone(measure, what=__doc__)
