"""Words on pictures: the fonts we ship, drawn with Pillow."""

from __future__ import annotations

import enum
import functools
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from studio.engine.pixels import Floats, Size

FONTS = Path(__file__).parent / "assets" / "fonts"


class Font(enum.Enum):
    """A typeface under assets/fonts; the value is its file."""

    COMIC = "Bangers-Regular.ttf"
    ANTIQUE = "IMFellEnglishSC-Regular.ttf"
    SCRIPT = "GreatVibes-Regular.ttf"

    @property
    def path(self) -> Path:
        return FONTS / self.value


@functools.lru_cache(maxsize=32)
def _load(font: Font, height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font.path, height)


def text_mask(
    text: str,
    *,
    font: Font,
    height: int,
    size: Size,
    centre: tuple[float, float],
    stroke: int = 0,
    degrees: float = 0.0,
) -> Floats:
    """Draw one line of text: coverage 0..1 on a plane of `size`, turned about its centre."""
    plane = Image.new("L", size, 0)
    draw = ImageDraw.Draw(plane)
    draw.text(centre, text, font=_load(font, height), fill=255, anchor="mm", stroke_width=stroke)
    if degrees:
        plane = plane.rotate(degrees, Image.Resampling.BICUBIC, center=centre)
    return np.asarray(plane, np.float32) / np.float32(255)


def height_to_fit(text: str, *, font: Font, width: float) -> int:
    """Find the largest height in pixels at which the text is at most `width` wide."""
    reference = 100
    return max(1, int(reference * width / _load(font, reference).getlength(text)))
