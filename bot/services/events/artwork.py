"""What organisers upload for their pictures: frames and logos, checked and made ready.

Pure, and slow for a large file: run it in a thread. Sizes are judged by the header, before
anything is decoded. What comes out is plain PNG without metadata.
"""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from PIL import Image, UnidentifiedImageError

from bot.artwork_errors import ArtworkProblem, FrameRejected, LogoRejected
from bot.services.events.openings import find_openings

FRAME_BYTES = 8 * 2**20
FRAME_PIXELS = 25_000_000
FRAME_LEAST_SIDE = 400  # pixels: smaller ones would be blurred on a picture of 1200
FRAME_LONGEST_SIDE = 1800  # no picture is larger
MOST_OBLONG = 3.0  # times as long as wide
LEAST_CLEAR = 0.25  # of a frame must be transparent, or faces are covered
MOST_CLEAR = 0.998  # more, and there is nothing on it

LOGO_BYTES = 4 * 2**20
LOGO_PIXELS = 25_000_000
LOGO_LEAST_SIDE = 48
LOGO_LONGEST_SIDE = 800
_LOGO_FORMATS = ("PNG", "JPEG", "WEBP")
_MEGAPIXEL = 1_000_000

_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError)
_Rejected = type[FrameRejected] | type[LogoRejected]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame as it is kept: PNG with transparency."""

    width: int
    height: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A logo as it is kept: PNG, its transparent edges cut off."""

    width: int
    height: int
    data: bytes = field(repr=False)


def check_frame(data: bytes) -> Frame:
    """Return an uploaded frame ready to use; raises FrameRejected."""
    _check_size(data, FRAME_BYTES, FrameRejected)
    with _opened(data, ("PNG",), FrameRejected, unreadable=ArtworkProblem.NOT_PNG) as image:
        _check_header(image, FrameRejected, most=FRAME_PIXELS, least_side=FRAME_LEAST_SIDE)
        if max(image.size) > MOST_OBLONG * min(image.size):
            raise FrameRejected(ArtworkProblem.TOO_OBLONG)
        if not image.has_transparency_data:
            raise FrameRejected(ArtworkProblem.OPAQUE)
        frame = image.convert("RGBA")
    share = find_openings(frame).share
    if not share:
        raise FrameRejected(ArtworkProblem.OPAQUE)
    if share < LEAST_CLEAR:
        raise FrameRejected(ArtworkProblem.HARDLY_CLEAR, limit=round(LEAST_CLEAR * 100))
    if share > MOST_CLEAR:
        raise FrameRejected(ArtworkProblem.EMPTY)
    frame.thumbnail((FRAME_LONGEST_SIDE, FRAME_LONGEST_SIDE), Image.Resampling.LANCZOS)
    return Frame(width=frame.width, height=frame.height, data=as_png(frame))


def check_logo(data: bytes) -> Logo:
    """Return an uploaded logo ready to use; raises LogoRejected."""
    _check_size(data, LOGO_BYTES, LogoRejected)
    with _opened(data, _LOGO_FORMATS, LogoRejected, unreadable=ArtworkProblem.UNREADABLE) as image:
        _check_header(image, LogoRejected, most=LOGO_PIXELS, least_side=LOGO_LEAST_SIDE)
        logo = image.convert("RGBA")
    seen = logo.getchannel("A").getbbox()
    if seen is None:
        raise LogoRejected(ArtworkProblem.EMPTY)
    logo = logo.crop(seen)
    logo.thumbnail((LOGO_LONGEST_SIDE, LOGO_LONGEST_SIDE), Image.Resampling.LANCZOS)
    return Logo(width=logo.width, height=logo.height, data=as_png(logo))


def load(data: bytes) -> Image.Image:
    """Return kept artwork as RGBA."""
    with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
        return image.convert("RGBA")


def as_png(image: Image.Image) -> bytes:
    """Encode without whatever else the file held."""
    clean = Image.frombytes(image.mode, image.size, image.tobytes())
    out = io.BytesIO()
    clean.save(out, "PNG")
    return out.getvalue()


def _check_size(data: bytes, limit: int, rejected: _Rejected) -> None:
    if len(data) > limit:
        raise rejected(ArtworkProblem.TOO_MANY_BYTES, limit=limit // 2**20)


def _check_header(image: Image.Image, rejected: _Rejected, *, most: int, least_side: int) -> None:
    if image.width * image.height > most:
        raise rejected(ArtworkProblem.TOO_MANY_PIXELS, limit=most // _MEGAPIXEL)
    if min(image.size) < least_side:
        raise rejected(ArtworkProblem.TOO_SMALL, limit=least_side)
    if getattr(image, "is_animated", False):
        raise rejected(ArtworkProblem.ANIMATED)


@contextmanager
def _opened(
    data: bytes, formats: tuple[str, ...], rejected: _Rejected, *, unreadable: ArtworkProblem
) -> Generator[Image.Image]:
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            yield image
    except Image.DecompressionBombError:
        raise rejected(ArtworkProblem.TOO_MANY_PIXELS, limit=FRAME_PIXELS // _MEGAPIXEL) from None
    except _DECODE_ERRORS as error:
        raise rejected(unreadable) from error
