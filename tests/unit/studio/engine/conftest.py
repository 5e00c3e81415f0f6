from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from studio.engine import create_engine
from studio.engine.mascot import draw_mascot
from studio.engine.protocol import Engine

PHOTOS = Path(__file__).parents[4].parent / "shared" / "photos"
"""Thirteen portraits of real people, for tests only: nothing made from them is kept."""


@pytest.fixture(scope="session")
def engine() -> Engine:
    return create_engine()


def portraits() -> list[Path]:
    return sorted(PHOTOS.glob("*.jpg"))


each_portrait = pytest.mark.parametrize(
    "portrait",
    portraits()
    or [pytest.param(None, marks=pytest.mark.skip(reason="shared/photos is not on this machine"))],
    ids=lambda path: path.stem if path else "none",
)


@pytest.fixture(scope="session")
def portrait() -> bytes:
    """One easy portrait; skips where the folder is absent."""
    if not portraits():
        pytest.skip("shared/photos is not on this machine")
    return portraits()[0].read_bytes()


@pytest.fixture(scope="session")
def bear() -> Image.Image:
    """The mascot on a plain ground: a picture without a human face."""
    subject = draw_mascot()
    ground = Image.new("RGB", subject.pixels.shape[1::-1], "#8899aa")
    mask = Image.fromarray((subject.matte * 255).astype("uint8"))
    ground.paste(Image.fromarray(subject.pixels), mask=mask)
    return ground


Saver = Callable[..., bytes]


@pytest.fixture(scope="session")
def save() -> Saver:
    """Write a Pillow image to bytes: save(image, "PNG", **options)."""

    def to_bytes(image: Image.Image, kind: str, **options: object) -> bytes:
        buffer = io.BytesIO()
        image.save(buffer, kind, **options)
        return buffer.getvalue()

    return to_bytes
