"""Cutting a person out of a photo: how much of each pixel is person, and of which colour.

Two steps. `coarse_matte` asks the segmentation network where the person is; its answer is 256
pixels wide. `cut_out` follows the photo's own edges at the size of the picture: it estimates the
colours of person and background on both sides of the outline and solves for the mixture, which is
what keeps strands of hair and takes the old background's colour off them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.faces import Face
from studio.engine.pixels import (
    Bytes,
    Floats,
    PixelArray,
    Size,
    blur,
    coordinates,
    mix,
    resize,
    resize_bytes,
    smoothstep,
    to_floats,
)
from studio.engine.placement import Placement
from studio.engine.runtime import Model, run

_NETWORK_SIDE: Final = 256
_BODY_CROP: Final = (2.3, 2.2, 2.3, 3.6)  # face heights left, above, right, below the face's centre
_HEAD_CROP: Final = (1.5, 1.35, 1.5, 1.45)
_SOLID: Final = 0.3  # alpha from which on pixels connect parts of a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutout:
    """A person without background, on a canvas of the picture's size."""

    colours: Floats = field(repr=False)  # height x width x 3
    alpha: Floats = field(repr=False)  # height x width
    face: Face

    @property
    def size(self) -> Size:
        return self.alpha.shape[1], self.alpha.shape[0]


def coarse_matte(pixels: Bytes, face: Face, *, neighbours: tuple[Face, ...] = ()) -> Floats:
    """Tell where the person with this face is: 0..1, as large as the photo, soft at the outline.

    The network marks every person; what lies nearer to a neighbour's face is taken away.
    """
    body = _segment(pixels, face, _BODY_CROP)
    head = _segment(pixels, face, _HEAD_CROP)
    height, width = body.shape
    x, y = face.centre
    columns, rows = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    unit = face.height
    across = smoothstep(1.45, 1.0, np.abs(columns - np.float32(x)) / unit)
    above = smoothstep(-1.3, -1.0, (rows - np.float32(y)) / unit)
    below = smoothstep(1.25, 0.55, (rows - np.float32(y)) / unit)
    near = (above * below)[:, None] * across[None, :]
    matte = mix(body, np.maximum(head, body * np.float32(0.4)), near)
    for neighbour in neighbours:
        matte = matte * _territory(face, neighbour, size=(width, height))
    return matte


def _territory(face: Face, neighbour: Face, *, size: Size) -> Floats:
    """1 where a pixel belongs to `face` rather than to `neighbour`: distances in face heights."""
    x, y = coordinates(size)

    def distance(owner: Face) -> Floats:
        (centre_x, centre_y), unit = owner.centre, np.float32(owner.height)
        below = np.maximum(y - np.float32(centre_y), 0)
        above = np.maximum(np.float32(centre_y) - y, 0)
        return cast(
            Floats,
            np.hypot((x - np.float32(centre_x)) / unit, (above + below * np.float32(0.3)) / unit),
        )

    return smoothstep(-0.06, 0.06, distance(neighbour) - distance(face))


def _segment(pixels: Bytes, face: Face, crop: tuple[float, float, float, float]) -> Floats:
    """Run the network on a crop around the face and on its mirror image; zero outside the crop."""
    height, width = pixels.shape[:2]
    (x, y), unit = face.centre, face.height
    left, top = max(0, round(x - crop[0] * unit)), max(0, round(y - crop[1] * unit))
    right, bottom = min(width, round(x + crop[2] * unit)), min(height, round(y + crop[3] * unit))
    region = resize_bytes(pixels[top:bottom, left:right], (_NETWORK_SIDE, _NETWORK_SIDE))
    image = region.astype(np.float32) / np.float32(255)
    answer = run(Model.SELFIE_SEGMENTATION, image)[0][..., 0]
    mirrored = run(Model.SELFIE_SEGMENTATION, np.ascontiguousarray(image[:, ::-1]))[0][..., 0]
    matte = np.zeros((height, width), np.float32)
    both = (answer + mirrored[:, ::-1]) * np.float32(0.5)
    matte[top:bottom, left:right] = resize(both, (right - left, bottom - top))
    return np.clip(matte, 0, 1)


def cut_out(
    pixels: Bytes, matte: Floats, face: Face, *, placement: Placement, size: Size
) -> Cutout:
    """Move the person to a canvas of `size` and refine the matte there."""
    canvas, inside = _move(pixels, placement, size)
    coarse, _ = _move(matte, placement, size)
    moved = face.moved(scale=placement.scale, left=placement.left, top=placement.top)
    colours = to_floats(canvas)
    alpha, colours = _solve(colours, np.clip(coarse, 0, 1), unit=moved.height)
    alpha = _only_connected(alpha, moved) * inside
    return Cutout(colours=colours, alpha=alpha, face=moved)


