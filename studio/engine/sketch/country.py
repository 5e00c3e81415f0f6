"""Open country in perspective: a map of heights, seen from its near edge and lit by the sun."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import Floats, Size, blur, noise, smoothstep
from studio.engine.sketch.light import Sky

MAP: Final[Size] = (720, 900)  # a pixel is as long as it is wide: see NEAR and FAR
NEAR: Final = 1.0  # distances are in heights of the picture
FAR: Final = 6.0
_SLICES: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What is seen of the country; planes as large as the canvas, good below `top`."""

    top: Floats  # row of the skyline, for each column
    light: Floats  # 0 in the shade, 1 towards the sun
    altitude: Floats  # as on the map
    distance: Floats  # 0 nearest, 1 farthest


def look_over(heights: Floats, sky: Sky, *, eye: float) -> Surface:
    """See a map (its first row is nearest) from an eye above its near edge."""
    height, width = sky.canvas.shape[:2]
    depth, across = heights.shape
    away = np.geomspace(NEAR, FAR, _SLICES, dtype=np.float32)[:, None]
    bearing = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None]
    map_x = (bearing * away / np.float32(FAR) + np.float32(0.5)) * np.float32(across - 1)
    map_y = np.repeat((away - NEAR) / np.float32(FAR - NEAR) * np.float32(depth - 1), width, axis=1)
    altitude = _sample(heights, map_x, map_y)
    rows = np.float32(sky.horizon) + (np.float32(eye) - altitude) * np.float32(height) / away
    skyline = np.minimum.accumulate(rows, axis=0)
    slices = _visible_slices(skyline, height)
    columns = np.repeat(np.arange(width, dtype=np.float32)[None], height, axis=0)
    light = _sample(_lighting(heights, sky), map_x, map_y)
    return Surface(
        top=skyline[-1],
        light=_sample(light, columns, slices),
        altitude=_sample(altitude, columns, slices),
        distance=slices / np.float32(_SLICES - 1),
    )


def ridged(*, cells: float, octaves: int, rng: np.random.Generator) -> Floats:
    """Make crests and gullies, 0..1: noise folded at its middle, finer where it is high."""
    total = np.zeros(MAP[::-1], np.float32)
    weight, carry = 0.5, np.float32(1) + total
    for octave in range(octaves):
        fold = noise(MAP, cells=cells * 2**octave, octaves=1, rng=rng)
        crest = np.clip(1 - np.abs(fold * 2 - 1) * np.float32(1.3), 0, 1) ** np.float32(1.3)
        total += np.float32(weight) * crest * carry
        carry = np.clip(crest * np.float32(1.3), 0.15, 1)
        weight *= 0.5
    return total


def _sample(plane: Floats, x: Floats, y: Floats) -> Floats:
    return cast(Floats, cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _visible_slices(skyline: Floats, height: int) -> Floats:
    """For each pixel, at which slice (fractions between two) its line of sight meets the ground."""
    upwards = -skyline.T
    wanted = -np.arange(height, dtype=np.float32)
    order = np.arange(skyline.shape[0], dtype=np.float32)
    columns = [np.interp(wanted, column, order) for column in upwards]
    return np.ascontiguousarray(np.array(columns, np.float32).T)


def _lighting(heights: Floats, sky: Sky) -> Floats:
    """Light from the sun's side, softened in hollows."""
    step = np.float32((FAR - NEAR) / heights.shape[0])
    slope_z, slope_x = np.gradient(heights, step)
    steep = np.sqrt(1 + slope_x**2 + slope_z**2)
    towards = (0.45 - slope_x * np.float32(0.80 * sky.side) + slope_z * np.float32(0.40)) / steep
    hollow = smoothstep(-0.06, 0.05, heights - blur(heights, 9))
    lit = smoothstep(-0.25, 0.95, towards.astype(np.float32))
    return lit * (np.float32(0.55) + np.float32(0.45) * hollow)
