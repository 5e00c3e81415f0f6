"""Mist, snowfall and water: what lies over a scene, and what mirrors it."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from studio.engine.pixels import Floats, blur, colour, coordinates, mix, noise, resize, smoothstep
from studio.engine.sketch.light import Sky


def lay_mist(canvas: Floats, *, row: float, sky: Sky, amount: float) -> Floats:
    """Lay a band of haze over the canvas around a row."""
    height, width = canvas.shape[:2]
    thick = height * 0.055
    first, last = (int(np.clip(row + side * 2.6 * thick, 0, height)) for side in (-1, 1))
    _, rows = coordinates((width, height))
    band = np.exp(-(((rows[first:last] - np.float32(row)) / np.float32(thick)) ** 2))
    result = canvas.copy()
    result[first:last] = mix(
        canvas[first:last],
        colour(sky.light.haze),
        np.repeat(band * np.float32(amount), width, axis=1),
    )
    return result


def let_it_snow(canvas: Floats, *, rng: np.random.Generator) -> Floats:
    """Let flakes fall: many small ones far away, a few large ones close by."""
    height, width = canvas.shape[:2]
    flakes = np.zeros((height, width), np.float32)
    for count, size in ((2600, 1.4), (700, 2.6), (140, 5.5)):
        layer = np.zeros_like(flakes)
        rows, columns = rng.integers(height, size=count), rng.integers(width, size=count)
        layer[rows, columns] = rng.uniform(0.5, 1.0, count)
        flakes = np.maximum(flakes, blur(layer, size) * np.float32(size * size * 6.5))
    return mix(canvas, np.ones(3, np.float32), np.clip(flakes, 0, 1) * np.float32(0.85))


def reflect(canvas: Floats, sky: Sky, *, row: int, rng: np.random.Generator) -> Floats:
    """Turn everything below a row into water that mirrors what is above it."""
    height, width = canvas.shape[:2]
    depth = height - row
    mirrored = resize(np.ascontiguousarray(canvas[:row][::-1]), (width, depth))
    x, y = coordinates((width, depth))
    near = y / np.float32(depth)
    waves = resize(noise((width // 4, depth * 3), cells=7, octaves=4, rng=rng), (width, depth))
    swell = (waves - np.float32(0.5)) * (np.float32(0.12) + near) * np.float32(height * 0.10)
    water = cv2.remap(
        mirrored,
        (x + swell * np.float32(0.6)).astype(np.float32),
        np.clip(y + swell, 0, depth - 1).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    deep = mix(colour(sky.light.sky[0][1]), colour(sky.light.ground), 0.35)
    water = mix(cast(Floats, water), deep, (np.float32(0.18) + np.float32(0.42) * near) + 0 * x)
    path = np.exp(-np.abs(x - np.float32(sky.disc.x)) / (np.float32(width * 0.05) * (1 + 3 * near)))
    glitter = smoothstep(0.56, 0.66, waves) * path * np.float32(0.9)
    result = canvas.copy()
    result[row:] = mix(water, np.broadcast_to(colour(sky.light.disc), water.shape), glitter)
    return result
