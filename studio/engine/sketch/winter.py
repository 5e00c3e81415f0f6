"""The winter scene: a cabin with lit windows between snowy firs, under falling snow."""

from __future__ import annotations

from typing import Final, cast

import numpy as np

from studio.engine.pixels import Floats, colour, coordinates, mix, noise, resize, smoothstep
from studio.engine.sketch.atmosphere import lay_mist
from studio.engine.sketch.firs import plant, snow_tint
from studio.engine.sketch.light import Sky
from studio.engine.sketch.mountains import raise_range
from studio.engine.sketch.shapes import fill_below, fill_polygon, swell

Point = tuple[float, float]
_ROOF: Final = ((-0.6, 0.29), (0.0, 0.8), (0.6, 0.29), (0.6, 0.375), (0.0, 0.93), (-0.6, 0.375))


def paint_winter(sky: Sky, rng: np.random.Generator) -> Floats:
    """Go from white mountains over firs to the cabin and the snow in front of it."""
    height, width = sky.canvas.shape[:2]
    canvas = raise_range(sky, tallest=1.5, snow_line=0.0, rng=rng)
    canvas = lay_mist(canvas, row=sky.horizon + 0.06 * height, sky=sky, amount=0.6)
    rows = ((0.09, 46, 0.09), (0.15, 26, 0.14))
    canvas = plant(canvas, sky, rows=rows, rng=rng, snow=0.8)
    meadow = np.float32(sky.horizon + 0.20 * height) - swell(
        width, waves=2.5, rng=rng
    ) * np.float32(0.07 * height)
    canvas = fill_below(canvas, meadow, _drifts(canvas, sky, meadow, rng))
    x = width * (0.5 - sky.side * rng.uniform(0.08, 0.22))
    foot = float(meadow[int(x)]) + 0.035 * height
    canvas = _cabin(canvas, sky, x=x, foot=foot, size=width * rng.uniform(0.23, 0.28))
    return plant(canvas, sky, rows=((0.40, 7, 0.30),), rng=rng, snow=0.8, gap=(x / width, 0.26))


def _drifts(canvas: Floats, sky: Sky, top: Floats, rng: np.random.Generator) -> Floats:
    """Snow with soft shadows, bluer where it turns from the light."""
    height, width = canvas.shape[:2]
    _, rows = coordinates((width, height))
    soft = resize(noise((width // 4, height), cells=1.5, octaves=3, rng=rng), (width, height))
    ahead = (rows - top[None]) / np.float32(height)
    turned = soft + np.sin(ahead * 30 + soft * 9) * np.float32(0.12)
    white = snow_tint(sky)
    blue = mix(white * np.float32(0.74), colour(sky.light.sky[0][1]), 0.22)
    return mix(np.broadcast_to(blue, canvas.shape), white, smoothstep(0.20, 0.75, turned))


def _cabin(canvas: Floats, sky: Sky, *, x: float, foot: float, size: float) -> Floats:
    """Build a log cabin: a chimney, walls, a snowed-in roof, a door and two lit windows."""
    light = sky.light
    wood = mix(colour("#6a4226") * np.float32(light.strength), colour(light.ground), 0.30)
    snow = snow_tint(sky)
    canvas = canvas.copy()

    def shape(corners: tuple[Point, ...], tint: Floats) -> None:
        fill_polygon(canvas, [(x + size * right, foot - size * up) for right, up in corners], tint)

    shape(_box(0.24, 0.50, 0.10, 0.36), wood * np.float32(0.8))
    shape(_box(0.24, 0.84, 0.13, 0.035), snow)
    shape(((-0.5, 0), (0.5, 0), (0.5, 0.36), (0, 0.8), (-0.5, 0.36)), wood)
    for beam in range(4):
        shape(_box(0, 0.05 + beam * 0.09, 1, 0.014), wood * np.float32(0.6))
    shape(_ROOF, snow)
    shape(_box(0, 0, 0.15, 0.28), wood * np.float32(0.5))
    lamp = colour("#ffce6b")
    for centre in (-0.28, 0.28):
        shape(_box(centre, 0.12, 0.17, 0.17), lamp)
        shape(_box(centre, 0.12, 0.012, 0.17), wood)
        shape(_box(centre, 0.199, 0.17, 0.012), wood)
    columns, rows = coordinates((canvas.shape[1], canvas.shape[0]))
    away = np.hypot((columns - np.float32(x)) * np.float32(0.7), rows - np.float32(foot))
    halo = np.exp(-away / np.float32(size * 0.38)) * np.float32(1.15 - light.strength)
    return cast(Floats, canvas + halo[..., None] * lamp * np.float32(0.8))


def _box(centre: float, base: float, wide: float, tall: float) -> tuple[Point, ...]:
    """Give the corners of a rectangle by the middle of its foot; in widths of the cabin."""
    left, right = centre - wide / 2, centre + wide / 2
    return ((left, base), (right, base), (right, base + tall), (left, base + tall))
