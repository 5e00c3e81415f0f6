"""Finished pictures: verified when they arrive, kept on disk until they are posted.

A picture is named after its job, so that a kill between file and row loses and doubles nothing.
The row names the first of several, `7.png`; the others, `7_2.png` and so on, go where it goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from bot.services.sizes import FORMATS, SUFFIXES, Sized, fit
from bot.services.strays import delete_strays

MAX_PIXELS = 50_000_000
MOST_PICTURES = 10  # of one job: as many as a message can show

_log = logging.getLogger(__name__)


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

    async def keep(self, arrived: Path, *, job_id: int, number: int = 1) -> str:
        """Verify a downloaded picture and keep it; returns its name. Raises NotAPicture."""
        async with self._checking:
            suffix = await asyncio.to_thread(_verify, arrived)
        name = f"{job_id}{suffix}" if number == 1 else f"{job_id}_{number}{suffix}"
        await asyncio.to_thread(arrived.replace, self._folder / name)
        return name

    async def keep_all(self, arrived: Sequence[Path], *, job_id: int) -> str:
        """Keep what came, as many pictures as a message can show; returns the first one's name.

        One that is broken must not cost the others, which are paid for. NotAPicture: none is good.
        """
        names: list[str] = []
        broken = []
        for path in arrived:
            if len(names) == MOST_PICTURES:
                break
            try:
                names.append(await self.keep(path, job_id=job_id, number=len(names) + 1))
            except NotAPicture as error:
                broken.append(error)
        if not names:
            raise broken[-1]
        for problem in broken:
            _log.warning("Job %d: one of its pictures cannot be used: %s", job_id, problem)
        return names[0]

    def path(self, name: str) -> Path:
        return self._folder / name

    async def all_within(self, name: str, *, each: int, together: int) -> tuple[Sized, ...]:
        """Return all pictures of a job, each and together small enough; raises as `within`."""
        names = await asyncio.to_thread(self._all_of, name)
        limit = min(each, together // len(names))
        return tuple([await self.within(one, limit) for one in names])

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

    async def sizes(self, name: str) -> tuple[int, ...]:
        """Return how many bytes each picture of a job has; OSError when the first is gone."""
        names = await asyncio.to_thread(self._all_of, name)
        return tuple([(await asyncio.to_thread(self.path(one).stat)).st_size for one in names])

    async def delete(self, name: str) -> None:
        """Delete a job's pictures, and their smaller copies; they may be gone already."""
        await asyncio.to_thread(self._delete, name)

    async def delete_all_but(self, wanted: frozenset[str], *, untouched_for: float = 0.0) -> int:
        """Delete pictures that no row names and that are so many seconds old; count them."""
        others = await asyncio.to_thread(self._others, {Path(name).stem for name in wanted})
        names = wanted | {path.name for path in others}
        return await delete_strays(self._folder, wanted=names, untouched_for=untouched_for)

    def _all_of(self, name: str) -> list[str]:
        others = self._others({Path(name).stem})
        others.sort(key=lambda path: int(path.stem.partition("_")[2]))
        return [name, *(path.name for path in others)]

    def _others(self, jobs: AbstractSet[str]) -> list[Path]:
        return [path for path in self._folder.glob("*_*") if path.stem.partition("_")[0] in jobs]

    def _find_within(self, name: str, limit: int) -> Sized | None:
        path = self.path(name)
        if path.stat().st_size <= limit:
            return Sized(suffix=path.suffix, whole=True, content=path)
        for copy in self._copies(name):
            # Made for more and small enough for less: what would be made for less, too.
            made_for = int(copy.stem.partition("-")[2])
            if made_for >= limit >= copy.stat().st_size:
                is_png = copy.suffix == SUFFIXES["PNG"]
                return Sized(suffix=copy.suffix, whole=is_png, content=copy)
        return None

    def _make_within(self, name: str, limit: int) -> Sized:
        sized = fit(self.path(name).read_bytes(), limit=limit)
        copy = self._smaller / f"{Path(name).stem}-{limit}{sized.suffix}"
        with contextlib.suppress(OSError):  # it only saves time
            unfinished = copy.with_suffix(".part")
            unfinished.write_bytes(sized.data)
            unfinished.replace(copy)
            return replace(sized, content=copy)
        return sized

    def _copies(self, name: str) -> list[Path]:
        return [
            copy
            for copy in self._smaller.glob(f"{Path(name).stem}-*")
            if copy.suffix in SUFFIXES.values()
        ]

    def _delete(self, name: str) -> None:
        for one in self._all_of(name):
            for path in (self.path(one), *self._copies(one)):
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