def _move(image: PixelArray, placement: Placement, size: Size) -> tuple[PixelArray, Floats]:
    """Scale and shift; outside the photo its border is repeated, and the second plane is 0."""
    width, height = size
    scale, left, top = placement.scale, placement.left, placement.top
    if scale < 1:  # warpAffine samples without averaging
        image = cast(PixelArray, cv2.GaussianBlur(image, (0, 0), 0.4 / scale))
    matrix = np.array([[scale, 0, left + (scale - 1) / 2], [0, scale, top + (scale - 1) / 2]])
    moved = cv2.warpAffine(
        image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    photo_height, photo_width = image.shape[:2]
    inside = np.zeros((height, width), np.float32)
    inside[
        max(0, round(top)) : max(0, round(top + photo_height * scale)),
        max(0, round(left)) : max(0, round(left + photo_width * scale)),
    ] = 1
    return cast(PixelArray, moved), inside


def _solve(image: Floats, coarse: Floats, *, unit: float) -> tuple[Floats, Floats]:
    """Estimate alpha and the person's own colours from the colours on both sides of the outline."""
    person = _spread(image, smoothstep(0.93, 0.99, coarse), unit=unit)
    background = _spread(image, smoothstep(0.05, 0.01, coarse), unit=unit)
    mixture, trust = _unmix(image, person, background)
    guided = _guided_filter(image, coarse, radius=max(2, round(unit * 0.03)), epsilon=4e-4)
    alpha = mix(smoothstep(0.32, 0.82, guided), mixture, trust)
    low, high = smoothstep(0.80, 0.985, coarse), smoothstep(0.10, 0.62, coarse)
    alpha = np.clip(np.clip(alpha, low, high) * np.float32(1.12) - np.float32(0.06), 0, 1)
    own = (image - background * (1 - alpha[..., None])) / np.maximum(alpha, 0.25)[..., None]
    colours = mix(person, np.clip(own, 0, 1), smoothstep(0.1, 0.6, alpha))
    return alpha, mix(colours, image, smoothstep(0.9, 1.0, alpha))


def _unmix(image: Floats, person: Floats, background: Floats) -> tuple[Floats, Floats]:
    """Find each pixel's share of the person's colour, and how far to trust it.

    Not at all where both colours are alike, nor where the pixel is no mixture of the two: there
    the background has a third colour.
    """
    across = person - background
    contrast = (across * across).sum(axis=-1)
    offset = image - background
    share = np.clip((offset * across).sum(axis=-1) / (contrast + np.float32(1e-3)), 0, 1)
    rest = offset - across * share[..., None]
    fits = smoothstep(0.10, 0.02, (rest * rest).sum(axis=-1))
    return share, smoothstep(0.02, 0.16, contrast) * fits * np.float32(0.85)


def _spread(image: Floats, weight: Floats, *, unit: float) -> Floats:
    """Carry colours from where `weight` is 1 to where it is 0, from near before from far."""
    height, width = weight.shape
    reduction = max(1, round(unit / 100))
    size = (max(1, width // reduction), max(1, height // reduction))
    small_weight = resize(weight, size)
    small = resize(image * weight[..., None], size)
    total, total_weight = np.zeros_like(small), np.zeros_like(small_weight)
    for sigma in (1.5, 5.0, 20.0, 80.0):
        near, near_weight = blur(small, sigma), blur(small_weight, sigma)
        room = np.clip(1 - total_weight, 0, 1)
        gain = room * np.minimum(near_weight * 20, 1)
        total += near / (near_weight + np.float32(1e-6))[..., None] * gain[..., None]
        total_weight += gain
    spread = total / np.maximum(total_weight, np.float32(1e-6))[..., None]
    return cast(Floats, cv2.resize(spread, (width, height), interpolation=cv2.INTER_LINEAR))


def _guided_filter(guide: Floats, plane: Floats, *, radius: int, epsilon: float) -> Floats:
    """Make a plane follow the edges of an image (He et al., grey guide, at half size)."""
    grey = cv2.cvtColor(guide, cv2.COLOR_RGB2GRAY)
    height, width = plane.shape
    size = (max(1, width // 2), max(1, height // 2))
    small, coarse = resize(cast(Floats, grey), size), resize(plane, size)
    window = (radius | 1, radius | 1)

    def mean(values: Floats) -> Floats:
        return cast(Floats, cv2.boxFilter(values, -1, window))

    mean_guide, mean_coarse = mean(small), mean(coarse)
    covariance = mean(small * coarse) - mean_guide * mean_coarse
    variance = mean(small * small) - mean_guide * mean_guide
    slope = cast(Floats, covariance / (variance + np.float32(epsilon)))
    offset = mean_coarse - slope * mean_guide
    return resize(mean(slope), (width, height)) * grey + resize(mean(offset), (width, height))


def _only_connected(alpha: Floats, face: Face) -> Floats:
    """Drop islands: people and things of the background that do not touch this person."""
    height, width = alpha.shape
    reduced = cv2.resize(alpha, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    _, labels = cv2.connectedComponents((reduced > _SOLID).astype(np.uint8))
    x, y = (int(value / 4) for value in face.centre)
    here = labels[min(max(y, 0), labels.shape[0] - 1), min(max(x, 0), labels.shape[1] - 1)]
    if here == 0:
        return alpha
    mine = cv2.dilate((labels == here).astype(np.float32), np.ones((3, 3), np.uint8))
    return alpha * np.clip(cv2.resize(mine, (width, height), interpolation=cv2.INTER_LINEAR), 0, 1)
