"""Photos with people in them: the bundled sample, and portraits that not every machine has."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from PIL import Image

_ROOT: Final = Path(__file__).parents[2]

SAMPLE: Final = _ROOT / "bot" / "demo" / "assets" / "astronaut.jpg"
PHOTOS: Final = _ROOT.parent / "shared" / "photos"
"""Thirteen portraits of real people, for tests only: nothing made from them is kept."""

ABSENT: Final = "shared/photos is not on this machine"
_EASY: Final = (0, 3, 4, 7, 9, 12, 1)
"""Portraits that look at the camera, by their place in the folder."""


def portraits(folder: Path = PHOTOS) -> list[Path]:
    return sorted(folder.glob("*.jpg"))


def side_by_side(count: int, *, height: int = 700) -> bytes:
    """Paste easy portraits into one photo, in memory only."""
    paths = portraits()
    images = []
    for index in _EASY[:count]:
        image = Image.open(paths[index]).convert("RGB")
        images.append(image.resize((image.width * height // image.height, height)))
    photo = Image.new("RGB", (sum(image.width for image in images), height))
    left = 0
    for image in images:
        photo.paste(image, (left, 0))
        left += image.width
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
