"""Frames brought to the shape of an event's pictures, kept for the next one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from PIL import Image

from bot.services.events.artwork import load
from bot.services.events.openings import Box, find_openings
from bot.services.events.stretching import reshape

KEPT = 3  # some 9 MB each; an event's pictures have one shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Lining:
    """A frame at the size of a picture, and the box in which the picture is seen."""

    image: Image.Image
    opening: Box


class Linings:
    """The latest few; two threads that miss the same one both make it, which does no harm."""

    def __init__(self) -> None:
        self._kept: dict[tuple[bytes, tuple[int, int]], Lining] = {}

    def of(self, frame: bytes, size: tuple[int, int]) -> Lining:
        """Return a frame at this size."""
        key = (hashlib.blake2b(frame).digest(), size)
        lining = self._kept.pop(key, None) or _make(frame, size)
        self._kept[key] = lining
        for oldest in list(self._kept)[:-KEPT]:
            self._kept.pop(oldest, None)
        return lining


def _make(frame: bytes, size: tuple[int, int]) -> Lining:
    image = reshape(load(frame), size)
    left, top, right, bottom = find_openings(image).box
    is_open = right > left and bottom > top
    return Lining(image=image, opening=(left, top, right, bottom) if is_open else (0, 0, *size))
