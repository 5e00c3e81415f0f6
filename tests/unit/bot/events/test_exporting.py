"""All pictures of an event in ZIPs: what is inside, for whom, and what it costs to make them."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import random
import shutil
import tracemalloc
import zipfile
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from axe_playwright_python.async_playwright import Axe
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.event_errors import ExportProblem, ExportRefused
from bot.services.events.charting import Charting
from bot.services.events.downloads import Downloads
from bot.services.events.exporting import Exporting
from bot.services.events.reporting import Reporting
from db.database import Database
from db.event_models import Event, PictureState
from db.event_pictures import EventPictureRepository
from db.event_schema import event_pictures
from db.events import EventRepository
from db.migrate import migrate
from tests.support.browser import open_browser
from tests.support.events import insert_event, insert_picture
from tests.support.party import samples

WALL = "https://wall.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An event, its pictures and who exports them."""

    folder: Path
    database: Database
    event: Event
    exporting: Exporting
    downloads: Downloads

    async def add(self, number: int, data: bytes | None = None, **changes: object) -> None:
        self.keep(number, data or samples()[number % len(samples())])
        values: dict[str, Any] = {"file": f"{number}.jpg", **changes}
        await insert_picture(self.database, self.event.id, job_id=number, **values)

    def keep(self, number: int, data: bytes) -> None:
        path = self.folder / "events" / str(self.event.id) / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    async def add_like_the_first(self, numbers: range, data: bytes) -> None:
        """Add many at once."""
        for number in numbers:
            self.keep(number, data)

        async def unit(connection: AsyncConnection) -> None:
            first = (await connection.execute(sa.select(event_pictures))).mappings().one()
            rows = [
                {**first, "id": None, "job_id": number, "file": f"{number}.jpg"}
                for number in numbers
            ]
            await connection.execute(sa.insert(event_pictures), rows)

        await self.database.write(unit)

    async def zipped(self, **options: bool) -> zipfile.ZipFile:
        path = self.folder / "out.zip"
        await self.exporting.write(self.event, path, **options)
        return zipfile.ZipFile(path)


OpenDesk = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture(scope="module")
def open_desk(tmp_path_factory: pytest.TempPathFactory) -> OpenDesk:
    """Open desks, each on a copy of one empty database: making one takes longer than a test."""
    template = tmp_path_factory.mktemp("migrated") / "bot.db"

    async def make() -> None:
        async with Database.open(f"sqlite:///{template}") as database:
            await migrate(database)

    asyncio.run(make())
    return partial(opened_desk, template)


@asynccontextmanager
async def opened_desk(
    template: Path,
    folder: Path,
    *,
    base_url: str | None = WALL,
    least_free: int = 0,
    **event: object,
) -> AsyncGenerator[Desk]:
    shutil.copy(template, folder / "bot.db")
    async with Database.open(f"sqlite:///{folder / 'bot.db'}") as database:
        made = await insert_event(database, **event)
        downloads = Downloads(folder / "downloads", base_url=base_url)
        pictures = EventPictureRepository(database)
        yield Desk(
            folder=folder,
            database=database,
            event=await EventRepository(database).get(made.id),
            downloads=downloads,
            exporting=Exporting(
                folder / "exports",
                events=folder / "events",
                pictures=pictures,
                reporting=Reporting(pictures=pictures, charting=Charting()),
                downloads=downloads,
                least_free=least_free,
            ),
        )


