"""Pictures of an event in the few sizes that a wall asks for, made once and kept beside them.

A kept copy is named after its picture's file and size; who deletes a picture deletes its copies.
The folder is bounded, and may be deleted at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from PIL import Image

from bot.services.normalising import flatten

# The longest side in pixels: a tile of the mosaic, a large tile or a phone, the spotlight.
SIZES = {"s": 480, "m": 960, "l": 1600}
FOLDER = "wall"  # below the event's
MOST_BYTES = 256 * 2**20  # of an event; then the copies that were made first are deleted
AT_ONCE = 2

_QUALITY = 80
_METHOD = 3  # of 6: twice as fast as the default, and hardly larger


class Renditions:
    """Makes the sizes; each but once, however many ask for it at the same time."""

    def __init__(self) -> None:
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._underway: dict[Path, asyncio.Task[None]] = {}

    async def get(self, picture: Path, *, size: str) -> Path:
        """Return the file of a picture in this size; OSError when the picture is gone."""
        kept = _kept(picture, size=size)
        if not await asyncio.to_thread(kept.exists):
            making = self._underway.get(kept)
            if making is None:
                making = asyncio.create_task(self._make(picture, kept, longest=SIZES[size]))
                self._underway[kept] = making
                making.add_done_callback(lambda _: self._underway.pop(kept))
            await asyncio.shield(making)
        return kept

    async def _make(self, picture: Path, kept: Path, *, longest: int) -> None:
        async with self._at_once:
            await asyncio.to_thread(_make, picture, kept, longest=longest)


def _kept(picture: Path, *, size: str) -> Path:
    return picture.parent / FOLDER / f"{picture.stem}-{size}.webp"


def _make(picture: Path, kept: Path, *, longest: int) -> None:
    with Image.open(picture) as image:
        image.draft("RGB", (longest, longest))
        small = flatten(image)
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    unfinished = kept.with_suffix(".part")
    small.save(unfinished, "WEBP", quality=_QUALITY, method=_METHOD)
    unfinished.replace(kept)
    if not picture.exists():  # removed meanwhile, and its copies with it
        kept.unlink(missing_ok=True)
        raise FileNotFoundError(picture)
    _bound(kept.parent, keep=kept)


def _bound(folder: Path, *, keep: Path) -> None:
    """Delete the oldest copies of a folder that has become too large."""
    copies = []
    for path in folder.glob("*.webp"):
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            copies.append((status.st_mtime_ns, status.st_size, path))
    too_many = sum(size for _, size, _ in copies) - MOST_BYTES
    for _, size, path in sorted(copies):
        if too_many <= 0:
            return
        if path != keep:
            path.unlink(missing_ok=True)
            too_many -= size
