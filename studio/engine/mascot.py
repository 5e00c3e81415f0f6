"""The teddy bear that sits for the previews: a subject drawn by us, so that it may be shown.

Drawn as lit ellipsoids with fur, with a matte and the landmarks a face of its kind would have.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from studio.engine.faces import CHIN, FOREHEAD, LEFT_EYE, MOUTH_CORNERS, OVAL, RIGHT_EYE, Face
from studio.engine.filters.style import Subject
from studio.engine.pixels import (
    Floats,
    Size,
    blur,
    colour,
    coordinates,
    grain,
    mix,
    noise,
    smoothstep,
    to_bytes,
)

_SIZE: Final[Size] = (800, 1000)
_LAMP: Final = np.array([-0.45, -0.55, 0.70], np.float32) / np.float32(0.998)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One ellipsoid: centre and radii in pixels of the drawing, the later the nearer."""

    x: float
    y: float
    across: float
    down: float
    tint: str
    fur: float = 1.0
    shine: float = 0.0


_FUR, _PALE, _BLACK, _RED = "#a8703c", "#dcb583", "#1d1513", "#b3262e"

_BEAR: Final = (
    _Part(x=400, y=1010, across=262, down=385, tint=_FUR),
    _Part(x=175, y=985, across=110, down=230, tint=_FUR),
    _Part(x=625, y=985, across=110, down=230, tint=_FUR),
    _Part(x=400, y=1040, across=165, down=250, tint=_PALE),
    _Part(x=212, y=212, across=98, down=98, tint=_FUR),
    _Part(x=588, y=212, across=98, down=98, tint=_FUR),
    _Part(x=214, y=222, across=58, down=58, tint=_PALE),
    _Part(x=586, y=222, across=58, down=58, tint=_PALE),
    _Part(x=400, y=408, across=262, down=240, tint=_FUR),
    _Part(x=400, y=498, across=128, down=102, tint=_PALE),
    _Part(x=302, y=372, across=31, down=34, tint=_BLACK, fur=0, shine=1),
    _Part(x=498, y=372, across=31, down=34, tint=_BLACK, fur=0, shine=1),
    _Part(x=400, y=448, across=50, down=34, tint=_BLACK, fur=0.1, shine=0.6),
    _Part(x=310, y=702, across=92, down=58, tint=_RED, fur=0.15, shine=0.15),
    _Part(x=490, y=702, across=92, down=58, tint=_RED, fur=0.15, shine=0.15),
    _Part(x=400, y=702, across=40, down=38, tint=_RED, fur=0.1, shine=0.2),
)


@functools.cache
def draw_mascot() -> Subject:
    """Draw the bear as if it were a photo of one."""
    rng = np.random.default_rng(4)
    tufts = noise(_SIZE, cells=70, octaves=3, rng=rng) - np.float32(0.5)
    hairs = grain(_SIZE, rng=rng, sigma=1.3)
    canvas = np.zeros((_SIZE[1], _SIZE[0], 3), np.float32)
    matte = np.zeros((_SIZE[1], _SIZE[0]), np.float32)
    for part in _BEAR:
        coverage, surface = _render(part, tufts, hairs)
        shadow = blur(coverage, 16) * np.float32(0.30)
        canvas = mix(canvas * (1 - shadow * matte)[..., None], surface, coverage)
        matte = np.maximum(matte, coverage)
    canvas = mix(canvas, colour(_BLACK), _mouth() * matte)
    return Subject(pixels=to_bytes(canvas), matte=matte, face=_face())


def _render(part: _Part, tufts: Floats, hairs: Floats) -> tuple[Floats, Floats]:
    """Where a part is, and its lit colour."""
    x, y = coordinates(_SIZE)
    across = (x - np.float32(part.x)) / np.float32(part.across)
    down = (y - np.float32(part.y)) / np.float32(part.down)
    distance = np.hypot(across, down) + tufts * np.float32(0.10 * part.fur)
    edge = 1.5 / min(part.across, part.down)
    height = np.sqrt(np.clip(1 - distance * distance, 0.02, 1))
    light = np.clip(across * _LAMP[0] + down * _LAMP[1] + height * _LAMP[2], 0, 1)
    light = 0.30 + 0.85 * light + (0.25 * tufts + 0.045 * hairs) * part.fur
    surface = colour(part.tint) * light.astype(np.float32)[..., None]
    spark = np.exp(-(((across + 0.30) / 0.22) ** 2 + ((down + 0.35) / 0.22) ** 2)) * part.shine
    surface = surface + spark.astype(np.float32)[..., None] * np.float32(0.9)
    return smoothstep(1 + edge, 1 - edge, distance), surface


def _mouth() -> Floats:
    """Draw the seam below the nose and a smile."""
    mask = np.zeros((_SIZE[1], _SIZE[0]), np.uint8)
    cv2.line(mask, (400, 478), (400, 520), 255, 7, cv2.LINE_AA)
    for centre in (358, 442):
        cv2.ellipse(mask, (centre, 514), (42, 34), 0, 8, 172, 255, 7, cv2.LINE_AA)
    return mask.astype(np.float32) / np.float32(255)


def _face() -> Face:
    """Place the landmarks the filters look at; the others lie in the middle."""
    points = np.tile(np.array([400, 430, 0], np.float32), (468, 1))
    angles = np.arange(len(OVAL)) * 2 * np.pi / len(OVAL)
    points[list(OVAL), 0] = 400 + 215 * np.sin(angles)
    points[list(OVAL), 1] = 415 - 205 * np.cos(angles)
    points[FOREHEAD, :2], points[CHIN, :2] = (400, 210), (400, 620)
    points[list(RIGHT_EYE), :2] = ((270, 372), (334, 372))
    points[list(LEFT_EYE), :2] = ((466, 372), (530, 372))
    points[list(MOUTH_CORNERS), :2] = ((322, 530), (478, 530))
    return Face(points=points, score=1.0, detection_score=1.0)
