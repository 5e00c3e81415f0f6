"""A photo made safe: decoded, upright, on white, of bounded size, and free of metadata.

Pure: bytes in, JPEG out. Run as a program it does the same between its standard streams, so that a
decoder that crashes takes that process with it and not the bot.
"""

from __future__ import annotations

import io
import struct
import sys

import pi_heif
from PIL import ExifTags, Image

from bot.errors import PhotoRejected
from faceswap.models import PhotoProblem

FORMATS = ("JPEG", "PNG", "WEBP")
FORMATS_APART = ("HEIF",)  # decoded in a process of its own only
LONGEST_SIDE = 2560  # pixels; no filter needs more, and the request stays small
JPEG_QUALITY = 92
EXIT_CODES = {PhotoProblem.NOT_AN_IMAGE: 10, PhotoProblem.TOO_LARGE: 11}

_TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# What Pillow and its plugins raise for files that are broken somewhere.
_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, RuntimeError)


def normalise(data: bytes, *, max_pixels: int, formats: tuple[str, ...] = FORMATS) -> bytes:
    """Return a photo as JPEG; raises PhotoRejected."""
    try:
        with Image.open(io.BytesIO(data), formats=formats) as image:
            # The header tells the size: a decompression bomb is refused before it unfolds.
            if image.width * image.height > max_pixels:
                raise PhotoRejected(PhotoProblem.TOO_LARGE, max_pixels=max_pixels)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            small = _eight_bits(image)
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
            picture = flatten(_upright(small, _orientation(image)))
    except Image.DecompressionBombError:
        raise PhotoRejected(PhotoProblem.TOO_LARGE, max_pixels=max_pixels) from None
    except _DECODE_ERRORS:
        raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE) from None
    picture.info.clear()  # Pillow would copy a JPEG's comment
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey down, which Pillow would cut off at white."""
    if not image.mode.startswith("I;16"):
        return image
    scaled = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    scaled.info = image.info
    return scaled


def _orientation(image: Image.Image) -> object:
    """Read how the camera was held; None if the photo does not say, or not so that one can read."""
    try:
        return image.getexif().get(ExifTags.Base.Orientation)
    except (*_DECODE_ERRORS, TypeError, struct.error):
        return None


def _upright(image: Image.Image, orientation: object) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def flatten(image: Image.Image) -> Image.Image:
    """Return the image as RGB, transparent parts on white."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return image.convert("RGB")


def main() -> int:
    """Normalise one photo from standard input to standard output."""
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.register_heif_opener()
    data, max_pixels = sys.stdin.buffer.read(), int(sys.argv[1])
    try:
        normalised = normalise(data, max_pixels=max_pixels, formats=FORMATS_APART)
    except PhotoRejected as refused:
        return EXIT_CODES[refused.problem]
    sys.stdout.buffer.write(normalised)
    return 0


if __name__ == "__main__":
    sys.exit(main())
