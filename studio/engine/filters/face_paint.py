"""Luminous make-up on a cheek: circuit lines, a bolt or a star, that follows the face."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.engine.faces import (
    LEFT_EDGE,
    LEFT_EYE,
    MOUTH_CORNERS,
    NOSE,
    RIGHT_EDGE,
    RIGHT_EYE,
    face_values,
)
from studio.engine.matte import Cutout
from studio.engine.pixels import Floats, blur, luminance, smoothstep

_SHIFT: Final = 4  # OpenCV draws at sixteenths of a pixel
_SKIN: Final = 0.022  # squared colour distance from the cheek's median within which it is skin

_DARKER: Final = 0.55  # of the face's brightness; a cheek in shadow is brighter
_FREE: Final = 0.75  # share of the design that must lie on skin

Points = NDArray[np.float64]


def paint_cheek(cutout: Cutout, design: str) -> tuple[Floats, bool]:
    """Paint the cheek that is seen best: coverage 0..1, and whether that is the left one in view.

    Where hair, hands or glasses lie over the cheek, nothing is painted: half a star looks broken.
    """
    points = cutout.face.points[:, :2]
    in_view = points[LEFT_EDGE, 0] - points[NOSE, 0] < points[NOSE, 0] - points[RIGHT_EDGE, 0]
    eye, edge, mouth = (
        (RIGHT_EYE[0], RIGHT_EDGE, MOUTH_CORNERS[0]) if in_view
        else (LEFT_EYE[1], LEFT_EDGE, MOUTH_CORNERS[1])
    )  # fmt: skip
    origin = points[eye].astype(np.float64)
    outward, down = points[edge] - origin, points[mouth] - origin
    paint = _drawn(cutout, design, origin=origin, outward=outward, down=down)
    cheek = origin + 0.15 * outward + 0.42 * down
    shown = paint * _skin(cutout, cheek)
    if shown.sum() < _FREE * paint.sum():
        return np.zeros_like(paint), bool(in_view)
    return shown, bool(in_view)


def _drawn(cutout: Cutout, design: str, *, origin: Points, outward: Points, down: Points) -> Floats:
    """Draw the design in the cheek's own axes: coverage 0..1."""
    mask = np.zeros(cutout.alpha.shape, np.uint8)
    thick = max(1, round(cutout.face.height * 0.014))
    for stroke, filled in _designs(design):
        placed = origin + stroke[:, :1] * outward + stroke[:, 1:] * down
        fixed = np.round(placed * 2**_SHIFT).astype(np.int32)
        if filled:
            cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, _SHIFT)
        else:
            cv2.polylines(
                mask, [fixed], isClosed=False, color=255, thickness=thick,
                lineType=cv2.LINE_AA, shift=_SHIFT,
            )  # fmt: skip
    return mask.astype(np.float32) / np.float32(255)


def _skin(cutout: Cutout, cheek: Points) -> Floats:
    """1 where the colours are those around `cheek`."""
    radius = max(2, round(cutout.face.height * 0.06))
    x, y = (round(float(value)) for value in cheek)
    sample = cutout.colours[max(0, y - radius) : y + radius, max(0, x - radius) : x + radius]
    if not sample.size:
        return np.zeros_like(cutout.alpha)
    median = np.median(sample.reshape(-1, 3), axis=0)
    if luminance(median[None, None])[0, 0] < _DARKER * np.median(
        face_values(luminance(cutout.colours), cutout.face)
    ):
        return np.zeros_like(cutout.alpha)  # a lens or hair, not a cheek
    offset = blur(cutout.colours, max(1.0, radius * 0.2)) - median.astype(np.float32)
    return smoothstep(4 * _SKIN, 2 * _SKIN, (offset * offset).sum(axis=-1)) * cutout.alpha


def _designs(design: str) -> list[tuple[Points, bool]]:
    """Strokes and filled shapes; first towards the ear (1), then towards the mouth's corner (1)."""
    if design == "star":
        return [(_star((0.22, 0.40), 0.21), True), (_star((0.52, 0.16), 0.09), True)]
    if design == "bolt":
        right_side = [(0.10, 0.16), (0.40, 0.16), (0.22, 0.42), (0.42, 0.42)]
        left_side = [(-0.06, 0.86), (0.08, 0.54), (-0.10, 0.54)]
        corners = [*right_side, *left_side]
        return [(np.array(corners), True)]
    lines = (
        ((0.86, 0.06), (0.62, 0.18), (0.30, 0.24), (-0.12, 0.34)),
        ((0.84, 0.24), (0.60, 0.36), (0.34, 0.40), (0.20, 0.52)),
        ((0.80, 0.44), (0.58, 0.56), (0.40, 0.72)),
    )
    ends = [_disc(line[-1], 0.035) for line in lines]
    return [*((np.array(line), False) for line in lines), *((end, True) for end in ends)]


def _star(at: tuple[float, float], reach: float) -> Points:
    angle = np.arange(10) * np.pi / 5
    radius = np.where(np.arange(10) % 2, reach * 0.42, reach)
    return np.stack([at[0] + 1.3 * radius * np.sin(angle), at[1] - radius * np.cos(angle)], axis=-1)


def _disc(at: tuple[float, float], radius: float) -> Points:
    angle = np.linspace(0, 2 * np.pi, 20)
    return np.stack([at[0] + 1.5 * radius * np.sin(angle), at[1] + radius * np.cos(angle)], axis=-1)
