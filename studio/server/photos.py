"""Reads the photo of a request: base64 of its bytes, or a URL."""

from __future__ import annotations

import asyncio
import binascii
import re
from typing import Protocol

from faceswap.models import PhotoProblem
from studio.server.errors import Refusal, invalid_image
from studio.server.limits import PHOTO_BYTES

_URL = re.compile(r"\s*https?://", re.IGNORECASE)
_DATA_PREFIX = re.compile(r"\s*data:[^,]{0,200};base64,", re.IGNORECASE)
_PIECE = 256 * 1024  # characters decoded at a time, so that the event loop gets its turn


class Fetcher(Protocol):
    """Gets the bytes behind a URL; its second implementation refuses all."""

    async def fetch(self, text: str) -> bytes: ...


class NoFetcher:
    """Stands for the fetcher where photos may not be given as URLs."""

    async def fetch(self, text: str) -> bytes:  # noqa: ARG002 - part of the protocol
        raise invalid_image("This studio takes photos as base64 only, not as URLs.")


async def read_photo(text: str, *, fetcher: Fetcher) -> bytes:
    """Give the photo's bytes; raises a Refusal (INVALID_IMAGE) that says what is wrong."""
    if _URL.match(text):
        data = await fetcher.fetch(text.strip())
    else:
        data = await asyncio.to_thread(decode, text)
    if not data:
        raise invalid_image("The photo is empty.")
    return data


def decode(text: str) -> bytes:
    """Decode base64 strictly, after dropping a `data:` prefix and white space."""
    if prefix := _DATA_PREFIX.match(text):
        text = text[prefix.end() :]
    try:
        characters = text.encode("ascii").translate(None, b" \t\r\n\f\v")
    except UnicodeEncodeError:
        raise _not_base64() from None
    if len(characters) // 4 * 3 > PHOTO_BYTES + 2:
        megabytes = PHOTO_BYTES // 1024**2
        detail = f"The photo is too large: at most {megabytes} MB are taken."
        raise invalid_image(detail, PhotoProblem.TOO_LARGE)
    if len(characters) % 4 or b"=" in characters[:-2]:  # which no piece can see by itself
        raise _not_base64()
    pieces = range(0, len(characters), _PIECE)
    try:
        return b"".join(
            binascii.a2b_base64(characters[at : at + _PIECE], strict_mode=True) for at in pieces
        )
    except binascii.Error:
        raise _not_base64() from None


def _not_base64() -> Refusal:
    return invalid_image("The photo is neither valid base64 nor a URL.", PhotoProblem.NOT_AN_IMAGE)
