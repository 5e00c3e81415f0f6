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
    smoothstep,
    to_bytes,
    vertical_gradient,
)
from studio.engine.scenes.neon_signs import Night, street_sign

HORIZON: Final = 0.70  # of the height: where the street begins

_ROWS: Final = (
    # houses across a portrait, tallest, body's share of the haze, window light
    (22, 0.40, 0.55, 0.35),
    (13, 0.56, 0.24, 0.70),
    (7.5, 0.62, 0.07, 1.00),
)
_AISLE: Final = 0.30  # of the width in the middle: the nearest houses keep out of the person's way
_LIT: Final = 0.46  # share of the windows
_RAIN_LEAN: Final = 0.16


@functools.lru_cache(maxsize=12)
def city(size: Size, night: Night) -> Bytes:
    """Paint the city without its word sign."""
    rng = np.random.default_rng(12)
    scene = _sky(size, night, rng)
    street = round(size[1] * HORIZON)
    for row, (count, tallest, haze, light) in enumerate(_ROWS):
        number = count * size[0] / 1200 * 1500 / max(size[1], 1)
        _houses(
            scene, night, street=street, count=number, tallest=tallest, haze=haze, light=light,
            near=row == len(_ROWS) - 1, rng=rng,
        )  # fmt: skip
        scene = _misted(scene, night, street=street, amount=0.34 - 0.13 * row)
    scene = _mirrored(scene, street, rng)
    scene = blur(scene, min(size) * 0.0016)
    scene = _with_bokeh(scene, night, rng)
    scene = _bloomed(scene)
    return to_bytes(_rained_on(scene, rng))


def _sky(size: Size, night: Night, rng: np.random.Generator) -> Floats:
    """Light low clouds from below, and send two beams up."""
    zenith, middle, horizon = night.sky
    scene = vertical_gradient(size, ((0.0, zenith), (0.38, middle), (HORIZON, horizon), (1, zenith)))
    clouds = noise(size, cells=2.5, octaves=5, rng=rng)
    _, y = coordinates(size)
    lit = smoothstep(0.46, 0.72, clouds) * (0.10 + 0.55 * y / np.float32(size[1] * HORIZON))
    scene = mix(scene, colour(horizon), np.clip(lit, 0, 0.6))
    for foot, top, tint in ((0.16, 0.02, night.left), (0.86, 0.98, night.right)):
        scene += _beam(size, foot, top)[..., None] * colour(tint) * np.float32(0.20)
    return scene


def _beam(size: Size, foot: float, top: float) -> Floats:
    """A search light: narrow at the street, wider and fainter above."""
    x, y = coordinates(size)
    up = 1 - y / np.float32(size[1] * HORIZON)
    axis = (foot + (top - foot) * up) * size[0]
    reach = size[0] * (0.010 + 0.055 * np.clip(up, 0, 1))
    bright = np.exp(-(((x - axis) / reach) ** 2)) * np.clip(1 - 0.75 * up, 0, 1) * (up > 0)
    return cast(Floats, bright.astype(np.float32))


