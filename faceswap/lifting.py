"""JSON with huge strings, read without holding them: each is left where it is, known by place."""

from __future__ import annotations

import json
import mmap
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

_LONG = 4096
_SKELETON_BYTES = 2**20
_PIECE = 2**18
_BACKSLASH = ord("\\")

Source = bytes | mmap.mmap


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A parsed answer in which a token stands for each long string."""

    value: object
    places: dict[str, tuple[int, int]]  # token → first byte, byte after the last
    source: Source

    def length(self, text: str) -> int:
        start, end = self.places.get(text, (0, len(text)))
        return end - start

    def pieces(self, text: str) -> Iterator[bytes]:
        """Give the bytes of a string of this document, of a long one bit by bit.

        ValueError if they are not ASCII, or escaped in a way JSON does not know.
        """
        if text not in self.places:
            yield text.encode("ascii")
            return
        start, end = self.places[text]
        while start < end:
            piece = self.source[start : min(start + _PIECE, end)]
            start += len(piece)
            if b"\\" in piece:
                if start < end:
                    cut = _before_a_torn_escape(piece)
                    start -= len(piece) - cut
                    piece = piece[:cut]
                piece = json.loads(b'"%b"' % piece, strict=False).encode("ascii")
            yield piece


def read_lifting(source: Source) -> Document:
    """Parse JSON; ValueError if it is none, or if it is large without its long strings."""
    nonce = secrets.token_hex(8)  # so that no string of the answer can pass for a token
    places: dict[str, tuple[int, int]] = {}
    skeleton: list[bytes] = []
    size = copied = 0
    for start, end in _long_strings(source):
        token = f"{nonce}-{len(places)}"
        places[token] = (start, end)
        size += start - copied + len(token)
        _check_size(size)
        skeleton += (source[copied:start], token.encode())
        copied = end
    _check_size(size + len(source) - copied)
    skeleton.append(source[copied:])
    try:
        value = json.loads(b"".join(skeleton), strict=False)
    except RecursionError as error:
        raise ValueError("JSON nested too deeply") from error
    return Document(value=value, places=places, source=source)


def _check_size(size: int) -> None:
    if size > _SKELETON_BYTES:
        raise ValueError("too much JSON beside the pictures")


def _long_strings(source: Source) -> Iterator[tuple[int, int]]:
    opening = source.find(b'"')
    while opening != -1:
        closing = source.find(b'"', opening + 1)
        while closing != -1 and _is_escaped(source, closing):
            closing = source.find(b'"', closing + 1)
        if closing == -1:
            raise ValueError("a string without an end")
        if closing - opening > _LONG:
            yield opening + 1, closing
        opening = source.find(b'"', closing + 1)


def _is_escaped(source: Source, position: int) -> bool:
    first = position
    while source[first - 1] == _BACKSLASH:
        first -= 1
    return (position - first) % 2 == 1


def _before_a_torn_escape(piece: bytes) -> int:
    """Find where to cut so that no escape is torn; a doubled backslash is no base64 anyway."""
    last = piece.rfind(b"\\")
    needed = 6 if piece[last + 1 : last + 2] == b"u" else 2
    return last if len(piece) - last < needed else len(piece)
