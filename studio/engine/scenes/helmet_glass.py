"""The glass of a helmet: what it mirrors, more towards its edge, and the sun's glints."""

from __future__ import annotations

import functools

import cv2
import numpy as np

from studio.engine.pixels import (
    Bytes,
    Floats,
    blur,
    coordinates,
    resize_bytes,
    smoothstep,
    to_floats,
)


def through_glass(inside: Floats, opening: Floats, mirrored: Bytes) -> Floats:
    """See the square around a helmet's opening through its glass."""
    side = opening.shape[0]
    reflection = to_floats(resize_bytes(mirrored, (side, side)))
    edge, glints = _edge(side), _glints(side)
    inside = inside + reflection * (edge * opening * np.float32(0.42))[..., None]
    light = glints[..., None] * opening[..., None] * np.array([1, 0.98, 0.94], np.float32)
    return 1 - (1 - np.clip(inside, 0, 1)) * (1 - light)


@functools.lru_cache(maxsize=8)
def _edge(side: int) -> Floats:
    """Glass mirrors more where it is seen at a flat angle."""
    x, y = coordinates((side, side))
    distance = np.hypot(x / np.float32(side / 2) - 1, y / np.float32(side / 2) - 1)
    return np.float32(0.06) + smoothstep(0.45, 0.95, distance) ** 2


@functools.lru_cache(maxsize=8)
def _glints(side: int) -> Floats:
    """Draw the sun's long glint at the upper left, and a short one opposite."""
    plane = np.zeros((side, side), np.float32)
    middle, radius = (side // 2, side // 2), side / 2
    for share, first, last, strength, width in (
        (0.80, 200, 258, 1.0, 0.060),
        (0.70, 206, 238, 0.55, 0.022),
        (0.82, 24, 48, 0.5, 0.030),
    ):
        axes = (round(radius * share), round(radius * share))
        thickness = max(1, round(radius * width))
        cv2.ellipse(plane, middle, axes, 0, first, last, strength, thickness, cv2.LINE_AA)
    return blur(plane, side * 0.011) * np.float32(0.42)
