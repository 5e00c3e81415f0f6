"""Members' photos: normalised, and kept on disk for as long as they are needed.

A photo is named by a random word; the job's row is what ties it to a member.
"""

from __future__ import annotations

import asyncio
import errno
import os
import secrets
import sys
from asyncio.subprocess import DEVNULL, PIPE
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from bot.errors import BoothClosed, ClosedReason, PhotoRejected
from bot.services.normalising import EXIT_CODES, normalise
from bot.services.room import Room
from bot.services.strays import delete_strays
from faceswap.models import PhotoProblem

DECODED_AT_ONCE = 2  # a 50-megapixel photo takes 150 MB while it is decoded
DECODE_SECONDS = 30.0
ROOM_BYTES = 32 * 2**20  # for photos on their way to the disk: one of the largest, or many small

_HEIF_MARK = b"ftyp"  # at the fifth byte; no other format that is taken has it


class PhotoStore:
    """The folder of normalised photos."""

    def __init__(self, folder: Path, *, max_bytes: int, max_pixels: int) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)
        self._room = Room(ROOM_BYTES)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # nobody else on this machine is to see members' photos

    @property
    def max_bytes(self) -> int:
        return self._max_bytes

    def room(self, size: int) -> AbstractAsyncContextManager[None]:
        """Wait for room to have a photo of so many bytes in memory; to be held until it is kept."""
        return self._room.taken(size)

    async def add(self, data: bytes) -> str:
        """Check and keep a photo; returns its file name. Raises PhotoRejected, BoothClosed."""
        if len(data) > self._max_bytes:
            raise PhotoRejected(PhotoProblem.TOO_LARGE, max_bytes=self._max_bytes)
        async with self._decoding:
            normalised = await self._normalise(data)
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

    async def delete_all_but(self, wanted: frozenset[str], *, untouched_for: float = 0.0) -> int:
        """Delete photos that no row names and that are so many seconds old; count them."""
        return await delete_strays(self._folder, wanted=wanted, untouched_for=untouched_for)

    async def _normalise(self, data: bytes) -> bytes:
        if data[4:8] == _HEIF_MARK:
            return await _normalise_apart(data, max_pixels=self._max_pixels)
        return await asyncio.to_thread(normalise, data, max_pixels=self._max_pixels)

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


async def _normalise_apart(data: bytes, *, max_pixels: int) -> bytes:
    """Normalise a photo in a process of its own: one byte can make the HEIF decoder crash."""
    command = (sys.executable, "-m", "bot.services.normalising", str(max_pixels))
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
    )
    try:
        async with asyncio.timeout(DECODE_SECONDS):
            normalised, _ = await process.communicate(data)
    except TimeoutError:
        raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE) from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode == EXIT_CODES[PhotoProblem.TOO_LARGE]:
        raise PhotoRejected(PhotoProblem.TOO_LARGE, max_pixels=max_pixels)
    if process.returncode != 0:
        raise PhotoRejected(PhotoProblem.NOT_AN_IMAGE)
    return normalised
