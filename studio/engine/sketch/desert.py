"""The desert scene: dunes with sharp crests, one flank in the light."""

from __future__ import annotations

from typing import Final

import numpy as np

from studio.engine.pixels import Floats, blur, colour, coordinates, mix, noise, smoothstep
from studio.engine.sketch.atmosphere import lay_mist
from studio.engine.sketch.country import MAP, Surface, look_over
from studio.engine.sketch.light import Sky
from studio.engine.sketch.shapes import fade_to_haze, fill_below, ridge

_GENTLE: Final = 0.68  # share of a dune that rises; the rest falls steeply


def paint_desert(sky: Sky, rng: np.random.Generator) -> Floats:
    """Set table mountains on the horizon and blow dunes before them."""
    canvas = sky.canvas
    height, width = canvas.shape[:2]
    rocks = np.clip((ridge(width, roughness=3, rng=rng) - np.float32(0.55)) * 4, 0, 1)
    relief = np.float32(rng.uniform(0.02, 0.05) * height)
    top = np.float32(sky.horizon + 0.015 * height) - rocks * relief
    far_rock = mix(colour("#8a4a2c"), colour(sky.light.ground), 0.3)
    canvas = fill_below(canvas, top, fade_to_haze(far_rock, sky.light, 0.30))
    canvas = lay_mist(canvas, row=sky.horizon + 0.03 * height, sky=sky, amount=0.6)
    surface = look_over(_dunes(rng, side=sky.side), sky, eye=0.55)
    return fill_below(canvas, surface.top, _sand(surface, sky, rng))


def _dunes(rng: np.random.Generator, *, side: float) -> Floats:
    """Waves of sand, bent by noise, each with its steep side away from the sun."""
    x, y = coordinates(MAP)
    bend = noise(MAP, cells=2.2, octaves=3, rng=rng)
    size = noise(MAP, cells=3, octaves=2, rng=rng)
    across, away = x / np.float32(MAP[0]), y / np.float32(MAP[0])
    phase = across * np.float32(-side * 2.2) + away * np.float32(3.4) + bend * np.float32(3.2)
    part = phase - np.floor(phase)
    wave = np.where(
        part < _GENTLE, part / np.float32(_GENTLE), (1 - part) / np.float32(1 - _GENTLE)
    )
    rounded = np.square(wave.astype(np.float32)) * (3 - 2 * wave) * np.float32(
        0.4
    ) + wave * np.float32(0.6)
    tall = (size - np.float32(0.15)) * smoothstep(0.0, 0.25, away)
    rising = smoothstep(0.2, 1.2, away) * np.float32(0.25)
    return blur((rounded * tall * np.float32(0.85) + rising).astype(np.float32), 1.5)


def _sand(surface: Surface, sky: Sky, rng: np.random.Generator) -> Floats:
    height, width = surface.light.shape
    light = sky.light
    x, rows = coordinates((width, height))
    near = 1 - surface.distance
    wander = noise((width, height), cells=5, octaves=2, rng=rng)
    ripples = np.sin(rows * np.float32(0.35) + wander * 60 + x * np.float32(0.02))
    lit = np.clip(surface.light + ripples * near**2 * np.float32(0.06), 0, 1)
    own, other = np.float32(light.strength), 0.9 - 0.7 * light.strength  # the sand's and the sky's
    bright = mix(colour("#f6c27c") * own, colour(light.lit) * np.float32(0.8), other)
    shade = mix(colour("#9c5c3a") * own, colour(light.sky[0][1]), other + 0.1)
    sand = mix(np.broadcast_to(shade, (*lit.shape, 3)), bright, smoothstep(0.18, 0.85, lit))
    return mix(sand, colour(light.haze), smoothstep(0.45, 1.1, surface.distance) * np.float32(0.6))
