"""A rainy city at night: rows of lit towers, signs, a wet street that mirrors them."""

from __future__ import annotations

import functools
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blur,
    colour,
    coordinates,
    mix,
    noise,
    resize,
    smoothstep,
    to_bytes,
    vertical_gradient,
)
from studio.engine.scenes.neon_signs import Night
from studio.engine.scenes.towers import Row, build_row

HORIZON: Final = 0.70  # of the height: where the street begins

_ROWS: Final = (
    Row(count=22, tallest=0.42, haze=0.80, light=0.40, mist=0.50),
    Row(count=13, tallest=0.56, haze=0.42, light=0.75, mist=0.33),
    Row(count=7.5, tallest=0.64, haze=0.10, light=1.05, mist=0.16, near=True),
)
_RAIN_LEAN: Final = 0.16


@functools.lru_cache(maxsize=4)
def city(size: Size, night: Night) -> Bytes:
    """Paint the city without its word sign."""
    rng = np.random.default_rng(12)
    scene = _sky(size, night, rng)
    street = round(size[1] * HORIZON)
    for row in _ROWS:
        build_row(scene, night, row=row, street=street, rng=rng)
        scene = _misted(scene, night, street=street, amount=row.mist)
    scene = _mirrored(scene, street, rng)
    scene = blur(scene, min(size) * 0.0016)
    scene = _with_bokeh(scene, night, rng)
    scene = _bloomed(scene)
    return to_bytes(_rained_on(scene, rng))


def _sky(size: Size, night: Night, rng: np.random.Generator) -> Floats:
    """Light low clouds from below, and send two beams up."""
    zenith, middle, horizon = night.sky
    scene = vertical_gradient(
        size, ((0.0, zenith), (0.38, middle), (HORIZON, horizon), (1, zenith))
    )
    clouds = noise(size, cells=2.5, octaves=5, rng=rng)
    _, y = coordinates(size)
    lit = smoothstep(0.46, 0.72, clouds) * (0.10 + 0.55 * y / np.float32(size[1] * HORIZON))
    scene = mix(scene, colour(horizon), np.clip(lit, 0, 0.6))
    for foot, top, tint in ((0.16, 0.02, night.left), (0.86, 0.98, night.right)):
        scene += _beam(size, foot, top)[..., None] * colour(tint) * np.float32(0.20)
    return scene


def _beam(size: Size, foot: float, top: float) -> Floats:
    """Shine a search light: narrow at the street, wider and fainter above."""
    x, y = coordinates(size)
    up = 1 - y / np.float32(size[1] * HORIZON)
    axis = (foot + (top - foot) * up) * size[0]
    reach = size[0] * (0.010 + 0.055 * np.clip(up, 0, 1))
    bright = np.exp(-(((x - axis) / reach) ** 2)) * np.clip(1 - 0.75 * up, 0, 1) * (up > 0)
    return cast(Floats, bright.astype(np.float32))


def _misted(scene: Floats, night: Night, *, street: int, amount: float) -> Floats:
    _, y = coordinates((scene.shape[1], scene.shape[0]))
    rising = smoothstep(street - scene.shape[0] * 0.38, street, y) * np.float32(max(amount, 0))
    below = (y < street).astype(np.float32)
    return mix(scene, colour(night.sky[2]), np.broadcast_to(rising * below, scene.shape[:2]))


