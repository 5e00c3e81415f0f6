"""Reading an answer's body within bounds of size and time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import aiohttp

from faceswap.answers import read_retry_after

PIECE_BYTES = 2**17
_ERROR_BYTES = 2**16
_ERROR_SECONDS = 5.0


async def read_bounded(response: aiohttp.ClientResponse, *, limit: int) -> bytes:
    """Read a whole body; ValueError if it is larger than `limit`."""
    body = bytearray()
    async for piece in response.content.iter_chunked(PIECE_BYTES):
        body += piece
        if len(body) > limit:
            raise ValueError(f"an answer above {limit} bytes")
    return bytes(body)


async def read_error_text(response: aiohttp.ClientResponse) -> str:
    """Read what there is of an error's body: its status was said already, so no failure counts."""
    body = bytearray()
    try:
        async with asyncio.timeout(_ERROR_SECONDS):
            async for piece in response.content.iter_chunked(_ERROR_BYTES):
                body += piece
                if len(body) >= _ERROR_BYTES:
                    break
    except (aiohttp.ClientError, OSError, RuntimeError):
        pass
    return body[:_ERROR_BYTES].decode("utf-8", "replace")


def retry_after(response: aiohttp.ClientResponse) -> float | None:
    """Say how many seconds the API wants us to wait, if it does."""
    return read_retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
