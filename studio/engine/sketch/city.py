"""The city scene: three rows of buildings on a quay."""

from __future__ import annotations

from typing import Final

import numpy as np

from studio.engine.pixels import Floats, colour, mix
from studio.engine.sketch.atmosphere import lay_mist, reflect
from studio.engine.sketch.light import Sky
from studio.engine.sketch.shapes import fade_to_haze

_WITH_MAST: Final = 0.35  # share of the buildings
_DARK_SKY: Final = 0.3  # brightness of the zenith below which lamps are on


def paint_city(sky: Sky, rng: np.random.Generator) -> Floats:
    """Build up the rows from the far one to the near one, and mirror them in the water."""
    canvas = sky.canvas
    height, width = canvas.shape[:2]
    quay = sky.horizon + round(0.05 * height)
    for count, tallest, nearness in ((28, 0.26, 0.35), (15, 0.40, 0.62), (9, 0.24, 1.0)):
        left = -rng.uniform(0, width / count)
        while left < width:
            across = width / count * rng.uniform(0.65, 1.25)
            up = height * tallest * (0.25 + 0.75 * rng.random() ** 1.6)
            wall = mix(
                colour(sky.light.stone), colour(sky.light.ground), float(rng.uniform(0.1, 0.6))
            )
            tint = fade_to_haze(wall, sky.light, nearness)
            block = (round(left), round(left + across), round(quay - up), quay)
            _building(canvas, sky, block=block, tint=tint, rng=rng)
            left += across * rng.uniform(0.98, 1.12)
        canvas = lay_mist(canvas, row=quay, sky=sky, amount=0.30 * (1 - nearness))
    return reflect(canvas, sky, row=quay, rng=rng)


def _building(
    canvas: Floats,
    sky: Sky,
    *,
    block: tuple[int, int, int, int],  # left, right, roof, foot
    tint: Floats,
    rng: np.random.Generator,
) -> None:
    """Put up a block with windows, some with a mast."""
    left, right, roof, foot = block
    first, last = max(0, left), min(canvas.shape[1], right)
    if last <= first:
        return
    shade = np.linspace(1.12, 0.86, last - first, dtype=np.float32)[None, :, None]
    canvas[roof:foot, first:last] = tint * shade
    if rng.random() < _WITH_MAST:
        mast = (first + last) // 2
        canvas[roof - (right - left) // 2 : roof, mast : mast + 3] = tint
    _windows(canvas, sky, block=(first, last, roof, foot), tint=tint, rng=rng)


def _windows(
    canvas: Floats,
    sky: Sky,
    *,
    block: tuple[int, int, int, int],
    tint: Floats,
    rng: np.random.Generator,
) -> None:
    """Glaze a block: when it is dark some windows are lit, by day they mirror the haze."""
    left, right, roof, foot = block
    pitch = max(9, (right - left) // 8)
    dark = float(colour(sky.light.sky[0][1]).mean()) < _DARK_SKY
    glass = colour("#ffdf9a") if dark else mix(tint, colour(sky.light.haze), 0.55)
    share = 0.42 if dark else 0.75
    for row in range(roof + pitch, foot - pitch, pitch * 3 // 2):
        for column in range(left + pitch // 2, right - pitch // 2, pitch):
            if rng.random() < share:
                pane = canvas[row : row + pitch * 3 // 4, column : column + pitch // 2]
                pane[:] = mix(tint, glass, float(rng.uniform(0.45, 1.0)))