def _mirrored(scene: Floats, street: int, rng: np.random.Generator) -> Floats:
    """Let the wet street show the city upside down, drawn out and broken by ripples."""
    height, width = scene.shape[:2]
    depth = height - street
    down = np.arange(depth, dtype=np.float32)[:, None]
    ripple = noise((width, depth), cells=7, octaves=3, rng=rng) - np.float32(0.5)
    ripple = cv2.resize(ripple[::6], (width, depth)) * (8 + down * np.float32(0.25))
    x = np.arange(width, dtype=np.float32)[None, :] + ripple
    y = np.broadcast_to(street - 1 - down * np.float32(1.5), (depth, width)) + ripple * 2
    drawn = cv2.blur(np.clip(scene[:street], 0, 2.5), (3, max(3, depth // 9)))
    mirror = cv2.remap(
        drawn, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )  # fmt: skip
    puddles = np.float32(0.35) + np.float32(0.75) * smoothstep(
        0.40,
        0.60,
        resize(noise((width, depth * 3), cells=6, octaves=3, rng=rng), (width, depth)),
    )
    fade = np.float32(0.95) - np.float32(0.55) * down / np.float32(depth)
    wet = scene.copy()
    wet[street:] = mirror * (puddles * fade)[..., None] + colour("#04040c")
    return wet


def _with_bokeh(scene: Floats, night: Night, rng: np.random.Generator) -> Floats:
    """Scatter lamps near the camera, out of focus."""
    height, width = scene.shape[:2]
    discs = np.zeros((height // 2, width // 2, 3), np.float32)
    for _ in range(round(46 * width / 1200)):
        tints = (night.left, night.right, "#ffb347", night.windows[0])
        tint = colour(tints[int(rng.integers(len(tints)))]) * np.float32(rng.uniform(0.06, 0.26))
        x, y = int(rng.integers(width // 2)), int(height / 2 * rng.uniform(0.48, 0.97))
        radius = round(min(width, height) / 2 * rng.uniform(0.008, 0.032))
        disc = np.zeros_like(discs)
        area = (slice(max(0, y - radius - 3), y + radius + 3),
                slice(max(0, x - radius - 3), x + radius + 3))  # fmt: skip
        patch = disc[area]
        at = (x - max(0, x - radius - 3), y - max(0, y - radius - 3))
        light = tuple(float(v) for v in tint)
        cv2.circle(patch, at, radius, light, -1, cv2.LINE_AA)
        cv2.circle(patch, at, radius, tuple(v * 1.8 for v in light), 2, cv2.LINE_AA)
        discs[area] += patch
    soft = cv2.GaussianBlur(discs, (0, 0), 1.0)
    return scene + cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)


def _bloomed(scene: Floats) -> Floats:
    """Let bright things spill light; then compress what is over 1."""
    bright = np.clip(scene - np.float32(0.55), 0, 3)
    side = min(scene.shape[:2])
    for share, amount in ((0.006, 0.55), (0.02, 0.45), (0.07, 0.40)):
        scene = scene + blur(bright, side * share) * np.float32(amount)
    return cast(Floats, 1 - np.exp(-scene * np.float32(1.75)))


def _rained_on(scene: Floats, rng: np.random.Generator) -> Floats:
    height, width = scene.shape[:2]
    streaks = _streaks((width, height), count=420, longest=0.05, rng=rng)
    return scene + streaks[..., None] * np.array([0.16, 0.19, 0.24], np.float32)


@functools.lru_cache(maxsize=3)
def rain(size: Size) -> Bytes:
    """Rain in front of the person: light to add, one plane; longer and sparser than behind."""
    streaks = _streaks(size, count=150, longest=0.085, rng=np.random.default_rng(31))
    return to_bytes(blur(streaks, 0.7) * np.float32(0.30))


def _streaks(size: Size, *, count: int, longest: float, rng: np.random.Generator) -> Floats:
    """Draw slanted strokes of rain, 0..1."""
    width, height = size
    plane = np.zeros((height, width), np.uint8)
    for _ in range(round(count * width / 1200)):
        x, y = int(rng.integers(width)), int(rng.integers(-50, height))
        length = round(max(size) * longest * rng.uniform(0.3, 1))
        end = (round(x - length * _RAIN_LEAN), y + length)
        cv2.line(plane, (x, y), end, int(rng.integers(60, 230)), 1, cv2.LINE_AA)
    return plane.astype(np.float32) / np.float32(255)
