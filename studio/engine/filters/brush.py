"""Turning an image into a painting: patches of colour, the relief of bristles, a sharper face."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np

from studio.engine.faces import OVAL, Face
from studio.engine.pixels import Bytes, Floats, blur, luminance, mix, resize, to_bytes

_SECTORS: Final = 8
_BROAD, _FINE = 0.018, 0.011  # face heights: the brush for cloth and hair, and that for the face
_STROKE: Final = 0.085  # face heights: how far one bristle's trace goes
_STEPS: Final = 7  # samples along half a stroke

MOUTH: Final = (61, 40, 37, 0, 267, 270, 291, 321, 314, 17, 84, 91)
_RIGHT_LIDS: Final = (33, 160, 158, 133, 153, 144)
_LEFT_LIDS: Final = (362, 385, 387, 263, 373, 380)


def paint_with_brushes(image: Floats, face: Face) -> Floats:
    """Repaint with a broad brush, the face with a fine one, eyes and mouth finer still."""
    unit = face.height
    broad = _patches(image, max(2, round(unit * _BROAD)))
    fine = _patches(image, max(1, round(unit * _FINE)))
    painted = mix(broad, fine, _face_mask(image, face))
    return mix(painted, image, _features_mask(image, face) * np.float32(0.6))


def _patches(image: Floats, radius: int) -> Floats:
    """Give each pixel the mean of the calmest of eight neighbourhoods (Kuwahara, softened)."""
    height, width = image.shape[:2]
    mean = blur(image, radius * 0.5)
    grey = luminance(image)
    spread = blur(grey * grey, radius * 0.5) - blur(grey, radius * 0.5) ** 2
    weight = 1 / (np.float32(4e-4) + np.maximum(spread, 0) * 12) ** 4
    weight *= np.float32(1e-12)
    packed = np.dstack([mean * weight[..., None], weight])
    packed = cv2.copyMakeBorder(packed, radius, radius, radius, radius, cv2.BORDER_REFLECT)
    total = np.zeros((height, width, 4), np.float32)
    for sector in range(_SECTORS):
        angle = 2 * np.pi * sector / _SECTORS
        down = radius + round(radius * float(np.sin(angle)))
        right = radius + round(radius * float(np.cos(angle)))
        total += packed[down : down + height, right : right + width]
    return cast(Floats, total[..., :3] / total[..., 3:])


def _face_mask(image: Floats, face: Face) -> Floats:
    return _filled(image, face, (OVAL,), softness=0.05)


def _features_mask(image: Floats, face: Face) -> Floats:
    return _filled(image, face, (_RIGHT_LIDS, _LEFT_LIDS, MOUTH), softness=0.018)


def _filled(
    image: Floats, face: Face, outlines: tuple[tuple[int, ...], ...], *, softness: float
) -> Floats:
    """1 inside the outlines given as landmarks, softly ending around them."""
    mask = np.zeros(image.shape[:2], np.uint8)
    for outline in outlines:
        points = np.round(face.points[list(outline), :2]).astype(np.int32)
        cv2.fillConvexPoly(mask, cv2.convexHull(points), 255)
    side = 2 * max(1, round(face.height * softness * 0.6)) + 1
    grown = cv2.dilate(mask, np.ones((side, side), np.uint8))
    return blur(grown.astype(np.float32) / np.float32(255), max(1.0, face.height * softness))


def bristles(image: Floats, *, unit: float) -> Floats:
    """Find the relief bristles leave along the forms: height around 0 with a deviation of 1.

    Noise smeared along the direction in which the image changes least (line integral convolution).
    """
    height, width = image.shape[:2]
    across, down = _stroke_direction(luminance(image), unit)
    rng = np.random.default_rng(9)
    speckle = blur(rng.random((height, width), dtype=np.float32), 1.1)
    step = np.float32(unit * _STROKE / _STEPS / 2)
    x = np.broadcast_to(np.arange(width, dtype=np.float32)[None, :], (height, width))
    y = np.broadcast_to(np.arange(height, dtype=np.float32)[:, None], (height, width))
    smeared = speckle.copy()
    for position in (*range(-_STEPS, 0), *range(1, _STEPS + 1)):
        shift = step * np.float32(position)
        smeared += cv2.remap(
            speckle, x + across * shift, y + down * shift, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )  # fmt: skip
    return cast(Floats, (smeared - smeared.mean()) / np.float32(smeared.std() + 1e-6))


def _stroke_direction(grey: Floats, unit: float) -> tuple[Floats, Floats]:
    """Find unit vectors along the forms, from the smoothed structure tensor at quarter size."""
    height, width = grey.shape
    small = blur(resize(grey, (max(1, width // 4), max(1, height // 4))), 1.2)
    across = cv2.Sobel(small, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(small, cv2.CV_32F, 0, 1)
    sigma = max(1.5, unit * 0.05 / 4)
    tensor = [blur(cast(Floats, p), sigma) for p in (across**2, across * down, down**2)]
    # a faint slant everywhere, so that calm areas are painted in one direction
    angle = 0.5 * np.arctan2(2 * tensor[1] + 2e-4, tensor[0] - tensor[2] + 1e-4) + np.pi / 2
    double = np.stack([np.cos(2 * angle), np.sin(2 * angle)], axis=-1)
    double = resize(blur(double.astype(np.float32), 1.5), (width, height))
    turned = np.arctan2(double[..., 1], double[..., 0]) / 2
    return np.cos(turned), np.sin(turned)


def with_relief(image: Floats, relief: Floats, *, strength: float) -> Bytes:
    """Light a relief from the upper left: ridges glint, furrows hold the darker paint."""
    slope = relief - np.roll(relief, (1, 1), (0, 1))
    shade = 1 + np.float32(0.030 * strength) * np.clip(relief, -2.5, 2.5)
    glint = np.float32(0.022 * strength) * np.clip(slope, -2.5, 2.5)
    return to_bytes(image * shade[..., None] + glint[..., None])