def rows_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("index.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_a_zip_holds_every_approved_picture_as_it_is_and_no_other(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    async with open_desk(tmp_path) as desk:
        for number in (1, 2, 3):
            await desk.add(
                number, caption=f"Caption {number}", votes=number, user_id=700 + number % 2
            )
        for number, state in enumerate(
            (PictureState.WAITING, PictureState.REJECTED, PictureState.REMOVED), start=4
        ):
            await desk.add(number, state=state, shown_at=None)
        with await desk.zipped() as archive:
            assert archive.testzip() is None
            assert sorted(archive.namelist()) == [
                "chart.png",
                "index.csv",
                "index.html",
                "pictures/0001-cyberpunk-neon.jpg",
                "pictures/0002-cyberpunk-neon.jpg",
                "pictures/0003-cyberpunk-neon.jpg",
            ]
            rows = rows_of(archive)
            for number, row in enumerate(rows, start=1):
                assert archive.read(row["file"]) == samples()[number]
                assert archive.getinfo(row["file"]).compress_type == zipfile.ZIP_STORED
            assert [(row["caption"], row["votes"], row["guest"]) for row in rows] == [
                ("Caption 1", "1", "1"),
                ("Caption 2", "2", "2"),
                ("Caption 3", "3", "1"),
            ]
            everything = b"".join(archive.read(name) for name in ("index.csv", "index.html"))
            assert b"701" not in everything, "no member's number leaves the bot"
        with await desk.zipped(with_waiting=True) as archive:
            assert len(rows_of(archive)) == 4


async def test_a_picture_that_is_gone_is_left_out_and_counted(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    async with open_desk(tmp_path) as desk:
        for number in (1, 2):
            await desk.add(number)
        (tmp_path / "events" / str(desk.event.id) / "1.jpg").unlink()
        offer = await desk.exporting.offer(desk.event)
        assert (offer.pictures, offer.missing) == (1, 1)


async def test_a_link_leads_to_the_zip_until_it_expires(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.add(1)
        offer = await desk.exporting.offer(desk.event)
        download = await desk.downloads.find(urlsplit(offer.link).path.rpartition("/")[2])
        assert download is not None
        assert download.filename == "winter-party-pictures.zip"
        assert download.path.stat().st_size == offer.size
        late = Downloads(
            tmp_path / "downloads",
            base_url=WALL,
            clock=lambda: offer.expires_at + timedelta(seconds=1),
        )
        await late.sweep()
        assert list((tmp_path / "exports").iterdir()) == []


async def test_captions_of_any_kind_survive_in_table_and_page(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    hostile = [
        '=cmd|"/c calc"!A1',
        '"quotes", commas\nand lines',
        "<script>alert(1)</script>",
        "Grüße 🎉 サマー",
        '" onload="alert(1)',
    ]
    async with open_desk(tmp_path, name="../<b>Party</b> & co") as desk:
        for number, caption in enumerate(hostile, start=1):
            await desk.add(number, caption=caption, filter_name="=Neon/..\\x")
        with await desk.zipped() as archive:
            assert [row["caption"] for row in rows_of(archive)] == [f"'{hostile[0]}", *hostile[1:]]
            assert archive.read("index.csv").startswith(b"\xef\xbb\xbfnumber,file,")
            page = archive.read("index.html").decode()
            assert "<script>alert" not in page
            assert 'onload="alert' not in page
            assert "&lt;b&gt;Party" in page
            assert all(".." not in name and "\\" not in name for name in archive.namelist())


async def test_parts_keep_below_the_limit_and_together_hold_everything(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    limit = 600 * 1024
    async with open_desk(tmp_path, base_url=None) as desk:
        noise = random.Random(1)
        sizes = [noise.randrange(20_000, 150_000) for _ in range(24)]
        for number, size in enumerate(sizes, start=1):
            await desk.add(number, samples()[0] + noise.randbytes(size))
        seen: list[str] = []
        async with desk.exporting.parts(desk.event, limit=limit) as parts:
            assert parts.pictures == 24
            async for part in parts.each:
                assert part.path.stat().st_size <= limit
                assert part.filename == f"winter-party-pictures-{part.number}-of-{parts.count}.zip"
                with zipfile.ZipFile(part.path) as archive:
                    assert archive.testzip() is None
                    names = [row["file"] for row in rows_of(archive)]
                    assert (
                        f"Part {part.number} of {parts.count}"
                        in archive.read("index.html").decode()
                    )
                    assert {name for name in archive.namelist() if "/" in name} == set(names)
                    seen += names
        assert len(seen) == len(set(seen)) == 24
        async with desk.exporting.parts(desk.event, limit=limit, first=parts.count) as rest:
            assert [part.number async for part in rest.each] == [parts.count]
        assert list((tmp_path / "exports").iterdir()) == []
        with pytest.raises(ExportRefused) as refused:
            async with desk.exporting.parts(desk.event, limit=limit, first=parts.count + 1):
                pass
        assert (refused.value.problem, refused.value.limit) == (
            ExportProblem.NO_SUCH_PART,
            parts.count,
        )


async def test_an_event_without_pictures_and_a_full_disk_are_refused(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    async with open_desk(tmp_path, least_free=2**60) as desk:
        with pytest.raises(ExportRefused) as refused:
            await desk.exporting.offer(desk.event)
        assert refused.value.problem is ExportProblem.NO_PICTURES
        await desk.add(1)
        with pytest.raises(ExportRefused) as refused:
            await desk.exporting.offer(desk.event)
        assert refused.value.problem is ExportProblem.DISK_FULL
        assert list((tmp_path / "exports").iterdir()) == []


async def test_of_two_at_once_the_second_is_told_to_wait(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    async with open_desk(tmp_path) as desk:
        await desk.add(1)
        made = await asyncio.gather(
            *(desk.exporting.offer(desk.event) for _ in range(2)), return_exceptions=True
        )
        (refused,) = (each for each in made if isinstance(each, ExportRefused))
        assert refused.problem is ExportProblem.UNDER_WAY
        await desk.exporting.offer(desk.event)


async def test_what_a_kill_left_is_deleted_at_the_next_start(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    exports = tmp_path / "exports"
    (exports / "parts-x").mkdir(parents=True)
    (exports / "parts-x" / "a.zip").write_bytes(b"x")
    (exports / "1-a.zip.part").write_bytes(b"x")
    for name in ("1-b.zip", "1-c.zip"):
        (exports / name).write_bytes(b"x")
    os.utime(exports / "1-c.zip", (0, 0))  # so old that its link is gone, if it ever had one
    async with open_desk(tmp_path) as desk:
        desk.exporting.clear()
        assert [path.name for path in exports.iterdir()] == ["1-b.zip"]


async def test_three_hundred_pictures_are_never_in_memory_together(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    async with open_desk(tmp_path) as desk:
        noise = random.Random(2).randbytes(200_000)
        await desk.add(1, noise)
        await desk.add_like_the_first(range(2, 301), noise)
        await desk.exporting.write(desk.event, tmp_path / "warm.zip")
        tracemalloc.start()
        try:
            await desk.exporting.write(desk.event, tmp_path / "out.zip")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        total = (tmp_path / "out.zip").stat().st_size
        assert total > 300 * 200_000
        assert peak < total / 10


async def test_the_page_opens_by_a_double_click_and_asks_for_nothing_else(
    tmp_path: Path, open_desk: OpenDesk
) -> None:
    async with open_desk(tmp_path, timezone="Europe/Berlin") as desk:
        for number in range(1, 8):
            width, height = ((227, 340), (510, 340), (340, 340))[number % 3]
            await desk.add(
                number,
                caption="Hello <i>" if number % 2 else "",
                votes=number % 4,
                width=width,
                height=height,
            )
        with await desk.zipped() as archive:
            archive.extractall(tmp_path / "opened")
    async with open_browser() as browser:
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        await page.goto((tmp_path / "opened" / "index.html").as_uri())
        assert await page.locator(".pictures img").count() == 7
        assert await page.locator(".favourites img").count() == 3
        for image in await page.locator("main img").all():
            await image.scroll_into_view_if_needed()
            assert await image.get_attribute("alt")
        await page.wait_for_function(
            "[...document.images].every(image => !image.src || image.naturalWidth > 0)"
        )
        assert (await Axe().run(page)).response["violations"] == []
        await page.locator(".pictures a").first.click()
        assert await page.locator("dialog[open] img").get_attribute("alt")
        first = await page.locator("dialog img").get_attribute("src")
        await page.keyboard.press("ArrowRight")
        assert await page.locator("dialog img").get_attribute("src") != first
        await page.keyboard.press("Escape")
        assert await page.locator("dialog[open]").count() == 0
        assert said == []
        assert all(url.startswith("file:") for url in asked)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
