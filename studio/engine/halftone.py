"""Printing brightness as dots, as newspapers did."""

from __future__ import annotations

import numpy as np

from studio.engine.pixels import Floats, Size, coordinates, smoothstep


def halftone(darkness: Floats, *, cell: float, degrees: float) -> Floats:
    """Print a plane as dots on a turned grid: coverage 0..1; `cell` is the grid in pixels."""
    height, width = darkness.shape
    u, v = _turned_grid((width, height), cell, degrees)
    distance = np.hypot(u - np.floor(u) - np.float32(0.5), v - np.floor(v) - np.float32(0.5))
    radius = np.sqrt(np.clip(darkness, 0, 1) * np.float32(0.55))
    softness = 0.9 / cell
    return smoothstep(softness, -softness, distance - radius)


def _turned_grid(size: Size, cell: float, degrees: float) -> tuple[Floats, Floats]:
    x, y = coordinates(size)
    cosine, sine = np.cos(np.radians(degrees)) / cell, np.sin(np.radians(degrees)) / cell
    return (
        x * np.float32(cosine) + y * np.float32(sine),
        y * np.float32(cosine) - x * np.float32(sine),
    )
