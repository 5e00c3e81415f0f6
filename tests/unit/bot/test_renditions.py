from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from bot.services.events import renditions
from bot.services.events.renditions import Renditions
from bot.services.events.store import EventStore


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "7.png"
    Image.linear_gradient("L").resize((1200, 1800)).convert("RGB").save(path)
    return path


@pytest.mark.parametrize(
    ("size", "pixels"), [("s", (320, 480)), ("m", (640, 960)), ("l", (1067, 1600))]
)
async def test_each_size_keeps_the_ratio(picture: Path, size: str, pixels: tuple[int, int]) -> None:
    made = await Renditions().get(picture, size=size)
    with Image.open(made) as image:
        assert (image.format, image.size) == ("WEBP", pixels)


async def test_a_size_is_made_once_however_many_ask(picture: Path) -> None:
    made = Renditions()
    files = await asyncio.gather(*(made.get(picture, size="s") for _ in range(20)))
    first = files[0].stat()
    assert len(set(files)) == 1
    assert (await Renditions().get(picture, size="s")).stat() == first  # also after a restart


async def test_a_picture_that_is_small_is_not_made_larger(tmp_path: Path) -> None:
    small = tmp_path / "small.png"
    Image.new("RGB", (300, 200)).save(small)
    with Image.open(await Renditions().get(small, size="l")) as image:
        assert image.size == (300, 200)


async def test_the_oldest_copies_make_room(
    tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Renditions()
    old = await made.get(picture, size="s")
    monkeypatch.setattr(renditions, "MOST_BYTES", old.stat().st_size)
    new = await made.get(picture, size="m")
    assert new.exists()
    assert not old.exists()


async def test_whoever_deletes_a_picture_deletes_its_copies(tmp_path: Path) -> None:
    made, store = Renditions(), EventStore(tmp_path / "events")
    source = io.BytesIO()
    Image.new("RGB", (300, 200)).save(source, "PNG")
    name = await store.keep(4, 7, source.getvalue(), suffix=".png")
    files = [await made.get(store.path(4, name), size=size) for size in renditions.SIZES]
    await store.delete(4, name)
    assert not any(file.exists() for file in files)
    with pytest.raises(FileNotFoundError):
        await made.get(store.path(4, name), size="s")


async def test_a_picture_that_is_gone_is_an_error_each_time(tmp_path: Path) -> None:
    made = Renditions()
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            await made.get(tmp_path / "gone.png", size="s")
