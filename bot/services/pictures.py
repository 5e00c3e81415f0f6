"""Finished pictures: verified when they arrive, kept on disk until they are posted.

A picture is named after its job, so that a kill between file and row loses and doubles nothing.
"""

from __future__ import annotations

import asyncio
import io
import shutil
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from bot.services.normalising import flatten
from bot.services.strays import delete_strays

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 50_000_000
JPEG_QUALITIES = (92, 85, 70)  # the first that makes a picture small enough
SMALLEST_SIDE = 64  # pixels; a picture of that size fits everywhere

_SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}


class NotAPicture(Exception):
    """What the API sent cannot be decoded, or is larger than anyone would post."""


class PictureStore:
    """The folder of finished pictures, and within it the one where downloads arrive."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.arrivals = folder / "arriving"
        self._checking = asyncio.Semaphore(2)
        shutil.rmtree(self.arrivals, ignore_errors=True)
        self.arrivals.mkdir(parents=True)
        folder.chmod(0o700)  # nobody else on this machine is to see members' pictures

    async def keep(self, arrived: Path, *, job_id: int) -> str:
        """Verify a downloaded picture and keep it; returns its name. Raises NotAPicture."""
        async with self._checking:
            suffix = await asyncio.to_thread(_verify, arrived)
        name = f"{job_id}{suffix}"
        await asyncio.to_thread(arrived.replace, self._folder / name)
        return name

    def path(self, name: str) -> Path:
        return self._folder / name

    async def fits(self, name: str, limit: int) -> bool:
        """Tell whether a picture is small enough as it is: it can then be sent from its file."""
        return (await asyncio.to_thread(self.path(name).stat)).st_size <= limit

    async def within(self, name: str, limit: int) -> tuple[str, bytes]:
        """Return a picture as file name suffix and bytes of at most `limit`, as JPEG if need be."""
        data = await asyncio.to_thread(self.path(name).read_bytes)
        if len(data) <= limit:
            return Path(name).suffix, data
        async with self._checking:
            return ".jpg", await asyncio.to_thread(_as_jpeg, data, limit)

    async def delete(self, name: str) -> None:
        await asyncio.to_thread(self.path(name).unlink, missing_ok=True)

    async def delete_all_but(self, wanted: frozenset[str], *, untouched_for: float = 0.0) -> int:
        """Delete pictures that no row names and that are so many seconds old; count them."""
        return await delete_strays(self._folder, wanted=wanted, untouched_for=untouched_for)


def _verify(path: Path) -> str:
    """Decode the whole picture; returns the suffix of its format."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NotAPicture(f"{image.width}x{image.height} pixels")
            image.load()
            return _SUFFIXES[str(image.format)]
    except (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's, such as too many open files: no fault of the picture
        raise NotAPicture(type(error).__name__) from error
    except Image.DecompressionBombError as error:
        raise NotAPicture("decompression bomb") from error


def _as_jpeg(data: bytes, limit: int) -> bytes:
    """Return a JPEG of at most `limit` bytes: at a lower quality first, then with fewer pixels."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        picture = flatten(image)
    for quality in JPEG_QUALITIES:
        encoded = _encode(picture, quality)
        if len(encoded) <= limit:
            return encoded
    while len(encoded) > limit and max(picture.size) > SMALLEST_SIDE:
        picture = picture.reduce(2)
        encoded = _encode(picture, JPEG_QUALITIES[-1])
    return encoded


def _encode(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
