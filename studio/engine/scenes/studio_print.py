"""What surrounds the person on an old print: the painted backdrop, the oval, the wear."""

from __future__ import annotations

import functools

import cv2
import numpy as np

from studio.engine.pixels import Floats, Size, blur, coordinates, noise, smoothstep


@functools.lru_cache(maxsize=4)
def backdrop(size: Size) -> Floats:
    """Paint a studio's canvas backdrop with a pool of light: height x width, 0..1."""
    rng = np.random.default_rng(5)
    clouds = noise(size, cells=3, octaves=5, rng=rng)
    x, y = coordinates(size)
    across, down = x / size[0] - np.float32(0.5), y / size[1] - np.float32(0.38)
    pool = np.exp(-((across / np.float32(0.42)) ** 2 + (down / np.float32(0.36)) ** 2))
    return ((0.18 + 0.42 * clouds) * (0.42 + 1.05 * pool)).astype(np.float32)


@functools.lru_cache(maxsize=4)
def oval(size: Size) -> Floats:
    """Where the photograph is printed, softly ending in an oval: 1 inside, 0 outside."""
    x, y = coordinates(size)
    across = (x / size[0] - np.float32(0.5)) / np.float32(0.50)
    down = (y / size[1] - np.float32(0.475)) / np.float32(0.51)
    return smoothstep(1.0, 0.80, np.hypot(across, down))


@functools.lru_cache(maxsize=4)
def ageing(size: Size) -> tuple[Floats, Floats]:
    """Wear a print for a century: a factor (stains), and an amount of white (scratches)."""
    width, height = size
    rng = np.random.default_rng(18)
    stains = 1 - np.float32(0.09) * smoothstep(0.53, 0.70, noise(size, cells=4, octaves=5, rng=rng))
    specks = np.zeros((height, width), np.uint8)
    for _ in range(70):
        spot = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.circle(
            specks, spot, int(rng.integers(1, 4)), int(rng.integers(60, 200)), -1, cv2.LINE_AA
        )
    scratches = np.zeros((height, width), np.uint8)
    for _ in range(12):
        start = np.array([rng.integers(width), rng.integers(height)])
        steps = rng.normal((0, 14), (1.6, 5), (7, 2)).cumsum(axis=0)
        line = np.round(start + steps).astype(np.int32)
        cv2.polylines(scratches, [line], isClosed=False, color=190, lineType=cv2.LINE_AA)
    foxing = blur(specks.astype(np.float32) / np.float32(255), 0.8) * np.float32(0.35)
    return stains * (1 - foxing), blur(scratches.astype(np.float32) / np.float32(255), 0.6)
