"""Rows of city towers at night: bodies, aerials, windows and the signs on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import Floats, Size, colour, mix
from studio.engine.scenes.neon_signs import Night, street_sign

_AISLE: Final = 0.30  # of the width, either side of the middle: low houses, there the person is
_NARROWEST_WITH_SIGN: Final = 0.03  # of the width
_WITH_SIGN, _WITH_AERIAL = 0.8, 0.5  # shares of the towers
_LIT, _ODD = 0.55, 0.2  # shares of the windows: lit, and in another colour than the house's
_PANE: Final = (0.36, 0.24)  # half a window's width and height, of the grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Towers at one distance."""

    count: float  # across an upright picture
    tallest: float  # of the picture's height
    haze: float  # how far their bodies take the colour of the sky
    light: float  # of their windows
    mist: float  # before them
    near: bool = False


def build_row(
    scene: Floats, night: Night, *, row: Row, street: int, rng: np.random.Generator
) -> None:
    """Build from left to right, on a street whose far side is at this height."""
    height, width = scene.shape[:2]
    count = row.count * width / 1200 * 1500 / height
    body = mix(colour("#060512"), colour(night.sky[2]), row.haze * 0.55)
    left = -rng.uniform(0, width / count)
    while left < width:
        across = width / count * rng.uniform(0.6, 1.3)
        up = height * row.tallest * rng.uniform(0.45, 1.0)
        hidden = row.near and abs(left + across / 2 - width / 2) < width * _AISLE
        if hidden:
            up *= 0.42
        block = (round(left), round(left + across), round(street - up), street)
        _house(scene, night, block=block, body=body, light=row.light, rng=rng)
        wide = across > width * _NARROWEST_WITH_SIGN
        if wide and not hidden and rng.random() < _WITH_SIGN:
            _hang_sign(scene, night, block=block, light=row.light, rng=rng)
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
    if 0 <= mast < scene.shape[1] - 2 and rng.random() < _WITH_AERIAL:
        tip = attic - round(across * rng.uniform(0.3, 0.9))
        cv2.line(scene, (mast, attic), (mast, tip), tuple(float(v) for v in tint), 2, cv2.LINE_AA)
        cv2.circle(scene, (mast, tip), 3, (1.6, 0.12, 0.18), -1, cv2.LINE_AA)


def _windows(night: Night, *, size: Size, across: int, rng: np.random.Generator) -> Floats:
    """Light from a grid of windows, some dark, whole storeys alike; fills `size`."""
    pitch = max(6, round(across / rng.integers(5, 10)))
    columns, rows = max(1, size[0] // pitch), max(1, size[1] // (pitch))
    lit = rng.random((rows, columns)) < _LIT * rng.uniform(0.5, 1.3, (rows, 1))
    glow = (0.16 + 1.10 * rng.random((rows, columns)) ** 2.2) * lit
    house = colour(night.windows[int(rng.integers(len(night.windows)))])
    other = colour(night.windows[int(rng.integers(len(night.windows)))])
    odd = rng.random((rows, columns, 1)) < _ODD
    small = (np.where(odd, other, house) * glow[..., None]).astype(np.float32)
    panes = cv2.resize(small, size, interpolation=cv2.INTER_NEAREST).reshape(size[1], size[0], 3)
    x = (np.arange(size[0]) * columns / size[0]) % 1
    y = (np.arange(size[1]) * rows / size[1]) % 1
    glass = ((np.abs(x - 0.5) < _PANE[0])[None, :] & (np.abs(y - 0.5) < _PANE[1])[:, None])[
        ..., None
    ]
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
    tint = colour(tints[int(rng.integers(len(tints)))]) * np.float32(0.9 + 1.2 * light)
    street_sign(scene, corner=(x, y), cell=cell, count=count, tint=tint, rng=rng)
