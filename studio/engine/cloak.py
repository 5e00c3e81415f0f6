"""A cloak for people whom the photo cuts off at the shoulders inside the picture."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from studio.engine.faces import CHIN, Face
from studio.engine.matte import Cutout
from studio.engine.pixels import Floats, blur, coordinates, smoothstep


def drape_cloak(cutout: Cutout, fade: Floats) -> tuple[Floats, Floats]:
    """Where a cloak takes over from the fading photo, 0..1, and how much light its folds get."""
    face, unit = cutout.face, cutout.face.height
    x, y = coordinates(cutout.size)
    across = (x - np.float32(face.centre[0])) / np.float32(unit)
    down = (y - face.points[CHIN, 1]) / np.float32(unit)
    reach = 0.40 + 0.72 * smoothstep(0.05, 0.60, down) + 0.22 * np.clip(down, 0, 3)
    inside = smoothstep(0.03, -0.03, np.abs(across) - reach)
    below = smoothstep(0.02, 0.14, down)
    missing = smoothstep(0.97, 0.60, fade)
    angle = np.arctan2(across, np.maximum(down + 0.6, 0.05))
    folds = 0.46 + 0.11 * np.sin(angle * 9 + across * 4 + 0.6) + 0.05 * np.sin(angle * 23)
    rounded = 1 - 0.55 * np.clip(np.abs(across) / reach, 0, 1) ** 3
    light = np.clip(folds * rounded, 0.1, 1).astype(np.float32)
    return cast(
        Floats, inside * below * missing * _beneath(cutout.alpha * missing, cutout.face)
    ), light


def _beneath(cut: Floats, face: Face) -> Floats:
    """Find the columns in which the person is cut off below the chin, or near it: a row of 0..1."""
    chin = min(max(0, round(float(face.points[CHIN, 1]))), cut.shape[0] - 1)
    row = cut[chin:].max(axis=0, keepdims=True)
    reach = 2 * round(face.height * 0.2) + 1
    return smoothstep(0.3, 0.7, blur(cast(Floats, cv2.dilate(row, np.ones((1, reach)))), reach / 6))
