"""A planet: a ball with bands of weather, lit from one side, with or without a ring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import Floats, coordinates, mix, noise, smoothstep

_REACH: Final = 2.4  # of glow and ring, in radii


@dataclass(frozen=True, slots=True, kw_only=True)
class Planet:
    """Where it is and what it is like; pixels and colours."""

    x: float
    y: float
    radius: float
    dark: Floats
    bright: Floats
    ringed: bool
    side: float  # 1: lit from the right


def paint_planet(canvas: Floats, planet: Planet, *, rng: np.random.Generator) -> Floats:
    """Paint the ball over the canvas, and its ring behind and before it."""
    height, width = canvas.shape[:2]
    columns, rows = coordinates((width, height))
    reach = planet.radius * _REACH
    left, upper = max(0, int(planet.x - reach)), max(0, int(planet.y - reach))
    right, lower = int(planet.x + reach), int(planet.y + reach)
    x = (columns[:, left:right] - np.float32(planet.x)) / np.float32(planet.radius)
    y = (rows[upper:lower] - np.float32(planet.y)) / np.float32(planet.radius)
    tilt = rng.uniform(0.2, 0.5) * planet.side
    along = x * np.float32(np.cos(tilt)) + y * np.float32(np.sin(tilt))
    upright = y * np.float32(np.cos(tilt)) - x * np.float32(np.sin(tilt))
    away, edge = np.hypot(along, upright), 1.5 / planet.radius
    ball = smoothstep(1 + edge, 1 - edge, away)
    towards = x * np.float32(planet.side) - y * np.float32(0.55)
    glow = np.exp(-np.clip(away - 1, 0, None) * 7) * smoothstep(-0.7, 1.0, towards)
    glow *= smoothstep(_REACH, 1.2, away) * np.float32(0.35)
    result = canvas.copy()
    part = canvas[upper:lower, left:right] + planet.bright * glow[..., None]
    part = mix(part, _ball(planet, along, upright, towards=towards, rng=rng), ball)
    if planet.ringed:
        hidden = ball * (upright < 0)
        part = mix(part, planet.bright, _ring(along, upright, rng) * (1 - hidden))
    result[upper:lower, left:right] = part
    return result


def _ball(
    planet: Planet, along: Floats, upright: Floats, *, towards: Floats, rng: np.random.Generator
) -> Floats:
    """Bands bent by storms, fading into the night side."""
    deep = np.sqrt(np.clip(1 - along**2 - upright**2, 0, 1))
    storms = noise((512, 512), cells=7, octaves=5, rng=rng)
    bands = _grooves(512, softness=9, rng=rng)
    u = np.clip(along / (1 + deep) * 255 + 256, 0, 511).astype(np.float32)
    v = np.clip(upright / (1 + deep * np.float32(0.3)) * 255 + 256, 0, 511).astype(np.float32)
    turbulence = cv2.remap(storms, u, v, cv2.INTER_LINEAR)
    row = np.clip(v + (turbulence - np.float32(0.5)) * 70, 0, 511).astype(np.int32)
    tone = bands[row] * np.float32(0.65) + turbulence * np.float32(0.35)
    face = mix(np.broadcast_to(planet.dark, (*along.shape, 3)), planet.bright, tone)
    lit = smoothstep(-0.45, 0.95, towards * np.float32(0.8) + deep * np.float32(0.45))
    rim = np.power(1 - deep, 3) * smoothstep(-0.2, 0.8, towards) * np.float32(0.6)
    lit = np.float32(0.03) + lit * np.float32(1.15)
    return cast(Floats, face * lit[..., None] + planet.bright * rim[..., None])


def _ring(along: Floats, upright: Floats, rng: np.random.Generator) -> Floats:
    """How much of the ring covers each pixel: gaps and grooves by distance from the ball."""
    away = np.hypot(along, upright / np.float32(0.26))
    grooves = np.clip(_grooves(400, softness=3, rng=rng) * np.float32(1.3), 0.15, 1)
    place = np.clip((away - np.float32(1.35)) * 400, 0, 399).astype(np.int32)
    inside = smoothstep(1.35, 1.40, away) * smoothstep(2.30, 2.22, away)
    return cast(Floats, inside * grooves[place] * np.float32(0.85))


def _grooves(count: int, *, softness: float, rng: np.random.Generator) -> Floats:
    """Make a row of soft stripes, 0..1."""
    line = cv2.GaussianBlur(rng.random((1, count), dtype=np.float32), (0, 0), softness)[0]
    return cast(Floats, (line - line.min()) / np.ptp(line))
