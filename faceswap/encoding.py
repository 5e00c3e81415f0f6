"""Base64 in and out, piece by piece: no photo or picture is ever held as one long string."""

from __future__ import annotations

import asyncio
import binascii
import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

_STRIDE = 3 * 2**15  # a multiple of three, so that encoded pieces join without padding
_WHITE_SPACE = b" \t\r\n\v\f"
_QUOTES = b"\"'"
_DATA_PREFIX = re.compile(rb"data:[\w.+/;=-]{0,100};base64,", re.IGNORECASE)


class StreamedBody:
    """A JSON object whose `base64` field is encoded while it is sent; its length is known before.

    `started` says whether a piece was ever asked for, which happens once a connection stands.
    """

    def __init__(self, fields: Mapping[str, str | int], *, photo: bytes | str | None) -> None:
        self.started = False
        self._photo = photo if isinstance(photo, bytes) else b""
        if isinstance(photo, bytes):
            others = ", ".join(f"{json.dumps(name)}: {json.dumps(fields[name])}" for name in fields)
            self._before = b'{"base64": "'
            self._after = f'", {others}}}'.encode()
        else:
            address = {} if photo is None else {"base64": photo}
            self._before = json.dumps({**address, **fields}).encode()
            self._after = b""

    @property
    def length(self) -> int:
        encoded = (len(self._photo) + 2) // 3 * 4
        return len(self._before) + encoded + len(self._after)

    async def pieces(self) -> AsyncIterator[bytes]:
        self.started = True
        yield self._before
        view = memoryview(self._photo)
        for start in range(0, len(view), _STRIDE):
            yield binascii.b2a_base64(view[start : start + _STRIDE], newline=False)
            await asyncio.sleep(0)  # a fast connection never makes the writer wait
        if self._after:
            yield self._after


def decode(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Decode strictly what is left without a data: prefix, outer quotes and white space.

    ValueError if that is not standard, padded base64.
    """
    rest = b""
    at_start = True
    for piece in pieces:
        rest += piece.translate(None, _WHITE_SPACE)
        if at_start:
            rest = _without_prefix(rest)
            at_start = not rest
        whole = (len(rest) - 8) // 4 * 4  # the last ones wait: only the end may hold = or a quote
        if whole > 0:
            yield _decoded(rest[:whole], may_end=False)
            rest = rest[whole:]
    yield _decoded(rest.rstrip(_QUOTES), may_end=True)


def _without_prefix(text: bytes) -> bytes:
    text = text.lstrip(_QUOTES)
    if found := _DATA_PREFIX.match(text):
        return text[found.end() :]
    return text


def _decoded(text: bytes, *, may_end: bool) -> bytes:
    if not may_end and b"=" in text:
        raise ValueError("base64 goes on after its end")
    if len(text) % 4 or text.endswith(b"==="):  # even strict binascii lets ABCD=== pass
        raise ValueError("base64 with wrong padding")
    return binascii.a2b_base64(text, strict_mode=True)
