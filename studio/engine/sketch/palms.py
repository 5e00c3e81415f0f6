"""A palm: a bent trunk and a crown of feathered fronds."""

from __future__ import annotations

from typing import Final

import numpy as np

from studio.engine.pixels import Floats, blur, colour, mix
from studio.engine.sketch.light import Sky
from studio.engine.sketch.shapes import soft_polygon

Point = tuple[float, float]
_LEAFLETS: Final = 26


def grow_palm(
    canvas: Floats, sky: Sky, *, foot: Point, crown: Point, rng: np.random.Generator
) -> Floats:
    """Grow a palm from its foot to its crown, bending upwards."""
    tall = foot[1] - crown[1]
    trunk, leaves = (np.zeros(canvas.shape[:2], np.float32) for _ in range(2))
    _trunk(trunk, foot, crown)
    count = int(rng.integers(8, 11))
    for number in range(count):
        angle = np.pi * (-1.22 + 1.44 * (number + rng.uniform(-0.25, 0.25)) / (count - 1))
        _frond(leaves, crown, angle=angle, length=tall * rng.uniform(0.36, 0.52))
    light = sky.light
    bark = mix(
        colour(light.ground),
        colour("#8a6a48") * np.float32(light.strength),
        light.strength**2 * 0.7,
    )
    green = mix(
        colour(light.ground),
        colour("#2f7a3c") * np.float32(light.strength),
        light.strength**2 * 0.8,
    )
    canvas = mix(canvas, bark, trunk)
    upper = np.clip(leaves - np.roll(leaves, 7, 0), 0, 1)
    sunny = mix(green, colour(light.lit), 0.30)
    return mix(mix(canvas, green, leaves), sunny, blur(upper, 0.8) * np.float32(0.8))


def _trunk(mask: Floats, foot: Point, crown: Point) -> None:
    """Taper along a curve that leaves the ground aslant and ends upright."""
    t = np.linspace(0, 1, 24)[:, None]
    start, end = np.array(foot), np.array(crown)
    bend = np.array([crown[0] * 0.95 + foot[0] * 0.05, (foot[1] + crown[1]) / 2])
    line = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    half = (foot[1] - crown[1]) * (0.021 - 0.010 * t)
    half = half * (1 + 0.10 * (np.arange(24)[:, None] % 2))
    sides = np.array([1.0, 0.0])
    outline = np.concatenate([line - half * sides, (line + half * sides)[::-1]])
    soft_polygon(mask, outline.astype(np.float32))


def _frond(mask: Floats, crown: Point, *, angle: float, length: float) -> None:
    """Let a rib spring from the crown and droop, with leaflets hanging on both its sides."""
    t = np.linspace(0, 1, _LEAFLETS)
    outwards = np.cos(angle) * t + np.sign(np.cos(angle)) * 0.32 * t**2
    reach = np.stack([outwards, np.sin(angle) * t + 0.66 * t**2.2], axis=-1) * length
    rib = np.array(crown) + reach
    ahead = np.gradient(rib, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    across = np.stack([-ahead[:, 1], ahead[:, 0]], axis=-1)
    blade = length * 0.24 * np.sin(np.pi * np.clip(t * 0.90 + 0.10, 0, 1)) ** 0.7
    hanging = np.array([0.0, 0.5])
    for side in (-1, 1):
        tips = rib + (ahead * 0.75 + across * side * 0.6 + hanging) * blade[:, None]
        for root, step, tip in zip(rib, ahead, tips, strict=True):
            width = step * length * 0.024
            soft_polygon(mask, np.array([root - width, root + width, tip], np.float32))
    stem = np.concatenate([rib - across * length * 0.008, (rib + across * length * 0.008)[::-1]])
    soft_polygon(mask, stem.astype(np.float32))