def _houses(
    scene: Floats, night: Night, *, street: int, count: float, tallest: float, haze: float,
    light: float, near: bool, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Build one row from left to right."""
    height, width = scene.shape[:2]
    body = mix(colour("#060512"), colour(night.sky[2]), haze * 0.55)
    left = -rng.uniform(0, width / count)
    while left < width:
        across = width / count * rng.uniform(0.6, 1.3)
        up = height * tallest * rng.uniform(0.45, 1.0)
        middle = abs(left + across / 2 - width / 2) < width * _AISLE
        if near and middle:
            up *= 0.42
        block = (round(left), round(left + across), round(street - up), street)
        _house(scene, night, block=block, body=body, light=light, rng=rng)
        if light > 0.5 and across > width * 0.03 and rng.random() < 0.8 and not (near and middle):
            _hang_sign(scene, night, block=block, light=light, rng=rng)
        left += across * rng.uniform(1.0, 1.08)


def _house(
    scene: Floats, night: Night, *, block: tuple[int, int, int, int], body: Floats,
    light: float, rng: np.random.Generator,
) -> None:  # fmt: skip
    """Put up a tower with a narrower top, an aerial and a grid of windows."""
    left, right, roof, foot = block
    across = right - left
    step = round(across * rng.uniform(0.08, 0.22))
    attic = roof - round(across * rng.uniform(0.15, 0.7))
    tint = body * np.float32(rng.uniform(0.7, 1.25))
    for first, last, top in ((left, right, roof), (left + step, right - step, attic)):
        edges = max(0, first), min(scene.shape[1], last)
        if edges[1] <= edges[0]:
            continue
        scene[max(0, top) : foot, edges[0] : edges[1]] = tint
        panes = _windows(night, size=(last - first, foot - max(0, top)), across=across, rng=rng)
        shown = panes[:, edges[0] - first : edges[1] - first]
        scene[max(0, top) : foot, edges[0] : edges[1]] += shown * np.float32(light)
    mast = (left + right) // 2
    if 0 <= mast < scene.shape[1] - 2 and rng.random() < 0.5:
        tip = attic - round(across * rng.uniform(0.3, 0.9))
        cv2.line(scene, (mast, attic), (mast, tip), tuple(float(v) for v in tint), 2, cv2.LINE_AA)
        cv2.circle(scene, (mast, tip), 3, (1.6, 0.12, 0.18), -1, cv2.LINE_AA)


def _windows(night: Night, *, size: Size, across: int, rng: np.random.Generator) -> Floats:
    """Light from a grid of windows, some dark, whole storeys alike; fills `size`."""
    pitch = max(6, round(across / rng.integers(6, 12)))
    columns, rows = max(1, size[0] // pitch), max(1, size[1] // (pitch * 4 // 3))
    lit = rng.random((rows, columns)) < _LIT * rng.uniform(0.5, 1.3, (rows, 1))
    glow = (0.10 + 0.95 * rng.random((rows, columns)) ** 2.5) * lit
    house = colour(night.windows[int(rng.integers(len(night.windows)))])
    other = colour(night.windows[int(rng.integers(len(night.windows)))])
    odd = rng.random((rows, columns, 1)) < 0.2
    small = (np.where(odd, other, house) * glow[..., None]).astype(np.float32)
    panes = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST).reshape(size[1], size[0], 3)
    x = (np.arange(size[0]) * columns / size[0]) % 1
    y = (np.arange(size[1]) * rows / size[1]) % 1
    glass = ((np.abs(x - 0.5) < 0.30)[None, :] & (np.abs(y - 0.5) < 0.27)[:, None])[..., None]
    return cast(Floats, panes * glass)


def _hang_sign(
    scene: Floats, night: Night, *, block: tuple[int, int, int, int], light: float,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    left, right, roof, foot = block
    cell = round(np.clip((right - left) * rng.uniform(0.16, 0.30), 12, 64))
    count = int(np.clip((foot - roof) * 0.6 / (cell * 1.2), 2, 6))
    x = round(left + (right - left) * rng.uniform(0.12, 0.60))
    y = round(max(roof, 0) + (foot - max(roof, 0)) * rng.uniform(0.06, 0.2))
    tints = (night.left, night.right, "#ffd84a", night.windows[0])
    tint = colour(tints[int(rng.integers(len(tints)))]) * np.float32(0.6 + 0.9 * light)
    street_sign(scene, corner=(x, y), cell=cell, count=count, tint=tint, rng=rng)


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
        0.40, 0.60, cv2.resize(noise((width, depth * 3), cells=6, octaves=3, rng=rng), (width, depth))
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
    return cast(Floats, 1 - np.exp(-scene * np.float32(1.25)))


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
