from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

from studio.engine import create_engine
from studio.engine.mascot import draw_mascot
from studio.engine.protocol import Engine
from tests.support.likeness import INSTALLED, MISSING, Recogniser
from tests.support.portraits import ABSENT, portraits


@pytest.fixture(scope="session")
def engine() -> Engine:
    return create_engine()


each_portrait = pytest.mark.parametrize(
    "portrait",
    portraits() or [pytest.param(None, marks=pytest.mark.skip(reason=ABSENT))],
    ids=lambda path: path.stem if path else "none",
)


@pytest.fixture(scope="session")
def portrait() -> bytes:
    """One easy portrait; skips where the folder is absent."""
    if not portraits():
        pytest.skip(ABSENT)
    return portraits()[0].read_bytes()


@pytest.fixture(scope="session")
def recogniser() -> Recogniser:
    """Somebody else's networks; skips where they are not installed."""
    if not INSTALLED:
        pytest.skip(MISSING)
    return Recogniser()


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
