"""Firs, in rows with mist between them; and the forest scene, which is nothing else."""

from __future__ import annotations

import numpy as np

from studio.engine.pixels import Floats, colour, mix
from studio.engine.sketch.atmosphere import lay_mist
from studio.engine.sketch.light import Sky
from studio.engine.sketch.shapes import fade_to_haze, fill_below, ridge, soft_polygon

Rows = tuple[tuple[float, int, float], ...]
"""For each: how far below the horizon, how many, how tall; in heights of the canvas."""


def paint_forest(sky: Sky, rng: np.random.Generator) -> Floats:
    """Let a wooded hillside come nearer, row by row."""
    canvas = sky.canvas
    height, width = canvas.shape[:2]
    for relief, nearness in ((0.17, 0.16), (0.10, 0.26)):
        hills = np.float32(sky.horizon) - ridge(width, roughness=2, rng=rng) * np.float32(
            height * relief
        )
        canvas = fill_below(
            canvas, hills, fade_to_haze(colour(sky.light.ground), sky.light, nearness)
        )
        canvas = lay_mist(canvas, row=sky.horizon, sky=sky, amount=0.4)
    rows = ((0.03, 80, 0.08), (0.09, 50, 0.13), (0.17, 30, 0.20), (0.27, 16, 0.32), (0.45, 6, 0.62))
    return plant(canvas, sky, rows=rows, rng=rng)


def plant(
    canvas: Floats,
    sky: Sky,
    *,
    rows: Rows,
    rng: np.random.Generator,
    snow: float = 0,
    gap: tuple[float, float] | None = None,
) -> Floats:
    """Plant rows of firs; nearer ones are larger and darker.

    `snow` is how much of it they bear; a gap (its middle and half its width) is kept free.
    """
    height, width = canvas.shape[:2]
    for index, (below, count, tall) in enumerate(rows):
        nearness = min(1.0, (index + 1.5) / (len(rows) + 0.5))
        base = sky.horizon + below * height
        ground = np.float32(base) - ridge(width, roughness=3, rng=rng) * np.float32(height * 0.03)
        first = max(0, int(base - tall * height * 1.4))
        canvas = canvas.copy()
        part = canvas[first:]
        mask, laden = (np.zeros(part.shape[:2], np.float32) for _ in range(2))
        for tree in range(count):
            x = (tree + rng.uniform(-0.3, 1.3)) * width / count
            if gap is not None and abs(x / width - gap[0]) < gap[1]:
                continue
            size = tall * height * rng.uniform(0.45, 1.0) * rng.uniform(0.75, 1.25)
            foot = float(ground[min(width - 1, max(0, int(x)))]) + size * 0.05
            soft_polygon(mask, _fir(x, foot - first, size, rng))
            if snow:
                _lay_snow(laden, x, foot - first, size=size, rng=rng)
        tint = fade_to_haze(colour(sky.light.ground), sky.light, nearness)
        white = fade_to_haze(snow_tint(sky), sky.light, nearness)
        part[:] = mix(part, tint, mask)
        if snow:
            part[:] = mix(part, white, laden * np.float32(snow))
        canvas = fill_below(canvas, ground, white if snow else tint)
        if index < len(rows) - 1:
            canvas = lay_mist(canvas, row=base + height * 0.03, sky=sky, amount=0.4)
    return canvas


def snow_tint(sky: Sky) -> Floats:
    """Fresh snow in this light."""
    return mix(colour(sky.light.haze), mix(colour(sky.light.lit), np.ones(3, np.float32), 0.4), 0.6)


def _fir(x: float, foot: float, size: float, rng: np.random.Generator) -> Floats:
    """Outline a fir: drooping branches, wider towards the ground."""
    levels, half = int(rng.integers(10, 15)), size * rng.uniform(0.17, 0.25)
    right = [(0.0, 1.0)]
    for level in range(levels):
        down = (level + 1) / levels
        reach = down**0.85 * rng.uniform(0.70, 1.12)
        up = 1 - down * 0.93
        right += [(reach, up - 0.012), (reach * 0.45, up + 0.020)]
    right += [(0.09, 0.06), (0.09, 0.0)]
    left = [(-reach * rng.uniform(0.8, 1.15), up) for reach, up in reversed(right)]
    outline = np.array(right + left, np.float32)
    return outline * np.array([half, -size], np.float32) + np.array([x, foot], np.float32)


def _lay_snow(
    mask: Floats, x: float, foot: float, *, size: float, rng: np.random.Generator
) -> None:
    """Lay snow on the boughs of a fir, in sagging crescents."""
    for level in np.linspace(0.06, 0.92, 9):
        half = size * 0.19 * level**0.9 * rng.uniform(0.55, 0.95)
        middle, up = x + half * rng.uniform(-0.35, 0.35), foot - size * (1 - level * 0.93)
        thick = size * rng.uniform(0.020, 0.034)
        upper = [(-1.0, 0.9), (-0.4, -1.0), (0.0, -1.6), (0.4, -1.0), (1.0, 0.9), (0.0, -0.2)]
        crescent = [(middle + across * half, up + down * thick) for across, down in upper]
        soft_polygon(mask, np.array(crescent, np.float32))
