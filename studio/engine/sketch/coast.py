"""The two scenes by the water: the open sea, and a tropical beach with palms."""

from __future__ import annotations

import numpy as np

from studio.engine.pixels import Floats, colour, coordinates, mix, noise, resize, smoothstep
from studio.engine.sketch.atmosphere import reflect
from studio.engine.sketch.light import Sky
from studio.engine.sketch.palms import grow_palm
from studio.engine.sketch.shapes import fade_to_haze, fill_below, ridge, swell


def paint_sea(sky: Sky, rng: np.random.Generator) -> Floats:
    """Put islands on the horizon, mirror all in the water, and end at a dark shore."""
    height, width = sky.canvas.shape[:2]
    canvas = _islands(sky, rng)
    canvas = reflect(canvas, sky, row=sky.horizon + round(0.010 * height), rng=rng)
    rocks = np.clip(ridge(width, roughness=3, rng=rng) - np.float32(0.35), 0, 1)
    front = np.float32(height) - rocks * np.float32(0.13 * height)
    return fill_below(canvas, front, colour(sky.light.ground) * np.float32(0.8))


def paint_beach(sky: Sky, rng: np.random.Generator) -> Floats:
    """Let the water shoal to a sandy bay, and grow palms over it."""
    height, width = sky.canvas.shape[:2]
    canvas = _islands(sky, rng)
    canvas = reflect(canvas, sky, row=sky.horizon + round(0.010 * height), rng=rng)
    side = -sky.side  # the palms stand away from the sun
    shore = _shoreline(width, height, side=side, rng=rng)
    canvas = _shoal(canvas, sky, shore=shore, rng=rng)
    canvas = _sand(canvas, sky, shore=shore, rng=rng)
    for reach, tall in ((0.34, 0.66), (0.17, 0.52), (0.02, 0.40)):
        foot_x = width * (0.5 + side * (0.5 - reach * 0.35 + rng.uniform(-0.03, 0.03)))
        crown_x = foot_x - side * width * (reach * 0.75 + rng.uniform(0.0, 0.10))
        foot_y = height * rng.uniform(0.90, 0.97)
        crown = (crown_x, foot_y - height * tall * rng.uniform(0.9, 1.1))
        canvas = grow_palm(canvas, sky, foot=(foot_x, foot_y), crown=crown, rng=rng)
    return canvas


def _islands(sky: Sky, rng: np.random.Generator) -> Floats:
    canvas = sky.canvas
    height, width = canvas.shape[:2]
    for base, relief, nearness in ((0.004, 0.07, 0.25), (0.010, 0.045, 0.50)):
        line = ridge(width, roughness=2, rng=rng)
        shore = np.float32(sky.horizon + base * height)
        top = shore - np.clip(line - np.float32(0.45), 0, 1) * np.float32(relief * height * 2)
        land = fade_to_haze(colour(sky.light.ground), sky.light, nearness)
        canvas = fill_below(canvas, top, land)
    return canvas


def _shoreline(width: int, height: int, *, side: float, rng: np.random.Generator) -> Floats:
    """Where the sand begins, one row for each column: higher on the side of the palms."""
    across = np.linspace(-1, 1, width, dtype=np.float32) * np.float32(side)
    bay = swell(width, waves=2.5, rng=rng) - np.float32(0.5)
    rows = np.float32(0.86) - np.float32(0.10) * across**3 - bay * np.float32(0.05)
    return (rows * np.float32(height)).astype(np.float32)


def _shoal(canvas: Floats, sky: Sky, *, shore: Floats, rng: np.random.Generator) -> Floats:
    """Lighten the water towards the shore, with bars of foam."""
    height, width = canvas.shape[:2]
    _, rows = coordinates((width, height))
    offing = (shore[None] - rows) / np.float32(height)  # distance to the shore, upwards
    drift = resize(
        noise((width // 2, height // 2), cells=6, octaves=4, rng=rng), (width, height)
    ) - np.float32(0.5)
    light = sky.light
    shallow = mix(colour("#35cfc4") * np.float32(light.strength), colour(light.haze), 0.25)
    below = (rows > sky.horizon + 0.010 * height).astype(np.float32)
    canvas = mix(canvas, shallow, smoothstep(0.24, 0.0, offing) * np.float32(0.72) * below)
    foam = np.zeros((height, width), np.float32)
    for at, thick in ((0.012, 0.006), (0.042, 0.004), (0.085, 0.003)):
        wave = offing - np.float32(at) + drift * np.float32(0.045)
        crest = np.exp(-((wave / np.float32(thick)) ** 2))
        wash = smoothstep(0.030, 0.0, wave) * smoothstep(-0.002, 0.002, wave) * np.float32(0.3)
        foam = np.maximum(foam, crest * smoothstep(-0.16, 0.02, drift) + wash)
    white = mix(colour(light.lit), np.ones(3, np.float32), 0.5) * np.float32(light.strength)
    return mix(canvas, np.minimum(white, 1), np.clip(foam, 0, 1) * np.float32(0.9) * below)


def _sand(canvas: Floats, sky: Sky, *, shore: Floats, rng: np.random.Generator) -> Floats:
    height, width = canvas.shape[:2]
    _, rows = coordinates((width, height))
    inland = (rows - shore[None]) / np.float32(height)
    bumps = resize(
        noise((width // 2, height // 2), cells=14, octaves=5, rng=rng), (width, height)
    ) - np.float32(0.5)
    light = sky.light
    own, other = np.float32(light.strength), 0.9 - 0.7 * light.strength  # the sand's and the sky's
    dry = mix(colour("#f8dfae") * own, colour(light.lit) * np.float32(0.8), other)
    wet = mix(dry * np.float32(0.62), colour(light.haze), 0.22)
    sand = mix(
        np.broadcast_to(wet, canvas.shape), dry, smoothstep(0.012, 0.045, inland + bumps * 0.02)
    )
    sand = sand * (1 + bumps * np.float32(0.22))[..., None]
    return fill_below(canvas, shore, sand)
