"""Giving a cut-out person the light of a scene, from a guess at their shape."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np

from studio.engine.faces import Face
from studio.engine.matte import Cutout
from studio.engine.pixels import Floats, blur, resize

_REDUCTION: Final = 4  # light is soft: shape is worked out on a small copy
_THICKNESS: Final = 0.5  # face heights from the outline to where a body counts as flat
_FACE_RELIEF: Final = 1.2  # how much the landmarks' depth is stressed


Direction = tuple[float, float, float]
"""Right, down and towards the camera, seen from the person."""


def light_from(cutout: Cutout, direction: Direction) -> Floats:
    """Brightness 0..1 of a matt person under one lamp in that direction: height x width."""
    return np.clip(resize(small_lights_from(cutout, (direction,))[0], cutout.size), 0, 1)


def small_lights_from(cutout: Cutout, directions: tuple[Direction, ...]) -> tuple[Floats, ...]:
    """Brightness under each of several lamps, reduced: mix their colours first, then enlarge."""
    normals = _normals(cutout)
    lamps = [np.array(direction, np.float32) for direction in directions]
    return tuple(
        np.clip(normals @ (lamp / np.float32(np.linalg.norm(lamp))), 0, 1) for lamp in lamps
    )


def _normals(cutout: Cutout) -> Floats:
    """Which way the surface faces, small height x width x 3: an inflated outline plus the face."""
    width, height = cutout.size
    size = (max(1, width // _REDUCTION), max(1, height // _REDUCTION))
    unit = cutout.face.height / _REDUCTION
    solid = (resize(cutout.alpha, size) > np.float32(0.5)).astype(np.uint8)
    inward = cv2.distanceTransform(solid, cv2.DIST_L2, cv2.DIST_MASK_5) / (unit * _THICKNESS)
    inflated = np.sqrt(np.clip(1 - (1 - np.clip(inward, 0, 1)) ** 2, 0, 1)) * unit * _THICKNESS
    small_face = cutout.face.moved(scale=1 / _REDUCTION, left=0, top=0)
    depth = inflated.astype(np.float32) + _face_relief(small_face, size)
    depth = blur(depth, max(1.2, unit * 0.03))
    across = cv2.Sobel(depth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(depth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    normals = np.stack([-across, -down, np.ones_like(across)], axis=-1)
    return cast(Floats, normals / np.linalg.norm(normals, axis=-1, keepdims=True))


def _face_relief(face: Face, size: tuple[int, int]) -> Floats:
    """Height of the nose, brows and cheeks over the oval: the landmarks' depth, smoothed."""
    width, height = size
    total, weight = np.zeros((2, height, width), np.float32)
    nearness = face.points[:, 2].max() - face.points[:, 2]
    for (x, y, _), near in zip(face.points, nearness, strict=True):
        column, row = round(float(x)), round(float(y))
        if 0 <= column < width and 0 <= row < height:
            total[row, column] += near
            weight[row, column] += 1
    sigma = face.height * 0.08
    relief = blur(total, sigma) / (blur(weight, sigma) + np.float32(0.02))
    return relief * np.float32(_FACE_RELIEF)
