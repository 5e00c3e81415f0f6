"""What a comic page is drawn with: inks and words per variant, sunbursts, the word's balloon."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from faceswap.models import Gender
from studio.engine.halftone import halftone
from studio.engine.lettering import Font, height_to_fit, text_mask
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    colour,
    coordinates,
    mix,
    noise,
    smoothstep,
    to_bytes,
)

PAPER: Final = "#fbf3df"
INK: Final = "#120d14"


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours and the word of one variant."""

    ray: str
    ray_between: str
    dots: str
    burst: str
    word: str
    word_colour: str


PALETTES: Final = {
    Gender.MALE: Palette(
        ray="#ffd21f", ray_between="#ffa60f", dots="#f2452b",
        burst="#ffffff", word="WOW!", word_colour="#ed1c24",
    ),
    Gender.FEMALE: Palette(
        ray="#ffc9e3", ray_between="#ff8fc6", dots="#e4187a",
        burst="#fff265", word="FAB!", word_colour="#d9127c",
    ),
    Gender.BOY: Palette(
        ray="#8fe3ff", ray_between="#45b8f5", dots="#1455c8",
        burst="#ffffff", word="ZOOM!", word_colour="#ff6a00",
    ),
    Gender.GIRL: Palette(
        ray="#e2d0ff", ray_between="#b996ff", dots="#6a35d4",
        burst="#fff7c2", word="YAY!", word_colour="#00a99a",
    ),
}  # fmt: skip


@functools.lru_cache(maxsize=4)
def sunburst(size: Size, palette: Palette, centre: tuple[float, float]) -> Bytes:
    """Rays from behind the head, dots towards the edges; `centre` in fractions of the size."""
    x, y = coordinates(size)
    dx, dy = x - np.float32(size[0] * centre[0]), y - np.float32(size[1] * centre[1])
    distance = np.hypot(dx, dy)
    wave = np.sin(np.arctan2(dy, dx) * 18) * distance  # in pixels from the ray's edge, times 18
    rays = smoothstep(-12, 12, wave)
    reach = float(np.hypot(*size)) / 2
    page = mix(colour(palette.ray), colour(palette.ray_between), rays)
    cell = max(8.0, min(size) * 0.0125)
    dots = halftone(
        smoothstep(0.30, 1.0, distance / reach) * np.float32(0.85), cell=cell, degrees=45
    )
    page = mix(page, colour(palette.dots), dots)
    return to_bytes(page)


@functools.lru_cache(maxsize=4)
def dotted_ground(size: Size, palette: Palette) -> Bytes:
    """Paint a calm ground: dots that fade from top to bottom."""
    _, y = coordinates(size)
    fade = np.broadcast_to(1 - y / np.float32(size[1]), (size[1], size[0]))
    cell = max(8.0, min(size) * 0.03)
    dots = halftone(fade.astype(np.float32) * np.float32(0.6), cell=cell, degrees=45)
    return to_bytes(mix(colour(palette.burst), colour(palette.word_colour), dots))


@functools.lru_cache(maxsize=4)
def word_burst(size: Size, palette: Palette) -> tuple[Bytes, Floats]:
    """Draw the word in a spiky balloon that fills `size`: colours and coverage."""
    width, height = size
    rng = np.random.default_rng(7)
    shadow = _spikes(size, scale=0.94, offset=(0.025, 0.05), rng=np.random.default_rng(7))
    outline = _spikes(size, scale=0.94, offset=(-0.012, -0.015), rng=rng)
    fill = _spikes(size, scale=0.88, offset=(-0.012, -0.015), rng=np.random.default_rng(7))
    text_height = height_to_fit(palette.word, font=Font.COMIC, width=width * 0.60)
    text_height = min(text_height, round(height * 0.5))
    centre = (width * 0.488, height * 0.485)
    stroke = max(2, round(height * 0.028))

    def letters(stroke: int, offset: float = 0.0) -> Floats:
        where = (centre[0] + offset, centre[1] + offset)
        return text_mask(
            palette.word, font=Font.COMIC, height=text_height, size=size,
            centre=where, stroke=stroke, degrees=6,
        )  # fmt: skip

    picture = np.zeros((height, width, 3), np.float32) + colour(INK)
    picture = mix(picture, colour(palette.burst), fill)
    picture = mix(picture, colour(INK), np.maximum(letters(stroke), letters(stroke, stroke * 1.2)))
    picture = mix(picture, colour(palette.word_colour), letters(0))
    return to_bytes(picture), np.maximum(shadow, outline)


def _spikes(
    size: Size, *, scale: float, offset: tuple[float, float], rng: np.random.Generator
) -> Floats:
    """Draw a star with 15 uneven spikes; `scale` 1 reaches the edges."""
    width, height = size
    corners = []
    for corner in range(30):
        angle = 2 * np.pi * corner / 30 + 0.1
        reach = (0.5 if corner % 2 else 0.365) * (0.86 + 0.14 * rng.random()) * scale
        corners.append(
            (
                (0.5 + offset[0] + reach * np.cos(angle)) * width,
                (0.5 + offset[1] + reach * np.sin(angle)) * height,
            )
        )
    mask = np.zeros((height, width), np.uint8)
    shift = 4  # sixteenths of a pixel
    points = np.round(np.array(corners) * 2**shift).astype(np.int32)
    cv2.fillPoly(mask, [points], 255, cv2.LINE_AA, shift)
    return mask.astype(np.float32) / np.float32(255)


@functools.lru_cache(maxsize=4)
def paper_texture(size: Size) -> Floats:
    """Make print uneven: how much darker each pixel gets, a few hundredths."""
    texture = noise(size, cells=170, octaves=2, rng=np.random.default_rng(11))
    return np.float32(0.05) * texture
