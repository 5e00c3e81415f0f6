"""The space suit: three rendered pictures, coloured, scaled and worn at a slot of the picture.

Lengths are in pixels of the rendered pictures (1800 x 1800) unless said otherwise.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import (
    Bytes,
    Floats,
    blend,
    colour,
    coordinates,
    resize_bytes,
    smoothstep,
    to_bytes,
)

PLATES: Final = Path(__file__).parents[1] / "assets" / "plates"
BACK, FRONT, AREAS = "suit_back.webp", "suit_front.webp", "suit_areas.webp"

CENTRE: Final = (900, 660)  # of the helmet's opening
RADIUS: Final = 304  # of the opening, as far as it shows
_WITH_ALPHA: Final = 4  # channels
_FADE: Final = (1440, 1790)  # rows in which a suit dissolves that ends within the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim:
    """Colours of a suit's bands and buttons."""

    main: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where an astronaut floats: the opening's centre in pixels of the picture, and the scale."""

    x: float
    y: float
    scale: float
    trim: Trim

    @property
    def radius(self) -> int:
        """Of the helmet's opening, in pixels of the picture."""
        return round(RADIUS * self.scale)

    @property
    def box(self) -> tuple[int, int, int]:
        """Left, top and side of the square around the opening."""
        half = round(self.radius * 1.06)
        return round(self.x) - half, round(self.y) - half, 2 * half


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """A coloured picture with straight alpha."""

    colours: Bytes = field(repr=False)
    alpha: Bytes = field(repr=False)


def paint_suit(picture: Bytes, slot: Slot) -> None:
    """Paint an empty suit into a picture, in place; what lies outside is cut off."""
    back, front = _layers(slot.trim)
    for layer in (back, front):
        _paint_layer(picture, layer, slot)


def opening(slot: Slot) -> Floats:
    """How much of each pixel of the slot's box is the helmet's opening, not its rim or collar."""
    return _opening(slot.scale, slot.box[2])


@functools.lru_cache(maxsize=16)
def _opening(scale: float, side: int) -> Floats:
    areas = _read(AREAS)[..., 2]
    hidden = _read(FRONT)[..., 3]
    visible = cv2.multiply(areas, 255 - hidden, scale=1 / 255)
    half = side / 2 / scale
    window = visible[
        round(CENTRE[1] - half) : round(CENTRE[1] + half),
        round(CENTRE[0] - half) : round(CENTRE[0] + half),
    ]
    return resize_bytes(cast(Bytes, window), (side, side)).astype(np.float32) / np.float32(255)


def _paint_layer(picture: Bytes, layer: _Layer, slot: Slot) -> None:
    height, width = picture.shape[:2]
    side = round(layer.alpha.shape[0] * slot.scale)
    left = round(slot.x - CENTRE[0] * slot.scale)
    top = round(slot.y - CENTRE[1] * slot.scale)
    rows = slice(max(0, top), min(height, top + side))
    columns = slice(max(0, left), min(width, left + side))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    inner = (
        slice(rows.start - top, rows.stop - top),
        slice(columns.start - left, columns.stop - left),
    )
    colours = np.ascontiguousarray(resize_bytes(layer.colours, (side, side))[inner])
    alpha = resize_bytes(layer.alpha, (side, side))[inner].astype(np.float32) / np.float32(255)
    if top + side < height:
        _, y = coordinates((side, side))
        fade = smoothstep(_FADE[1], _FADE[0], y / np.float32(slot.scale))
        alpha *= fade[inner[0]]
    before = np.ascontiguousarray(picture[rows, columns])
    picture[rows, columns] = cv2.blendLinear(before, colours, 1 - alpha, alpha)


def _layers(trim: Trim) -> tuple[_Layer, _Layer]:
    """Colour both layers; the trims were rendered in grey."""
    areas = _read(AREAS)
    tint = np.full_like(areas, 255)
    for channel, code in ((0, trim.main), (1, trim.second)):
        mask = areas[..., channel].astype(np.float32) * np.float32(1 / 255)
        tint = blend(tint, np.full_like(areas, to_bytes(colour(code)[None])[0]), mask)
    layers = []
    for name in (BACK, FRONT):
        plate = _read(name)
        tinted = cv2.multiply(plate[..., :3], tint, scale=1 / 255)
        alpha = np.ascontiguousarray(plate[..., 3])
        layers.append(_Layer(colours=cast(Bytes, tinted), alpha=alpha))
    return layers[0], layers[1]


def _read(name: str) -> Bytes:
    """Read a rendered picture: RGB, or RGBA with straight alpha."""
    stored = cv2.imread(str(PLATES / name), cv2.IMREAD_UNCHANGED)
    if stored is None:
        raise FileNotFoundError(PLATES / name)
    order = cv2.COLOR_BGRA2RGBA if stored.shape[-1] == _WITH_ALPHA else cv2.COLOR_BGR2RGB
    return cast(Bytes, cv2.cvtColor(stored, order))
