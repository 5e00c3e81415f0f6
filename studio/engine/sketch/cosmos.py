"""The scene out in space: nebulae, a planet with its moon, and the ground one stands on."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import (
    Floats,
    Size,
    blur,
    colour,
    coordinates,
    mix,
    noise,
    resize,
    smoothstep,
)
from studio.engine.sketch.country import MAP, look_over, ridged
from studio.engine.sketch.light import Sky, scatter_stars
from studio.engine.sketch.planets import Planet, paint_planet
from studio.engine.sketch.shapes import fill_below
from studio.engine.sketch.vocabulary import Time

_NEBULAE: Final = {
    Time.DAY: ("#0a1230", "#1f7fb8", "#7fe0d8"),
    Time.DAWN: ("#170f2e", "#8a4a9c", "#ffb3a8"),
    Time.SUNSET: ("#160a1e", "#b0342f", "#ffb35c"),
    Time.NIGHT: ("#05071a", "#3a2f9c", "#c05fc8"),
}
_RINGED_SHARE: Final = 0.6  # of the planets
_GROUND_SHARE: Final = 0.7  # of the pictures in which one stands on something


def paint_cosmos(sky: Sky, rng: np.random.Generator) -> Floats:
    """Paint from the far nebulae to the near ground; the sky of the time of day is not used."""
    height, width = sky.canvas.shape[:2]
    void, cloud, core = (colour(code) for code in _NEBULAE[sky.time])
    canvas = _nebula((width, height), (void, cloud, core), rng)
    canvas += scatter_stars((width, height), every=520, rng=rng)[..., None]
    side = sky.side
    large = Planet(
        x=width * (0.5 - side * rng.uniform(0.05, 0.22)),
        y=height * rng.uniform(0.30, 0.42),
        radius=width * rng.uniform(0.24, 0.33),
        dark=mix(void, cloud, 0.5),
        bright=mix(core, np.ones(3, np.float32), 0.25),
        ringed=bool(rng.random() < _RINGED_SHARE),
        side=side,
    )
    canvas = paint_planet(canvas, large, rng=rng)
    small = replace(
        large,
        x=width * (0.5 + side * rng.uniform(0.28, 0.38)),
        y=height * rng.uniform(0.10, 0.20),
        radius=width * rng.uniform(0.045, 0.075),
        dark=colour("#4a4658"),
        bright=colour("#e8e2d8"),
        ringed=False,
    )
    canvas = paint_planet(canvas, small, rng=rng)
    if rng.random() < _GROUND_SHARE:
        canvas = _ground(
            replace(sky, canvas=canvas, horizon=round(height * 0.74)), cloud, core, rng
        )
    return canvas


def _nebula(size: Size, tints: tuple[Floats, Floats, Floats], rng: np.random.Generator) -> Floats:
    """Clouds of gas, drawn out by their own turbulence."""
    half = (size[0] // 2, size[1] // 2)
    x, y = coordinates(half)
    bend_x, bend_y = (noise(half, cells=2, octaves=4, rng=rng) - np.float32(0.5) for _ in range(2))
    gas = noise(half, cells=2.8, octaves=8, rng=rng)
    pull = np.float32(size[0] * 0.22)
    there = (x + bend_x * pull, y + bend_y * pull)
    gas = cast(Floats, cv2.remap(gas, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
    turned = rng.uniform(-0.8, 0.8)
    band = (x / half[0] - 0.5) * np.float32(np.sin(turned)) + (y / half[1] - 0.42) * np.float32(
        np.cos(turned)
    )
    veil = np.exp(-((band / np.float32(0.34)) ** 2)) * np.float32(0.26)
    dense = resize((gas + veil).astype(np.float32), size)
    void, cloud, core = tints
    canvas = mix(np.broadcast_to(void, (size[1], size[0], 3)), cloud, smoothstep(0.36, 1.0, dense))
    return mix(canvas, core, smoothstep(0.62, 1.05, dense) * np.float32(0.65))


def _ground(sky: Sky, cloud: Floats, core: Floats, rng: np.random.Generator) -> Floats:
    """Stand on a barren plain with crags, in the light of the planet."""
    heights = ridged(cells=4, octaves=5, rng=rng) * np.float32(0.22)
    heights = heights + _craters(rng)
    surface = look_over(heights, sky, eye=0.46)
    dark, lit = mix(cloud, np.zeros(3, np.float32), 0.82), mix(core, cloud, 0.5)
    ground = mix(np.broadcast_to(dark, sky.canvas.shape), lit, surface.light * np.float32(0.8))
    return fill_below(
        sky.canvas, surface.top, mix(ground, cloud, surface.distance * np.float32(0.35))
    )


def _craters(rng: np.random.Generator) -> Floats:
    """Bowls with raised rims."""
    x, y = coordinates(MAP)
    relief = np.zeros(MAP[::-1], np.float32)
    for _ in range(26):
        radius = np.float32(MAP[0] * rng.uniform(0.012, 0.05))
        away = np.hypot(
            x - np.float32(rng.uniform(0, MAP[0])), y - np.float32(rng.uniform(0, MAP[1]))
        )
        away = away / radius
        relief += (
            np.exp(-(((away - 1) / np.float32(0.22)) ** 2))
            - np.exp(-((away / np.float32(0.7)) ** 2))
        ) * (radius * np.float32(0.0035))
    return blur(relief, 1.0)
