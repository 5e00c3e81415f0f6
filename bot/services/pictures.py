"""Finished pictures: verified when they arrive, kept on disk until they are posted.

A picture is named after its job, so that a kill between file and row loses and doubles nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from bot.services.sizes import FORMATS, SUFFIXES, Sized, fit
from bot.services.strays import delete_strays

MAX_PIXELS = 50_000_000


class NotAPicture(Exception):
    """What the API sent cannot be decoded, or is larger than anyone would post."""


class PictureStore:
    """The folder of finished pictures, and within it those of downloads and of smaller copies."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.arrivals = folder / "arriving"
        self._checking = asyncio.Semaphore(2)
        self._smaller = folder / "smaller"
        for within in (self.arrivals, self._smaller):
            shutil.rmtree(within, ignore_errors=True)
            within.mkdir(parents=True)
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

    async def within(self, name: str, limit: int) -> Sized:
        """Return a picture in at most `limit` bytes, smaller than it is if need be.

        What had to be encoded is kept as a copy, so that the next place that takes as much does
        not have it encoded again. OSError when the picture is gone.
        """
        ready = await asyncio.to_thread(self._find_within, name, limit)
        if ready is not None:
            return ready
        async with self._checking:
            return await asyncio.to_thread(self._make_within, name, limit)

    async def size(self, name: str) -> int:
        """Return how many bytes a picture has; OSError when it is gone."""
        return (await asyncio.to_thread(self.path(name).stat)).st_size

    async def delete(self, name: str) -> None:
        """Delete a picture, and its smaller copies; it may be gone already."""
        await asyncio.to_thread(self._delete, name)

    async def delete_all_but(self, wanted: frozenset[str], *, untouched_for: float = 0.0) -> int:
        """Delete pictures that no row names and that are so many seconds old; count them."""
        return await delete_strays(self._folder, wanted=wanted, untouched_for=untouched_for)

    def _find_within(self, name: str, limit: int) -> Sized | None:
        path = self.path(name)
        if path.stat().st_size <= limit:
            return Sized(suffix=path.suffix, whole=True, data=path.read_bytes())
        for copy in self._copies(name):
            # Made for more and small enough for less: what would be made for less, too.
            made_for = int(copy.stem.partition("-")[2])
            if made_for >= limit >= copy.stat().st_size:
                is_png = copy.suffix == SUFFIXES["PNG"]
                return Sized(suffix=copy.suffix, whole=is_png, data=copy.read_bytes())
        return None

    def _make_within(self, name: str, limit: int) -> Sized:
        sized = fit(self.path(name).read_bytes(), limit=limit)
        copy = self._smaller / f"{Path(name).stem}-{limit}{sized.suffix}"
        with contextlib.suppress(OSError):  # it only saves time
            unfinished = copy.with_suffix(".part")
            unfinished.write_bytes(sized.data)
            unfinished.replace(copy)
        return sized

    def _copies(self, name: str) -> list[Path]:
        return [
            copy
            for copy in self._smaller.glob(f"{Path(name).stem}-*")
            if copy.suffix in SUFFIXES.values()
        ]

    def _delete(self, name: str) -> None:
        for path in (self.path(name), *self._copies(name)):
            path.unlink(missing_ok=True)


def _verify(path: Path) -> str:
    """Decode the whole picture; returns the suffix of its format."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NotAPicture(f"{image.width}x{image.height} pixels")
            image.load()
            return SUFFIXES[str(image.format)]
    except (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's, such as too many open files: no fault of the picture
        raise NotAPicture(type(error).__name__) from error
    except Image.DecompressionBombError as error:
        raise NotAPicture("decompression bomb") from error
