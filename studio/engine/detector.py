"""Finding where faces are: BlazeFace on the whole photo and, for small faces, on tiles.

Recipe: anchors and box layout as the two networks were trained (MediaPipe's face detection graphs).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from studio.engine.pixels import Bytes, Floats, resize_bytes
from studio.engine.runtime import Model, run

MIN_SCORE: Final = 0.5
MIN_TILE_SCORE: Final = 0.6  # a tile shows less of the surroundings, so it errs more often
SAME_FACE_OVERLAP: Final = 0.3  # intersection over union
INSIDE_OVERLAP: Final = 0.7  # intersection over the smaller box

_RIGHT_EYE, _LEFT_EYE, _MOUTH = 0, 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A box that probably holds a face, in pixels of the photo."""

    box: tuple[float, float, float, float]  # left, top, right, bottom
    keypoints: Floats  # 6 x 2: right eye, left eye, nose, mouth, right ear, left ear
    score: float

    @property
    def centre(self) -> tuple[float, float]:
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2

    @property
    def side(self) -> float:
        left, top, right, bottom = self.box
        return max(right - left, bottom - top)

    @property
    def roll(self) -> float:
        """How far the head is turned in the picture's plane: degrees, 180 is upside down."""
        down = self.keypoints[_MOUTH] - self.keypoints[[_RIGHT_EYE, _LEFT_EYE]].mean(axis=0)
        return float(np.degrees(np.arctan2(-down[0], down[1])))


def detect(pixels: Bytes, *, thorough: bool) -> list[Detection]:
    """Find faces, surest first; `thorough` also looks at tiles, for faces far from the camera."""
    rows = [
        _run_network(pixels, Model.FACE_DETECTION_SHORT_RANGE, MIN_SCORE),
        _run_network(pixels, Model.FACE_DETECTION_FULL_RANGE_SPARSE, MIN_SCORE),
    ]
    if thorough:
        for left, top, tile in _tiles(pixels):
            found = _run_network(tile, Model.FACE_DETECTION_FULL_RANGE_SPARSE, MIN_TILE_SCORE)
            found[:, 0:16:2] += left
            found[:, 1:16:2] += top
            rows.append(found)
    return [_detection(row) for row in _merge_overlapping(np.concatenate(rows))]


def _detection(row: Floats) -> Detection:
    left, top, right, bottom = (float(value) for value in row[:4])
    return Detection(
        box=(left, top, right, bottom), keypoints=row[4:16].reshape(6, 2), score=float(row[16])
    )


def _tiles(pixels: Bytes) -> Iterator[tuple[int, int, Bytes]]:
    """Cut the photo into 2x2 and 3x3 tiles that overlap by a third, with their left and top."""
    height, width = pixels.shape[:2]
    for count in (2, 3):
        tile_width, tile_height = int(width / count * 1.35), int(height / count * 1.35)
        for row in range(count):
            for column in range(count):
                left = (width - tile_width) * column // (count - 1)
                top = (height - tile_height) * row // (count - 1)
                yield left, top, pixels[top : top + tile_height, left : left + tile_width]


@functools.cache
def _anchors(model: Model) -> Floats:
    """Centres the network's answers are relative to, n x 2 in 0..1."""
    grids = (
        ((16, 2), (8, 6)) if model is Model.FACE_DETECTION_SHORT_RANGE else ((48, 1),)
    )  # cells a side, anchors a cell
    centres = []
    for cells, each in grids:
        axis = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        x, y = np.meshgrid(axis, axis)
        centres.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=-1), each, axis=0))
    return np.concatenate(centres)


def _run_network(pixels: Bytes, model: Model, min_score: float) -> Floats:
    """Detect on one image: n x 17 rows of box (4), keypoints (12) and score, in its pixels."""
    side = 128 if model is Model.FACE_DETECTION_SHORT_RANGE else 192
    square, scale, left, top = _letterbox(pixels, side)
    outputs = run(model, square)
    logits, values = sorted(outputs, key=lambda output: output.shape[-1])  # n x 1, n x 16
    scores = 1 / (1 + np.exp(-np.clip(logits[:, 0], -80, 80)))
    sure = scores > min_score
    values = values[sure] / np.float32(side)
    scores, anchors = scores[sure], _anchors(model)[sure]

    rows = np.empty((len(scores), 17), np.float32)
    centres, half = values[:, 0:2] + anchors, values[:, 2:4] / 2
    rows[:, 0:2], rows[:, 2:4] = centres - half, centres + half
    rows[:, 4:16] = values[:, 4:16] + np.tile(anchors, 6)
    rows[:, 0:16:2] = (rows[:, 0:16:2] * side - left) / scale
    rows[:, 1:16:2] = (rows[:, 1:16:2] * side - top) / scale
    rows[:, 16] = scores
    return rows


def _letterbox(pixels: Bytes, side: int) -> tuple[Floats, float, int, int]:
    """Fit an image into a black square, scaled to -1..1; with its scale, left and top there."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    small = resize_bytes(pixels, (max(1, round(width * scale)), max(1, round(height * scale))))
    left, top = (side - small.shape[1]) // 2, (side - small.shape[0]) // 2
    square = np.zeros((side, side, 3), np.uint8)
    square[top : top + small.shape[0], left : left + small.shape[1]] = small
    return square.astype(np.float32) / np.float32(127.5) - 1, scale, left, top


def _merge_overlapping(rows: Floats) -> list[Floats]:
    """Average boxes that lie on the same face, weighted by score."""
    rest = rows[np.argsort(-rows[:, 16], kind="stable")]
    merged = []
    while len(rest):
        same = _overlaps(rest[0], rest)
        group = rest[same]
        face = np.average(group, axis=0, weights=group[:, 16]).astype(np.float32)
        face[16] = rest[0, 16]
        merged.append(face)
        rest = rest[~same]
    return merged


def _overlaps(row: Floats, rows: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    width = np.minimum(row[2], rows[:, 2]) - np.maximum(row[0], rows[:, 0])
    height = np.minimum(row[3], rows[:, 3]) - np.maximum(row[1], rows[:, 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    area = (row[2] - row[0]) * (row[3] - row[1])
    areas = (rows[:, 2] - rows[:, 0]) * (rows[:, 3] - rows[:, 1])
    union = np.maximum(area + areas - shared, 1e-6)
    smaller = np.maximum(np.minimum(area, areas), 1e-6)
    overlap = (shared / union > SAME_FACE_OVERLAP) | (shared / smaller > INSIDE_OVERLAP)
    overlap[0] = True  # a box without area would never leave the list
    return cast("np.ndarray[tuple[int], np.dtype[np.bool_]]", overlap)
