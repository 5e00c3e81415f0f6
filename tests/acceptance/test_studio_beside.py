"""The bot with the studio beside it: one process tree, killed together, and no API configured."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import psutil
import pytest

from tests.acceptance.booth import PhotoBooth
from tests.acceptance.conftest import open_booth
from tests.support.discord import DiscordStandIn, Interaction

PHOTOS = Path(__file__).parents[3] / "shared" / "photos"
PAINTED = 60.0  # seconds; the engine's first picture loads its models


@pytest.fixture
async def studio_booth(discord: DiscordStandIn, tmp_path: Path) -> AsyncGenerator[PhotoBooth]:
    async with open_booth(discord, tmp_path, QUICK_JOB_SECONDS="600") as opened:
        yield opened


async def imagine(booth: PhotoBooth) -> Interaction:
    options = {"prompt": "mountains at sunset"}
    asked = await booth.discord.slash(booth.alice, booth.channel, "imagine", options)
    return await asked.responded()


async def test_a_photo_becomes_a_picture_without_any_api(studio_booth: PhotoBooth) -> None:
    if not PHOTOS.is_dir():
        pytest.skip("the test photos are not here")
    photo = (PHOTOS / "3936883765.jpg").read_bytes()
    ordered = await studio_booth.order(photo=photo, filter="Vintage", who="Man", ratio="square")
    card = await studio_booth.picture(ordered, within=PAINTED)
    assert list(card.files) == ["picture.png"]
    assert "Vintage Portrait" in card.text()


async def test_words_become_a_sketch_that_says_what_was_understood(
    studio_booth: PhotoBooth,
) -> None:
    ordered = await studio_booth.imagine("a dragon over mountains at sunset")
    card = await studio_booth.picture(ordered, within=PAINTED)
    line = "-# Understood: mountains at sunset, painted; the dragon is not drawn offline"
    assert line in card.text().splitlines()


async def test_the_gallery_shows_what_the_studio_draws(studio_booth: PhotoBooth) -> None:
    async with asyncio.timeout(PAINTED):
        page = await studio_booth.page("filters")
        while len(page.files) < page.labels().count("Try it"):  # what comes late is there next time
            page = await studio_booth.page("filters")
    assert len(page.alt_texts()) == len(page.files) > 0
    assert all(name.endswith(".webp") for name in page.files)


async def test_a_photo_without_a_face_costs_nothing(studio_booth: PhotoBooth) -> None:
    ordered = await studio_booth.order(filter="Vintage")
    card = await studio_booth.text(ordered, "could not find a face")
    assert "does not count against your quota" in card.text()
    assert jobs(studio_booth) == [("failed", 1)]


@pytest.mark.parametrize("moment", ["sending", "making", "posting"])
async def test_killed_together(studio_booth: PhotoBooth, moment: str) -> None:
    booth = studio_booth
    held = None
    if moment == "posting":
        held = booth.discord.hold("PATCH", "/webhooks/*/*/messages/*", before=True, times=None)
    ordered = await imagine(booth)
    if held is not None:
        await held.arrived()
    else:
        await booth.text(ordered, "Picture from words")
    if moment == "making":
        await booth.text(ordered, "is being made")
    family = psutil.Process(booth.bot.pid).children(recursive=True)
    await booth.bot.kill()
    if held is not None:
        held.drop()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []

    await booth.bot.start()
    await booth.picture(ordered, within=PAINTED)
    await booth.settled()
    assert jobs(booth) == [("delivered", 1)]
    assert len(booth.posted()) == 1
    assert studio_jobs(booth) == 1


def jobs(booth: PhotoBooth) -> list[tuple[str, int]]:
    """Return each job's state and how often it was taken from the queue."""
    with sqlite3.connect(booth.bot.data_dir / "bot.db") as connection:
        return connection.execute("SELECT state, attempts FROM jobs ORDER BY id").fetchall()


def studio_jobs(booth: PhotoBooth) -> int:
    """Count the jobs that the studio was given."""
    with sqlite3.connect(booth.bot.data_dir / "studio" / "studio.sqlite3") as connection:
        return int(connection.execute("SELECT count(*) FROM jobs").fetchone()[0])
