"""Where a person goes on a canvas so that no edge at which the photo ends shows as a cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from studio.engine.faces import Face
from studio.engine.pixels import Floats, Size, coordinates, smoothstep

_PERSON: Final = 0.35  # a matte above this at the photo's border means: the person goes on outside
_GROWTH: Final = 1.03  # step by which a person is enlarged until the cuts lie outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How a person should stand in a window; fractions of its width and height."""

    face_height: float  # forehead to chin, as desired
    tallest: float  # the most it may be enlarged to, to push cuts outside
    centre: tuple[float, float]  # of the face
    slack: tuple[float, float]  # how far the centre may move aside and up or down


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Photo to canvas: multiply by `scale`, then add (`left`, `top`)."""

    scale: float
    left: float
    top: float
    hides_cuts: bool


def place(face: Face, matte: Floats, *, window: Size, framing: Framing) -> Placement:
    """Choose the smallest enlargement at which all cuts are outside; else the largest allowed."""
    desired = framing.face_height * window[1] / face.height
    largest = framing.tallest * window[1] / face.height
    scale = desired
    while True:
        placement = _centred(face, matte, window=window, framing=framing, scale=scale)
        if placement.hides_cuts or scale >= largest:
            return placement
        scale = min(scale * _GROWTH, largest)


def _centred(
    face: Face, matte: Floats, *, window: Size, framing: Framing, scale: float
) -> Placement:
    """Move as little as possible from the desired centre to hide the cuts at this scale."""
    (width, height), (photo_height, photo_width) = window, matte.shape
    x, y = face.centre
    left = framing.centre[0] * width - x * scale
    top = framing.centre[1] * height - y * scale
    slack_x, slack_y = framing.slack[0] * width, framing.slack[1] * height

    hides = True
    cut_top = bool((matte[0] > _PERSON).any())
    cut_bottom = bool((matte[-1] > _PERSON).any())
    low = height - photo_height * scale if cut_bottom else -np.inf
    high = 0.0 if cut_top else np.inf
    moved_top, fits = _nearest(top, low=low, high=high, slack=slack_y)
    hides &= fits

    first = max(0, int(-moved_top / scale))
    last = min(photo_height, int((height - moved_top) / scale) + 1)
    cut_left = bool((matte[first:last, 0] > _PERSON).any())
    cut_right = bool((matte[first:last, -1] > _PERSON).any())
    low = width - photo_width * scale if cut_right else -np.inf
    high = 0.0 if cut_left else np.inf
    moved_left, fits = _nearest(left, low=low, high=high, slack=slack_x)
    hides &= fits
    return Placement(scale=scale, left=moved_left, top=moved_top, hides_cuts=hides)


def _nearest(wanted: float, *, low: float, high: float, slack: float) -> tuple[float, bool]:
    """Go to the value nearest to `wanted` in [low, high], by `slack` at most; was that enough."""
    if low > high:
        middle = (low + high) / 2
        return min(max(middle, wanted - slack), wanted + slack), False
    value = min(max(wanted, low), high)
    limited = min(max(value, wanted - slack), wanted + slack)
    return limited, abs(limited - value) < 1


def fade_cuts(
    placement: Placement,
    *,
    face: Face,
    photo: tuple[int, ...],
    size: Size,
    aside: float = 0.22,
) -> Floats:
    """Let a person dissolve towards the photo's edges; 1 is untouched.

    `photo` is its shape, `aside` how many face heights the dissolving takes at the sides.
    """
    x, y = coordinates(size)
    unit = np.float32(face.height * placement.scale)
    left = (x - np.float32(placement.left)) / unit
    right = (np.float32(placement.left + photo[1] * placement.scale) - x) / unit
    bottom = (np.float32(placement.top + photo[0] * placement.scale) - y) / unit
    top = (y - np.float32(placement.top)) / unit
    sides = smoothstep(0.0, aside, np.minimum(left, right))
    return sides * smoothstep(0.0, 0.45, bottom) * smoothstep(0.0, 0.20, top)
