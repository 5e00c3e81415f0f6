"""The mountain scene: a range with snow behind firs."""

from __future__ import annotations

import numpy as np

from studio.engine.pixels import Floats, colour, coordinates, mix, noise, resize, smoothstep
from studio.engine.sketch.atmosphere import lay_mist
from studio.engine.sketch.country import MAP, Surface, look_over, ridged
from studio.engine.sketch.firs import plant
from studio.engine.sketch.light import Sky
from studio.engine.sketch.shapes import fill_below


def paint_mountains(sky: Sky, rng: np.random.Generator) -> Floats:
    """Raise the range, lay mist at its foot and plant firs in front."""
    height = sky.canvas.shape[0]
    canvas = raise_range(sky, tallest=1.9, snow_line=0.52, rng=rng)
    for below, amount in ((0.03, 0.25), (0.12, 0.45), (0.22, 0.25)):
        canvas = lay_mist(canvas, row=sky.horizon + below * height, sky=sky, amount=amount)
    return plant(canvas, sky, rows=((0.17, 60, 0.07), (0.25, 30, 0.12), (0.37, 13, 0.21)), rng=rng)


def raise_range(sky: Sky, *, tallest: float, snow_line: float, rng: np.random.Generator) -> Floats:
    """Paint mountains that rise from a plain; snow lies above an altitude."""
    x, y = coordinates(MAP)
    away, aside = y / np.float32(MAP[1]), x / np.float32(MAP[0])
    summit = np.float32(rng.uniform(0.34, 0.66))
    massif = np.exp(-(((aside - summit) / np.float32(0.20)) ** 2)) * np.float32(0.6) + np.float32(
        0.4
    )
    rise = smoothstep(0.10, 0.50, away) * massif
    crests = ridged(cells=2.1, octaves=7, rng=rng)
    heights = rise * (np.float32(0.12) + crests) * np.float32(tallest)
    surface = look_over(heights, sky, eye=0.42)
    return fill_below(sky.canvas, surface.top, _stone_and_snow(surface, sky, snow_line, rng))


def _stone_and_snow(
    surface: Surface, sky: Sky, snow_line: float, rng: np.random.Generator
) -> Floats:
    height, width = surface.light.shape
    light = sky.light
    lit = surface.light[..., None]
    mottled = resize(
        noise((width // 2, height // 3), cells=26, octaves=4, rng=rng), (width, height)
    )
    shade, stone = colour(light.stone), mix(colour(light.stone), colour(light.lit), 0.42)
    rock = shade * np.float32(0.72) * (1 - lit) + stone * lit
    foot = mix(colour(light.ground), rock, 0.35)
    rock = mix(foot, rock, smoothstep(0.1, 0.6, surface.altitude))
    white = mix(colour(light.lit), np.ones(3, np.float32), 0.45)
    blue = mix(colour(light.haze), colour(light.sky[0][1]), 0.45)
    snow = blue * (1 - lit) + white * lit
    patchy = surface.altitude + (mottled - np.float32(0.5)) * np.float32(0.7)
    cover = smoothstep(snow_line, snow_line + 0.22, patchy + surface.light * np.float32(0.30))
    far = smoothstep(0.35, 1.15, surface.distance) * np.float32(0.60)
    return mix(mix(rock, snow, cover), colour(light.haze), far)
