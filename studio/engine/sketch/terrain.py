"""The five scenes, painted before a sky from the far end to the near one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import Floats, blur, colour, coordinates, mix, noise, smoothstep
from studio.engine.sketch.atmosphere import lay_mist, reflect
from studio.engine.sketch.city import paint_city
from studio.engine.sketch.light import Sky, fade_to_haze, fill_below, soft_polygon
from studio.engine.sketch.words import Scene


def paint_terrain(scene: Scene, sky: Sky, *, rng: np.random.Generator) -> Floats:
    """Paint a scene; returns the finished canvas, height x width x 3."""
    return _PAINTERS[scene](sky, rng)


def _ridge(width: int, *, roughness: float, rng: np.random.Generator) -> Floats:
    """Make a jagged line, 0..1 and 1 at its highest: fractal noise along one row."""
    line, weight = np.zeros(width), 1.0
    across = np.linspace(0, 1, width)
    for octave in range(9):
        knots = max(3, round(roughness * 2**octave))
        line += weight * np.interp(across, np.linspace(0, 1, knots), rng.random(knots))
        weight *= 0.5
    return cast(Floats, ((line - line.min()) / np.ptp(line)).astype(np.float32))


def _paint_mountains(sky: Sky, rng: np.random.Generator) -> Floats:
    canvas = sky.canvas
    height, width = canvas.shape[:2]
    ranges = ((0.02, 0.30, True), (0.08, 0.22, True), (0.17, 0.15, False))
    for layer, (base, relief, snowy) in enumerate(ranges):
        nearness = (layer + 1) / 4
        line = _ridge(width, roughness=3 + layer, rng=rng)
        top = np.float32(sky.horizon + base * height) - line * np.float32(relief * height)
        rock = _rock_face(canvas, top, sky, snowy=snowy, nearness=nearness, rng=rng)
        canvas = fill_below(canvas, top, rock)
        canvas = lay_mist(canvas, row=sky.horizon + (base + 0.05) * height, sky=sky, amount=0.42)
    return _rows_of_firs(canvas, sky, rows=((0.24, 34, 0.10), (0.36, 17, 0.19)), rng=rng)


def _rock_face(
    canvas: Floats,
    top: Floats,
    sky: Sky,
    *,
    snowy: bool,
    nearness: float,
    rng: np.random.Generator,
) -> Floats:
    """Crags lit from the side of the sun, with snow near the crest."""
    height, width = canvas.shape[:2]
    crags = noise((width, height), cells=9, octaves=6, rng=rng)
    slope = cv2.Sobel(blur(crags, 2.0), cv2.CV_32F, 1, 0, ksize=3)
    side = 1.0 if sky.disc_x > width / 2 else -1.0
    lit = smoothstep(-0.035, 0.035, cast(Floats, slope) * np.float32(-side))
    _, rows = coordinates((width, height))
    depth = (rows - top[None, :]) / np.float32(height)
    dark = fade_to_haze(colour(sky.light.ground), sky.light, nearness)
    rock = mix(dark * np.float32(0.85), mix(dark, colour(sky.light.lit), 0.28), lit)
    if not snowy:
        return rock
    snow_colour = mix(colour(sky.light.haze), colour(sky.light.lit), 0.5)
    snow = mix(snow_colour * np.float32(0.72), np.minimum(snow_colour * 1.12, 1), lit)
    cover = smoothstep(0.10, 0.03, depth + (crags - np.float32(0.5)) * np.float32(0.28))
    return mix(rock, snow, cover)


def _paint_forest(sky: Sky, rng: np.random.Generator) -> Floats:
    canvas = sky.canvas
    height, width = canvas.shape[:2]
    hills = np.float32(sky.horizon) - _ridge(width, roughness=2, rng=rng) * np.float32(
        height * 0.09
    )
    canvas = fill_below(canvas, hills, fade_to_haze(colour(sky.light.ground), sky.light, 0.25))
    rows = ((0.03, 70, 0.09), (0.09, 48, 0.14), (0.18, 30, 0.21), (0.29, 18, 0.30), (0.46, 9, 0.46))
    return _rows_of_firs(canvas, sky, rows=rows, rng=rng)


def _rows_of_firs(
    canvas: Floats,
    sky: Sky,
    *,
    rows: tuple[tuple[float, int, float], ...],  # below the horizon, number, height; of the canvas
    rng: np.random.Generator,
) -> Floats:
    """Plant rows of firs with mist between them; nearer rows are larger and darker."""
    height, width = canvas.shape[:2]
    for index, (below, count, tall) in enumerate(rows):
        nearness = (index + 1.5) / (len(rows) + 0.5)
        base = sky.horizon + below * height
        ground = np.float32(base) - _ridge(width, roughness=3, rng=rng) * np.float32(height * 0.03)
        mask = np.zeros((height, width), np.float32)
        for tree in range(count):
            x = (tree + rng.uniform(0.0, 1.0)) * width / count
            size = tall * height * rng.uniform(0.62, 1.12)
            foot = float(ground[min(width - 1, int(x))]) + size * 0.05
            soft_polygon(mask, _fir(x, foot, size, rng))
        tint = fade_to_haze(colour(sky.light.ground), sky.light, min(1.0, nearness))
        canvas = mix(canvas, tint, mask)
        canvas = fill_below(canvas, ground, tint)
        if index < len(rows) - 1:
            canvas = lay_mist(canvas, row=base + height * 0.03, sky=sky, amount=0.5)
    return canvas


def _fir(x: float, foot: float, size: float, rng: np.random.Generator) -> Floats:
    """Outline a fir: drooping branches, wider towards the ground."""
    levels, half = 11, size * 0.17
    right = [(0.0, 1.0)]
    for level in range(levels):
        down = (level + 1) / levels
        reach = down**0.85 * rng.uniform(0.78, 1.12)
        right += [(reach, 1 - down * 0.93), (reach * 0.52, 1 - down * 0.93 + 0.022)]
    right += [(0.09, 0.06), (0.09, 0.0)]
    left = [(-reach * rng.uniform(0.85, 1.1), up) for reach, up in reversed(right)]
    outline = np.array(right + left, np.float32)
    return outline * np.array([half, -size], np.float32) + np.array([x, foot], np.float32)


def _paint_sea(sky: Sky, rng: np.random.Generator) -> Floats:
    canvas = sky.canvas
    height, width = canvas.shape[:2]
    for base, relief, nearness in ((0.004, 0.05, 0.30), (0.010, 0.035, 0.55)):
        line = _ridge(width, roughness=2, rng=rng)
        shore = np.float32(sky.horizon + base * height)
        top = shore - np.clip(line - np.float32(0.45), 0, 1) * np.float32(relief * height * 2)
        canvas = fill_below(
            canvas, top, fade_to_haze(colour(sky.light.ground), sky.light, nearness)
        )
    canvas = reflect(canvas, sky, row=sky.horizon + round(0.010 * height), rng=rng)
    beach = _ridge(width, roughness=2, rng=rng) * np.float32(0.05 * height)
    front = np.float32(height * 0.995) - beach
    return fill_below(canvas, front, colour(sky.light.ground) * np.float32(0.8))


def _paint_desert(sky: Sky, rng: np.random.Generator) -> Floats:
    canvas = sky.canvas
    height, width = canvas.shape[:2]
    sand, shadow = colour("#e0ab66"), colour("#7a4322")
    x, rows = coordinates((width, height))
    dunes = ((0.00, 0.05), (0.05, 0.07), (0.13, 0.10), (0.24, 0.13))
    for index, (base, relief) in enumerate(dunes):
        nearness = (index + 1.2) / (len(dunes) + 0.2)
        line = cv2.GaussianBlur(_ridge(width, roughness=2.2, rng=rng)[None], (0, 0), width * 0.035)[
            0
        ]
        top = np.float32(sky.horizon + (base + relief) * height) - line * np.float32(
            relief * height * 1.6
        )
        depth = (rows - top[None, :]) / np.float32(height)
        lit = _lit_flanks(top, depth, sun_on_right=sky.disc_x > width / 2)
        ripples = np.sin(depth * np.float32(520) + x * np.float32(0.012)) * np.float32(0.025)
        tone = np.clip(lit + ripples * smoothstep(0.25, 1.0, np.float32(nearness) + 0 * lit), 0, 1)
        day = colour(sky.light.lit) * np.float32(0.55) + np.float32(0.45)
        bright = fade_to_haze(sand * day, sky.light, 0.35 + 0.65 * nearness)
        dark = fade_to_haze(mix(shadow, colour(sky.light.ground), 0.25), sky.light, nearness)
        canvas = fill_below(canvas, top.astype(np.float32), mix(dark, bright, tone))
    return canvas


def _lit_flanks(top: Floats, depth: Floats, *, sun_on_right: bool) -> Floats:
    """Light the side of a dune that faces the sun; the crest runs down aslant."""
    height, width = depth.shape
    side = 1.0 if sun_on_right else -1.0
    slope = (np.gradient(top) * side).astype(np.float32)
    lean = np.clip(depth, 0, 1) * np.float32(height * 1.1 * side)
    columns = np.clip(np.arange(width)[None, :] + lean, 0, width - 1).astype(np.int32)
    return smoothstep(0.20, -0.20, slope[columns])


_PAINTERS: Final[dict[Scene, Callable[[Sky, np.random.Generator], Floats]]] = {
    Scene.MOUNTAINS: _paint_mountains,
    Scene.SEA: _paint_sea,
    Scene.CITY: paint_city,
    Scene.FOREST: _paint_forest,
    Scene.DESERT: _paint_desert,
}
