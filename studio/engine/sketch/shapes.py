"""Lines and outlines that several scenes share, and how a canvas is filled with them."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from studio.engine.pixels import Floats, colour, coordinates, mix, smoothstep
from studio.engine.sketch.light import Light


def ridge(width: int, *, roughness: float, rng: np.random.Generator) -> Floats:
    """Make a jagged line, 0..1 and 1 at its highest: fractal noise along one row."""
    line, weight = np.zeros(width), 1.0
    across = np.linspace(0, 1, width)
    for octave in range(9):
        knots = max(3, round(roughness * 2**octave))
        line += weight * np.interp(across, np.linspace(0, 1, knots), rng.random(knots))
        weight *= 0.5
    return cast(Floats, ((line - line.min()) / np.ptp(line)).astype(np.float32))


def swell(width: int, *, waves: float, rng: np.random.Generator) -> Floats:
    """Make a smooth line, 0..1: hills and shores."""
    line = ridge(width, roughness=waves, rng=rng)
    return cast(Floats, cv2.GaussianBlur(line[None], (0, 0), width * 0.05)[0])


def fade_to_haze(tint: Floats, light: Light, nearness: float) -> Floats:
    """Colour something by its distance: 0 is at the horizon, 1 in front."""
    return mix(colour(light.haze), tint, nearness)


def fill_below(canvas: Floats, top: Floats, tint: Floats) -> Floats:
    """Fill all below a line (one row number per column) with a colour or a painted canvas."""
    height, width = canvas.shape[:2]
    first = int(np.clip(top.min() - 2, 0, height - 1))
    _, rows = coordinates((width, height))
    below = smoothstep(-1, 1, rows[first:] - top[None, :])
    filled = canvas.copy()
    filled[first:] = mix(canvas[first:], tint if tint.ndim == 1 else tint[first:], below)
    return filled


def soft_polygon(mask: Floats, points: Floats) -> None:
    """Draw a filled shape into a plane, with smooth edges; `points` in pixels."""
    fixed = np.round(points * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 1.0, cv2.LINE_AA, 4)


def fill_polygon(canvas: Floats, points: list[tuple[float, float]], tint: Floats) -> None:
    """Paint a filled shape in one colour, into the canvas itself."""
    corners = np.array(points, np.float32)
    left, upper = np.clip(np.floor(corners.min(axis=0)).astype(int) - 2, 0, None)
    right, lower = np.ceil(corners.max(axis=0)).astype(int) + 2
    part = canvas[upper:lower, left:right]
    mask = np.zeros(part.shape[:2], np.float32)
    soft_polygon(mask, corners - np.array([left, upper], np.float32))
    part[:] = mix(part, tint, mask)
