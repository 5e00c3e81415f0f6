"""A small friendly rocket, drawn as a toy."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.pixels import Floats, blur, colour, mix

_TALL: Final = 600  # the drawing: 1.5 units high and 1 wide
_WIDE: Final = 400
_NOSE: Final = 145  # how far down the tip is coloured
_SHIFT: Final = 4  # OpenCV draws at sixteenths of a pixel


def paint_rocket(
    picture: Floats, *, centre: tuple[float, float], length: float, degrees: float,
    trim: str, fins: str,
) -> None:  # fmt: skip
    """Paint a rocket `length` pixels long, turned clockwise by `degrees`, in place."""
    colours, coverage = _drawing(trim, fins)
    scale = length / _TALL
    matrix = cv2.getRotationMatrix2D((_WIDE / 2, _TALL / 2), -degrees, scale)
    half = int(length * 0.75)
    matrix[:, 2] = matrix[:, 2] + np.array([half - _WIDE / 2, half - _TALL / 2])
    left, top = int(centre[0]) - half, int(centre[1]) - half
    height, width = picture.shape[:2]
    layer = np.dstack([colours * coverage[..., None], coverage])
    soft = blur(layer, max(0.1, 0.4 / scale))  # warpAffine samples without averaging
    turned = cv2.warpAffine(soft, matrix, (2 * half, 2 * half), flags=cv2.INTER_LINEAR)
    rows = slice(max(0, top), min(height, top + 2 * half))
    columns = slice(max(0, left), min(width, left + 2 * half))
    part = turned[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    picture[rows, columns] = picture[rows, columns] * (1 - part[..., 3:]) + part[..., :3]


def _drawing(trim: str, fins: str) -> tuple[Floats, Floats]:
    """Draw it upright: colours and coverage."""
    picture = np.zeros((_TALL, _WIDE, 3), np.float32)
    coverage = np.zeros((_TALL, _WIDE), np.float32)
    hull = _hull()
    parts = (
        (_flame(1.0), "#ff7a1c"),
        (_flame(0.6), "#ffe27a"),
        (_fin(-1), fins),
        (_fin(1), fins),
        (_box(160, 240, 395, 425), "#5a5f6b"),
        (hull, "#f2f4f8"),
        (hull[hull[:, 1] < _NOSE], trim),
        (_disc(200, 225, 46), trim),
        (_disc(200, 225, 33), "#7fd4ff"),
        (_disc(190, 213, 11), "#e8f8ff"),
        (_fin(0), fins),
    )
    for points, tint in parts:
        mask = _filled(points)
        picture = mix(picture, colour(tint), mask)
        coverage = np.maximum(coverage, mask)
    shade = np.linspace(0.85, -0.85, _WIDE, dtype=np.float32)
    light = np.float32(0.86) + np.float32(0.26) * shade
    return np.clip(picture * light[None, :, None], 0, 1), coverage


Points = NDArray[np.float64]


def _filled(points: Points) -> Floats:
    mask = np.zeros((_TALL, _WIDE), np.uint8)
    cv2.fillPoly(mask, [np.round(points * 2**_SHIFT).astype(np.int32)], 255, cv2.LINE_AA, _SHIFT)
    return mask.astype(np.float32) / np.float32(255)


def _hull() -> Points:
    """Outline of the body, from the tip down the right side and up the left."""
    down = np.linspace(0, 1, 60)
    half = 92 * np.sin(np.pi * (0.03 + 0.80 * down**0.75)) ** 0.8
    y = 30 + 370 * down
    right = np.stack([200 + half, y], axis=-1)
    return np.concatenate([right, right[::-1] * [-1, 1] + [400, 0]])


def _fin(side: int) -> Points:
    """Outline of the left (-1), right (1) or middle (0) fin."""
    if side == 0:
        return np.array([[200, 300], [213, 350], [213, 455], [200, 470], [187, 455], [187, 350]])
    corners = np.array([[70, 270], [150, 350], [160, 470], [110, 425], [60, 400]], np.float64)
    return corners * [side, 1] + [200, 0]


def _flame(size: float) -> Points:
    down = np.linspace(0, 1, 30)
    half = 42 * size * np.sqrt(1 - down) * (1 + 0.6 * np.sin(np.pi * down))
    y = 415 + 170 * size * down
    right = np.stack([200 + half, y], axis=-1)
    return np.concatenate([right, right[::-1] * [-1, 1] + [400, 0]])


def _box(left: float, right: float, top: float, bottom: float) -> Points:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float64)


def _disc(x: float, y: float, radius: float) -> Points:
    angle = np.linspace(0, 2 * np.pi, 48)
    return np.stack([x + radius * np.cos(angle), y + radius * np.sin(angle)], axis=-1)
