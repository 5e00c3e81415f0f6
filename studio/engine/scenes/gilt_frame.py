"""A carved and gilded picture frame, lit from the upper left."""

from __future__ import annotations

import functools
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import Bytes, Floats, Size, blur, mix, noise, smoothstep, to_bytes

_PROFILE: Final = (
    (0.00, 0.00), (0.04, 0.35), (0.12, 0.48), (0.17, 0.40), (0.20, 0.62), (0.34, 1.00),
    (0.48, 0.86), (0.56, 0.42), (0.66, 0.24), (0.76, 0.22), (0.80, 0.42), (0.90, 0.44),
    (0.94, 0.22), (1.00, 0.05),
)  # fmt: skip
"""Height of the moulding (1) over the way from the outer (0) to the inner edge (1)."""

_LEAF, _BEAD = (0.34, 1.05), (0.85, 0.17)  # where along the way, and the pattern's repeat
_GOLD: Final = (
    (0.00, (0.07, 0.035, 0.012)),
    (0.30, (0.36, 0.21, 0.065)),
    (0.58, (0.74, 0.52, 0.19)),
    (0.82, (0.95, 0.78, 0.42)),
    (1.00, (1.00, 0.95, 0.76)),
)
_LAMP: Final = np.array([-0.45, -0.62, 0.64], np.float32)


@functools.lru_cache(maxsize=1)
def gilt_frame(size: Size, thickness: int) -> Bytes:
    """Paint a frame that fills `size`; what lies inside the moulding means nothing."""
    relief = _relief(size, thickness)
    across = cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=1 / 8)
    normals = np.dstack([-across, -down, np.full_like(across, 0.85)])
    lengths = np.linalg.norm(normals, axis=-1)
    lit = np.clip((normals @ _LAMP) / lengths, 0, 1)
    patina = noise(size, cells=60, octaves=3, rng=np.random.default_rng(70))
    depth = relief - blur(relief, thickness * 0.10)  # furrows keep the dark bole
    value = 0.06 + 0.80 * lit + 0.30 * lit**14 + depth * np.float32(0.9 / thickness)
    return to_bytes(_gilded((value * (0.84 + 0.30 * patina)).astype(np.float32)))


def _gilded(value: Floats) -> Floats:
    where = [stop for stop, _ in _GOLD]
    channels = [np.interp(value, where, [tint[c] for _, tint in _GOLD]) for c in range(3)]
    return np.dstack(channels).astype(np.float32)


def _relief(size: Size, thickness: int) -> Floats:
    """Height of the carved wood in pixels; the four sides meet in mitres."""
    width, height = size
    sides = np.zeros((height, width), np.float32)
    rows = _moulding(width, thickness)
    columns = _moulding(height, thickness).T
    sides[:thickness], sides[-thickness:] = rows, rows[::-1]
    x = np.arange(thickness, dtype=np.float32)[None, :]
    distance = np.minimum(np.arange(height), np.arange(height)[::-1]).astype(np.float32)[:, None]
    beside = smoothstep(-0.8, 0.8, distance - x)  # nearer to the left edge than to top or bottom
    sides[:, :thickness] = mix(sides[:, :thickness], columns, beside)
    sides[:, -thickness:] = mix(sides[:, -thickness:], columns[:, ::-1], beside[:, ::-1])
    for row in (0, height - 2 * thickness):
        for column in (0, width - 2 * thickness):
            _carve_corner(sides, row, column, thickness)
    return blur(sides, 0.8)


def _moulding(length: int, thickness: int) -> Floats:
    """One side, thickness x length: the profile with leaves and a row of beads, mirrored midway."""
    way = (np.arange(thickness, dtype=np.float32)[:, None] + 0.5) / np.float32(thickness)
    profile = np.interp(way, [at for at, _ in _PROFILE], [up for _, up in _PROFILE])
    along = np.abs(np.arange(length, dtype=np.float32) - np.float32((length - 1) / 2))
    along = along[None, :] / np.float32(thickness)
    carved = profile + _leaves(way, along) + _beads(way, along)
    return cast(Floats, (carved * thickness * 0.42).astype(np.float32))


def _leaves(way: Floats, along: Floats) -> Floats:
    """Leaves that overlap towards the corners, each with a rib and veins."""
    centre, repeat = _LEAF
    phase = along / np.float32(repeat) % 1
    tapered = (0.21 * np.sqrt(np.clip(phase * (1.12 - phase) * 3.4, 0, 1))).astype(np.float32)
    aside = np.abs(way - np.float32(centre)) / (tapered + np.float32(0.01))
    body = np.sqrt(np.clip(1 - aside**2, 0, 1)) * (0.20 + 0.22 * (1 - phase))
    rib = 0.10 * np.exp(-((aside / 0.12) ** 2))
    veins = 0.045 * np.sin((phase * 5 + aside * 0.9) * 2 * np.pi) * (aside < 1) * aside
    return cast(Floats, body + rib * (aside < 1) + veins)


def _beads(way: Floats, along: Floats) -> Floats:
    centre, repeat = _BEAD
    phase = (along / np.float32(repeat) % 1 - np.float32(0.5)) * np.float32(repeat)
    inside = 1 - (phase**2 + (way - np.float32(centre)) ** 2) / np.float32(0.066**2)
    return cast(Floats, 0.36 * np.sqrt(np.clip(inside, 0, 1)))


def _carve_corner(relief: Floats, row: int, column: int, thickness: int) -> None:
    """Put a rosette over a mitre."""
    side = 2 * thickness
    top = relief.shape[0] // 2 > row
    left = relief.shape[1] // 2 > column
    middle_y = (0.56 if top else 1.44) * thickness
    middle_x = (0.56 if left else 1.44) * thickness
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    radius = np.hypot(x - middle_x, y - middle_y) / np.float32(thickness)
    angle = np.arctan2(y - middle_y, x - middle_x)
    petal = np.abs(np.cos(4 * angle))
    flower = 0.62 * np.sqrt(np.clip(1 - (radius / (0.36 + 0.13 * petal)) ** 2, 0, 1))
    flower += 0.14 * petal * np.exp(-(((radius - 0.27) / 0.14) ** 2))
    button = 0.30 * np.sqrt(np.clip(1 - (radius / 0.13) ** 2, 0, 1))
    rosette = ((0.55 + flower + button) * thickness * 0.42).astype(np.float32)
    area = relief[row : row + side, column : column + side]
    covered = smoothstep(0.47, 0.44, cast(Floats, radius - 0.02 + 0.02 * petal))
    area[:] = mix(area, np.maximum(area, rosette), covered)
