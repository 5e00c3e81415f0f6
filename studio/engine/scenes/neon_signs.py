"""Signs made of glass tubes and light: words, invented letters, a panel's outline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from faceswap.models import Gender
from studio.engine.lettering import Font, height_to_fit, text_mask
from studio.engine.pixels import Floats, Size, blur, colour

_LEVEL: Final = 0.5  # share of the strokes; the others are upright
_WHITE: Final = np.ones(3, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """Colours and the sign of one variant."""

    left: str  # the lamp on the left, and the one on the right
    right: str
    sky: tuple[str, str, str]  # zenith, middle, horizon
    windows: tuple[str, ...]
    word: str
    font: Font
    paint: str  # what is on the cheek: see studio.engine.filters.face_paint


NIGHTS: Final = {
    Gender.MALE: Night(
        left="#12dcff", right="#ff2bb0", sky=("#04061c", "#24104e", "#b0287e"),
        windows=("#7fe9ff", "#ff7ad9", "#ffd58a", "#a48bff"),
        word="Midnight", font=Font.SCRIPT, paint="circuit",
    ),
    Gender.FEMALE: Night(
        left="#ff3fb4", right="#4a86ff", sky=("#0b0420", "#3d0f58", "#e0458f"),
        windows=("#ff9be0", "#b79bff", "#8fe8ff", "#ffc2a0"),
        word="Electric", font=Font.SCRIPT, paint="circuit",
    ),
    Gender.BOY: Night(
        left="#25b4ff", right="#4dff9a", sky=("#031026", "#0b3360", "#1f8fb8"),
        windows=("#8ff7ff", "#9dffc2", "#fff09a", "#7fb4ff"),
        word="ARCADE", font=Font.COMIC, paint="bolt",
    ),
    Gender.GIRL: Night(
        left="#ff62d0", right="#3ff0e0", sky=("#120a33", "#4a1f78", "#ff86b8"),
        windows=("#ffb0ea", "#9ffcf2", "#ffe79a", "#c4a6ff"),
        word="Starlight", font=Font.SCRIPT, paint="star",
    ),
}  # fmt: skip


def glowing(tubes: Floats, tint: Floats, *, width: float) -> Floats:
    """Light up tubes drawn as coverage 0..1: a pale core, coloured glass, a halo; adds to a scene.

    `width` is the tube's, in pixels; it sets how far the halo reaches.
    """
    core = blur(tubes, width * 0.22)[..., None] ** 2 * (tint * 0.35 + _WHITE * 0.75)
    glass = blur(tubes, width * 0.7)[..., None] * tint * np.float32(0.9)
    halo = blur(tubes, width * 3.5)[..., None] * tint * np.float32(0.75)
    wide = blur(tubes, width * 12)[..., None] * tint * np.float32(0.6)
    return cast(Floats, (core + glass + halo + wide).astype(np.float32))


def word_sign(size: Size, night: Night, *, centre: tuple[float, float], width: float) -> Floats:
    """Write the variant's word in tubes over a bar: light to add to a scene of `size`."""
    height = height_to_fit(night.word, font=night.font, width=width)
    height = min(height, round(width * 0.31))
    letters = text_mask(night.word, font=night.font, height=height, size=size, centre=centre)
    tube = max(2.0, height * 0.030)
    if night.font is Font.COMIC:  # too heavy for one tube: bend it along the letters' outline
        stroked = text_mask(
            night.word, font=night.font, height=height, size=size, centre=centre,
            stroke=round(tube),
        )  # fmt: skip
        letters = np.clip(stroked - letters * np.float32(0.92), 0, 1)
    bar = np.zeros((size[1], size[0]), np.uint8)
    y = round(centre[1] + height * 0.52)
    ends = round(centre[0] - width * 0.36), round(centre[0] + width * 0.36)
    cv2.line(bar, (ends[0], y), (ends[1], y), 255, max(2, round(tube)), cv2.LINE_AA)
    underline = bar.astype(np.float32) / np.float32(255)
    return glowing(letters, colour(night.left), width=tube * 1.2) + glowing(
        underline, colour(night.right), width=tube
    )


def outline_sign(size: Size, night: Night, *, area: tuple[int, int, int, int]) -> Floats:
    """Bend a tube around `area` (left, top, right, bottom), and a second one outside it."""
    tube = max(3, round(min(size) * 0.007))
    light = np.zeros((size[1], size[0], 3), np.float32)
    for distance, tint in ((0, night.left), (tube * 4, night.right)):
        left, top, right, bottom = (
            area[0] - distance, area[1] - distance, area[2] + distance, area[3] + distance,
        )  # fmt: skip
        mask = np.zeros((size[1], size[0]), np.uint8)
        cv2.rectangle(mask, (left, top), (right, bottom), 255, tube, cv2.LINE_AA)
        light += glowing(mask.astype(np.float32) / np.float32(255), colour(tint), width=tube)
    return light


def street_sign(
    canvas: Floats, *, corner: tuple[int, int], cell: int, count: int, tint: Floats,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Hang a column of invented letters on a house, in a box."""
    left, top = corner
    thick = max(1, cell // 9)
    bottom = top + count * round(cell * 1.2) + thick
    light = tuple(float(value) for value in tint)
    cv2.rectangle(
        canvas, (left - cell // 4, top - cell // 4), (left + cell + cell // 4, bottom + cell // 8),
        tuple(value * 0.08 for value in light), -1,
    )  # fmt: skip
    cv2.rectangle(
        canvas, (left - cell // 4, top - cell // 4), (left + cell + cell // 4, bottom + cell // 8),
        light, thick, cv2.LINE_AA,
    )  # fmt: skip
    for number in range(count):
        y = top + number * round(cell * 1.2)
        for start, end in _letter(rng):
            cv2.line(
                canvas, (left + round(start[0] * cell), y + round(start[1] * cell)),
                (left + round(end[0] * cell), y + round(end[1] * cell)), light, thick, cv2.LINE_AA,
            )  # fmt: skip


Point = tuple[float, float]


def _letter(rng: np.random.Generator) -> list[tuple[Point, Point]]:
    """Invent a letter on a grid of 3 by 3: straight strokes, no writing anyone can read."""
    grid = (0.05, 0.5, 0.95)
    strokes: list[tuple[Point, Point]] = []
    for _ in range(4):
        at = grid[int(rng.integers(3))]
        first, last = sorted(rng.choice(3, size=2, replace=False))
        if rng.random() < _LEVEL:
            strokes.append(((grid[first], at), (grid[last], at)))
        else:
            strokes.append(((at, grid[first]), (at, grid[last])))
    return strokes
