"""Photos and pictures of a wanted size, made anew: noise, which no encoder can make small."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image

_LEVELS = bytes(value % 5 * 8 for value in range(256))
_SEGMENT = 65_000  # bytes of a JPEG's comment


@cache
def picture(*, width: int = 1200, height: int = 1800) -> bytes:
    """Make a PNG that has to be decoded in earnest: 2.5 MB at 1200×1800, 64 KB at 240×240."""
    pixels = random.Random(width * height).randbytes(width * height * 3).translate(_LEVELS)
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), pixels).save(out, "PNG", compress_level=1)
    return out.getvalue()


@cache
def photo(*, width: int, height: int, noise: int = 30) -> bytes:
    """Make a JPEG like a camera's, with about a third of a byte for each pixel and more noise."""
    grain = Image.effect_noise((width, height), noise)
    slope = Image.linear_gradient("L").resize((width, height))
    out = io.BytesIO()
    Image.merge("RGB", (grain, slope, Image.blend(grain, slope, 0.5))).save(out, "JPEG", quality=90)
    return out.getvalue()


def padded(small: bytes, *, to_bytes: int) -> bytes:
    """Fill a JPEG up with comments: as heavy on the way, and as quick to decode as before."""
    filler = bytearray()
    while len(small) + len(filler) + _SEGMENT < to_bytes:
        filler += b"\xff\xfe" + (_SEGMENT + 2).to_bytes(2, "big") + bytes(_SEGMENT)
    return small[:2] + bytes(filler) + small[2:]
