"""Planets: lit balls with clouds or continents, air around them and perhaps a ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from studio.engine.pixels import Floats, colour, coordinates, mix, noise, smoothstep

_SUN: Final = np.array([-0.75, -0.35, 0.55], np.float32) / np.float32(0.994)
_REACH: Final = 2.2  # radii around the centre that are painted: the ring and the air
_TILT: Final = np.radians(-20)
_RING_FLATNESS: Final = 0.27


@dataclass(frozen=True, slots=True, kw_only=True)
class Planet:
    """Colours of a planet; `bands` of cloud around it, or none: continents."""

    land: str
    low: str
    high: str
    air: str
    bands: int
    ring: str | None = None


def paint_planet(
    picture: Floats, planet: Planet, *, centre: tuple[float, float], radius: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Paint a planet into a picture, in place; it may lie partly outside."""
    height, width = picture.shape[:2]
    reach = radius * _REACH
    left, top = max(0, int(centre[0] - reach)), max(0, int(centre[1] - reach))
    right, bottom = min(width, int(centre[0] + reach)), min(height, int(centre[1] + reach))
    x, y = coordinates((right - left, bottom - top))
    dx = (x + np.float32(left - centre[0])) / np.float32(radius)
    dy = (y + np.float32(top - centre[1])) / np.float32(radius)
    area = picture[top:bottom, left:right]
    distance = np.hypot(dx, dy)
    out = mix(area, _surface(planet, dx, dy, rng), smoothstep(1.0, 1 - 2.5 / radius, distance))
    lit = np.clip(dx * _SUN[0] + dy * _SUN[1] + np.float32(0.35), 0, 1)
    air = np.exp(-np.abs(distance - 1) * np.float32(16)) * lit * np.float32(0.6)
    out = out + air[..., None] * colour(planet.air)
    if planet.ring:
        out = _with_ring(out, planet.ring, dx, dy, distance)
    area[:] = out


def _surface(planet: Planet, dx: Floats, dy: Floats, rng: np.random.Generator) -> Floats:
    """Colour and light of the ball."""
    height, width = dy.shape[0], dx.shape[1]
    lumps = noise((width, height), cells=9, octaves=6, rng=rng)
    if planet.bands:
        waves = np.sin(dy * planet.bands + dx * np.float32(1.5) + (lumps - np.float32(0.5)) * 3)
        ground = mix(colour(planet.low), colour(planet.high), (waves / 2 + 0.5)[..., None])
        ground = mix(ground, colour(planet.land), smoothstep(0.5, 0.7, lumps))
    else:
        ground = mix(colour(planet.low), colour(planet.land), smoothstep(0.50, 0.55, lumps))
        wisps = noise((width, height), cells=5, octaves=6, rng=rng)
        ground = mix(ground, colour(planet.high), smoothstep(0.52, 0.68, wisps))
    bulge = np.sqrt(np.clip(1 - dx * dx - dy * dy, 0, 1))
    light = np.clip(dx * _SUN[0] + dy * _SUN[1] + bulge * _SUN[2], 0, 1) ** np.float32(0.8)
    return cast(Floats, ground * (light * np.float32(1.15))[..., None])


def _with_ring(area: Floats, tint: str, dx: Floats, dy: Floats, distance: Floats) -> Floats:
    """Lay a ring around the ball; its far half goes behind."""
    cosine, sine = np.float32(np.cos(_TILT)), np.float32(np.sin(_TILT))
    along = dx * cosine + dy * sine
    across = (dy * cosine - dx * sine) / np.float32(_RING_FLATNESS)
    reach = np.hypot(along, across)
    band = smoothstep(1.35, 1.40, reach) * smoothstep(2.05, 1.98, reach)
    grooves = np.float32(0.62) + np.float32(0.38) * np.sin(reach * np.float32(34))
    gap = 1 - smoothstep(0.03, 0.015, np.abs(reach - np.float32(1.74))) * np.float32(0.8)
    hidden = (across < 0) & (distance < 1)
    amount = band * grooves * gap * ~hidden * np.float32(0.8)
    light = np.clip(np.float32(0.75) - along * np.float32(0.28), 0.15, 1)
    return mix(area, colour(tint) * light[..., None], amount)
