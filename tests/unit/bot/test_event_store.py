from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from bot.services.events.store import EventStore
from tests.support.pngs import png

HOURS_AGO = time.time() - 7200


@pytest.fixture
def store(tmp_path: Path) -> EventStore:
    return EventStore(tmp_path / "events")


async def test_a_picture_is_named_after_its_job_and_kept_once(store: EventStore) -> None:
    first = await store.keep(3, 7, png(), suffix=".png")
    assert await store.keep(3, 7, png(), suffix=".png") == first == "7.png"

    assert store.path(3, first).read_bytes() == png()
    assert [path.name for path in (store.folder / "3").iterdir()] == ["7.png"]
    assert store.folder.stat().st_mode & 0o077 == 0
    assert store.path(3, first).parent.stat().st_mode & 0o077 == 0


async def test_a_picture_is_made_smaller_only_where_it_must_be(store: EventStore) -> None:
    name = await store.keep(3, 7, png(at_least_bytes=50_000), suffix=".png")

    assert (await store.within(3, name, 10**6)).content == store.path(3, name)
    assert (await store.within(3, name, 20_000)).size <= 20_000
    await store.delete(3, name)
    with pytest.raises(FileNotFoundError):
        await store.within(3, name, 10**6)


async def test_with_a_picture_goes_what_was_made_of_it_for_the_wall(store: EventStore) -> None:
    for job in (7, 71):
        await store.keep(3, job, png(), suffix=".png")
    wall = store.folder / "3" / "wall"
    wall.mkdir()
    for name in ("7-s.webp", "71-s.webp"):
        (wall / name).touch()
    await store.delete(3, "7.png")
    await store.delete(3, "7.png")

    assert sorted(path.name for path in (store.folder / "3").rglob("*.*")) == [
        "71-s.webp",
        "71.png",
    ]


async def test_only_old_pictures_that_nobody_needs_are_strays(store: EventStore) -> None:
    for job in (1, 2, 3):
        await store.keep(3, job, png(), suffix=".png")
    frame = store.folder / "3" / "frame-abc.png"
    frame.touch()
    for old in (store.path(3, "1.png"), store.path(3, "2.png"), frame):
        os.utime(old, (HOURS_AGO, HOURS_AGO))

    assert await store.delete_all_but({(3, "1.png")}, untouched_for=3600) == 1
    assert sorted(path.name for path in (store.folder / "3").iterdir()) == [
        "1.png",
        "3.png",
        "frame-abc.png",
    ]
