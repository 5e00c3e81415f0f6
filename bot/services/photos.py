"""Members' photos: checked, made upright, stripped of metadata, kept on disk for as long as needed.

The only module that decodes what a member sent. A photo is named by a random word; the job's row
is what ties it to a member.
"""

from __future__ import annotations

import asyncio
import errno
import io
import os
import secrets
from pathlib import Path

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from bot.errors import BoothClosed, ClosedReason, PhotoRejected
from faceswap.models import PhotoProblem

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LONGEST_SIDE = 2560  # pixels; no filter needs more, and the request stays small
JPEG_QUALITY = 92
DECODED_AT_ONCE = 2  # a 50-megapixel photo takes 150 MB while it is decoded

_DECODE_ERRORS = (OSError, SyntaxError, ValueError, EOFError, UnidentifiedImageError)


class PhotoStore:
    """The folder of normalised photos."""

    def __init__(self, folder: Path, *, max_bytes: int, max_pixels: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # nobody else on this machine is to see members' photos
        pi_heif.register_heif_opener()

    @property
    def max_bytes(self) -> int:
        return self._max_bytes

    async def add(self, data: bytes) -> str:
        """Check and keep a photo; returns its file name. Raises PhotoRejected, BoothClosed."""
        if len(data) > self._max_bytes:
            raise PhotoRejected(PhotoProblem.TOO_LARGE, max_bytes=self._max_bytes)
        async with self._decoding:
            normalised = await asyncio.to_thread(self._normalise, data)
            return await asyncio.to_thread(self._write, normalised)

    async def read(self, name: str) -> bytes:
        """Return a kept photo; FileNotFoundError when it is gone."""
        return await asyncio.to_thread((self._folder / name).read_bytes)

    def has(self, name: str | None) -> bool:
        return name is not None and (self._folder / name).is_file()

    async def copy(self, name: str) -> str:
        """Keep a photo a second time, so that two jobs can be forgotten one by one."""
        return await asyncio.to_thread(self._write, await self.read(name))

    async def delete(self, name: str) -> None:
        await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)

    async def delete_all_but(self, wanted: frozenset[str]) -> int:
        """Delete photos that no row names (a kill between file and row leaves such); count them."""
        strays = [path for path in self._folder.iterdir() if path.name not in wanted]
        for path in strays:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        return len(strays)

    def _normalise(self, data: bytes) -> bytes:
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                # The header tells the size: a decompression bomb is refused before it unfolds.
                if image.width * image.height > self._max_pixels:
                    raise PhotoRejected(PhotoProblem.TOO_LARGE, max_pixels=self._max_pixels)
                image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
                out = io.BytesIO()
                _flatten(upright).save(out, "JPEG", quality=JPEG_QUALITY)
        except Image.DecompressionBombError:
            raise PhotoRejected(PhotoProblem.TOO_LARGE, max_pixels=self._max_pixels) from None
        except _DECODE_ERRORS:
            raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE) from None
        return out.getvalue()

    def _write(self, data: bytes) -> str:
        name = f"{secrets.token_hex(16)}.jpg"
        unfinished = self._folder / f"{name}.part"
        try:
            with unfinished.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(self._folder / name)
        except OSError as error:
            unfinished.unlink(missing_ok=True)
            if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise BoothClosed(ClosedReason.DISK_FULL) from error
            raise BoothClosed(ClosedReason.STORAGE) from error
        return name


def _flatten(image: Image.Image) -> Image.Image:
    """Return the image as RGB, transparent parts on white."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return image.convert("RGB")
