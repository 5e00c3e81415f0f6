"""Real PNG files of any size, made without an imaging library."""

from __future__ import annotations

import random
import struct
import zlib


def png(
    *,
    width: int = 8,
    height: int = 12,
    colour: tuple[int, int, int] = (200, 80, 40),
    at_least_bytes: int = 0,
) -> bytes:
    """Make a PNG of one colour; a chunk that readers skip fills it up to `at_least_bytes`."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\x00" + bytes(colour) * width) * height
    chunks = [_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows)), _chunk(b"IEND", b"")]
    signature = b"\x89PNG\r\n\x1a\n"
    missing = at_least_bytes - len(signature) - sum(map(len, chunks))
    if missing > 0:
        chunks.insert(1, _chunk(b"fiLl", random.Random(missing).randbytes(missing)))
    return signature + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
