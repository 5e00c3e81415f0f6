"""Small printed ornaments: scrolls, flowers, stars."""

from __future__ import annotations

import enum

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.pixels import Floats, Size

_SHIFT = 4  # OpenCV draws at sixteenths of a pixel

Points = NDArray[np.float64]


class Ornament(enum.Enum):
    """What is printed beside the words of a mount card."""

    SCROLL = "scroll"
    FLOWER = "flower"
    STAR = "star"


def ornament_mask(
    ornament: Ornament, *, size: Size, centre: tuple[float, float], width: float, flip: float
) -> Floats:
    """Draw an ornament `width` pixels wide: coverage 0..1; `flip` -1 hangs it upside down."""
    mask = np.zeros((size[1], size[0]), np.uint8)
    thickness = max(1, round(width * 0.010))
    for stroke in _scrolls():
        _draw(mask, stroke, centre=centre, width=width, flip=flip, thickness=thickness)
    for shape in _heart(ornament):
        _draw(mask, shape, centre=centre, width=width, flip=flip, thickness=0)
    return mask.astype(np.float32) / np.float32(255)


def _draw(
    mask: NDArray[np.uint8],
    points: Points,
    *,
    centre: tuple[float, float],
    width: float,
    flip: float,
    thickness: int,
) -> None:
    """Draw a line, or fill a shape if `thickness` is 0; `points` lie in -0.5..0.5."""
    placed = np.array(centre) + points * np.array([1, flip]) * width
    fixed = np.round(placed * 2**_SHIFT).astype(np.int32)
    if thickness:
        cv2.polylines(
            mask, [fixed], isClosed=False, color=255, thickness=thickness,
            lineType=cv2.LINE_AA, shift=_SHIFT,
        )  # fmt: skip
    else:
        cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)


def _scrolls() -> list[Points]:
    """Two pairs of spirals that leave the middle to both sides."""
    strokes = []
    for reach, lift, turns in ((0.43, 0.09, 1.5), (0.24, -0.10, 1.3)):
        right = _spiral(reach=reach, lift=lift, turns=turns)
        strokes += [right, right * np.array([-1, 1])]
    return strokes


def _spiral(*, reach: float, lift: float, turns: float) -> Points:
    """Swing out from the middle and curl up at `reach`."""
    t = np.linspace(0, 1, 30)
    stem = np.stack([0.07 + (reach - 0.07) * t, lift * np.sin(np.pi * t) * 0.9], axis=-1)
    angle = np.linspace(0, turns * 2 * np.pi, 70)
    radius = 0.062 * (1 - np.linspace(0, 0.72, 70))
    side = -np.sign(lift)
    curl = np.stack(
        [reach + radius * np.sin(angle), side * (0.062 - radius * np.cos(angle))], axis=-1
    )
    return np.concatenate([stem, curl])


def _heart(ornament: Ornament) -> list[Points]:
    """Build the shapes in the middle."""
    if ornament is Ornament.STAR:
        return [_star(points=5, outer=0.075, inner=0.031)]
    if ornament is Ornament.FLOWER:
        petals = [_disc(0.030, at=(0.052 * np.sin(a), -0.052 * np.cos(a))) for a in _fifths()]
        return [*petals, _disc(0.016, at=(0, 0))]
    return [_star(points=4, outer=0.07, inner=0.022)]


def _fifths() -> Points:
    return np.arange(5) * 2 * np.pi / 5


def _star(*, points: int, outer: float, inner: float) -> Points:
    angle = np.arange(2 * points) * np.pi / points
    radius = np.where(np.arange(2 * points) % 2, inner, outer)
    return np.stack([radius * np.sin(angle), -radius * np.cos(angle)], axis=-1)


def _disc(radius: float, *, at: tuple[float, float]) -> Points:
    angle = np.linspace(0, 2 * np.pi, 40)
    return np.array(at) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=-1)
