"""Turning a photographed person into a drawing: flat tones, halftone shadows, ink lines."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np

from studio.engine.faces import Face, face_values
from studio.engine.halftone import halftone
from studio.engine.matte import Cutout
from studio.engine.pixels import (
    Bytes,
    Floats,
    blur,
    luminance,
    mix,
    resize,
    resize_bytes,
    smoothstep,
    to_bytes,
    to_floats,
)

_TONES: Final = ((0.12, 0.18), (0.27, 0.18), (0.44, 0.20), (0.62, 0.24), (0.82, 0.20))
"""Where a step between flat tones lies, and how much lighter it gets there."""

_BLACK, _WHITE = 0.06, 0.97
_FAINTEST_LINE: Final = 0.012  # of the range between the face's shadows and lights
_VISIBLE_INK: Final = 0.06
_SHORTEST_LINE: Final = 0.030  # face heights
_SATURATION: Final = 1.45
_SHADOW: Final = np.array([0.72, 0.52, 0.60], np.float32)  # printed over skin: a warm violet


def draw_cartoon(cutout: Cutout) -> Floats:
    """Redraw the person's colours; where there is no person the result means nothing."""
    unit = cutout.face.height
    flat, tone = _flat_tones(cutout, unit)
    dots = halftone(
        smoothstep(0.70, 0.22, tone) * np.float32(0.75), cell=max(3.0, unit * 0.019), degrees=20
    )
    shaded = mix(flat, flat * _SHADOW, dots * smoothstep(0.68, 0.62, tone))
    ink = _ink(luminance(cutout.colours), cutout, unit)
    return cast(Floats, shaded * ink[..., None])


def _flat_tones(cutout: Cutout, unit: float) -> tuple[Floats, Floats]:
    """Posterise the brightness, keep and strengthen the hue; also returns the brightness, 0..1."""
    smooth = _smoothed(to_bytes(cutout.colours), unit)
    lab = cast(Floats, cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB))  # 0..100, then about -100..100
    tone = _balanced_tone(lab[..., 0] * np.float32(0.01), cutout.face)
    level = np.full_like(tone, _BLACK)
    steps = sum(height for _, height in _TONES)
    for threshold, height in _TONES:
        rise = np.float32(height / steps * (_WHITE - _BLACK))
        level += rise * smoothstep(threshold - 0.008, threshold + 0.008, tone)
    lab[..., 0] = level * 100
    lab[..., 1:] *= np.float32(_SATURATION)
    flat = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    return cast(Floats, np.clip(flat, 0, 1)), tone


def _smoothed(image: Bytes, unit: float) -> Floats:
    """Remove texture but not outlines, on a copy in which the face is about 200 pixels high."""
    height, width = image.shape[:2]
    scale = min(1.0, 220 / unit)
    small = resize_bytes(image, (max(1, round(width * scale)), max(1, round(height * scale))))
    for _ in range(3):
        small = cast(Bytes, cv2.bilateralFilter(small, 7, 28, 5))
    return resize(to_floats(small), (width, height))


def _balanced_tone(lightness: Floats, face: Face) -> Floats:
    """Stretch so that every face shows all tones, and move its middle towards the same place.

    Not all the way: a dark skin stays dark, a badly lit photo still becomes readable.
    """
    values = face_values(lightness, face)
    low, middle, high = np.percentile(values, [4, 50, 96])
    target = middle + (0.60 - middle) * 0.6
    gain = np.clip(0.46 / max(high - low, 0.05), 0.8, 1.9)
    return cast(Floats, np.clip((lightness - middle) * np.float32(gain) + target, 0, 1))


def _ink(grey: Floats, cutout: Cutout, unit: float) -> Floats:
    """Draw lines where the photo is darker than around (difference of Gaussians); 1 is no ink."""
    values = face_values(grey, cutout.face)
    low, high = np.percentile(values, [2, 98])
    grey = (grey - np.float32(low)) / np.float32(max(high - low, 0.15))
    sigma = unit * 0.0045
    valley = blur(grey, sigma * 1.6) - blur(grey, sigma)
    ink = smoothstep(_FAINTEST_LINE * 0.5, _FAINTEST_LINE * 1.5, valley)
    return 1 - _without_specks(ink, unit)


def _without_specks(ink: Floats, unit: float) -> Floats:
    """Drop ink spots that are no lines: pores, stubble and the camera's noise."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ink > _VISIBLE_INK).astype(np.uint8))
    length = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    keep = (length > unit * _SHORTEST_LINE).astype(np.float32)
    keep[0] = 1  # the paper between the spots
    return cast(Floats, ink * keep[labels])
