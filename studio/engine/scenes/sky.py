"""Outer space: nebulae, stars, planets, and small rockets for children."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from faceswap.models import Gender
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blend,
    blur,
    colour,
    coordinates,
    noise,
    resize,
    resize_bytes,
    smoothstep,
    to_bytes,
    to_floats,
)
from studio.engine.scenes.planets import Planet, paint_planet
from studio.engine.scenes.rocket import paint_rocket

_DEEP: Final = "#03040d"
_STARS_PER_PIXEL: Final = 0.0013
_BRIGHT_STARS: Final = 26
_SOFT: Final = 2  # clouds and glow are painted this much smaller: soft things need few pixels
_MIRRORED: Final[Size] = (1280, 1280)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """Colours and things of one variant's sky."""

    seed: int
    far_cloud: str
    near_cloud: str
    ember: str  # where both clouds meet
    planet: Planet
    moon: Planet
    rocket: tuple[str, str] | None = None  # body trim and fins


_DUST = Planet(land="#7a3b2a", low="#b5653a", high="#e8c79a", air="#ffb98a", bands=6)
_VIOLET = Planet(land="#5b2f8f", low="#8d5fd0", high="#e9c8ff", air="#d9a8ff", bands=9,
                 ring="#f3d9c0")  # fmt: skip
_BLUE = Planet(land="#3f9a58", low="#1668b8", high="#f4fbff", air="#8fd8ff", bands=0)
_CANDY = Planet(land="#e2639e", low="#f59ac0", high="#fff0d8", air="#ffc2e2", bands=7,
                ring="#ffe9a8")  # fmt: skip
_GREY = Planet(land="#6d6f78", low="#9a9ca6", high="#d6d8de", air="#8c90a0", bands=0)
_GOLD = Planet(land="#a8742c", low="#d9a548", high="#fbe7b0", air="#ffd98a", bands=8)
_MINT = Planet(land="#2f9a8d", low="#63cbb8", high="#dffff5", air="#a8fff0", bands=5)

SKIES: Final = {
    Gender.MALE: Sky(
        seed=4, far_cloud="#1c2f86", near_cloud="#8a1f6e", ember="#ff9a4a",
        planet=_DUST, moon=_GREY,
    ),
    Gender.FEMALE: Sky(
        seed=11, far_cloud="#0f5a78", near_cloud="#a3246f", ember="#ffc27a",
        planet=_VIOLET, moon=_GOLD,
    ),
    Gender.BOY: Sky(
        seed=6, far_cloud="#1747b0", near_cloud="#0c8a9a", ember="#ffe08a",
        planet=_BLUE, moon=_GOLD, rocket=("#e8362c", "#ffc52e"),
    ),
    Gender.GIRL: Sky(
        seed=15, far_cloud="#5a2bb0", near_cloud="#c23a94", ember="#ffd0a0",
        planet=_CANDY, moon=_MINT, rocket=("#12a79d", "#ff6fb0"),
    ),
    Gender.GROUP: Sky(
        seed=9, far_cloud="#1c3a96", near_cloud="#6a2a9a", ember="#ffb06a",
        planet=_BLUE, moon=_GREY,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spots:
    """Where things hang: centres as fractions of width and height, radii of the shorter side."""

    planet: tuple[float, float, float]
    moon: tuple[float, float, float]
    rockets: tuple[tuple[float, float, float, float], ...]  # x, y, length, degrees


_TALL = _Spots(
    planet=(0.86, 0.15, 0.30), moon=(0.10, 0.30, 0.055),
    rockets=((0.15, 0.13, 0.25, 28), (0.90, 0.45, 0.13, -24)),
)  # fmt: skip
_WIDE = _Spots(
    planet=(0.86, 0.25, 0.27), moon=(0.07, 0.60, 0.06),
    rockets=((0.13, 0.24, 0.30, 32), (0.93, 0.68, 0.15, -20)),
)  # fmt: skip
_SQUARE = _Spots(
    planet=(0.88, 0.16, 0.23), moon=(0.07, 0.52, 0.05),
    rockets=((0.13, 0.18, 0.27, 30), (0.93, 0.47, 0.13, -22)),
)  # fmt: skip


def paint_sky(size: Size, sky: Sky) -> Bytes:
    """Paint everything that is far away."""
    rng = np.random.default_rng(sky.seed)
    clouds = _nebula((size[0] // _SOFT, size[1] // _SOFT), sky, rng)
    picture = np.maximum(resize(clouds, size), 0)
    picture += _stars(size, rng)[..., None] * np.array([1, 0.95, 0.9], np.float32)
    spots = _spots(size)
    unit = min(size)
    for planet, (x, y, radius) in ((sky.moon, spots.moon), (sky.planet, spots.planet)):
        centre = (x * size[0], y * size[1])
        paint_planet(picture, planet, centre=centre, radius=radius * unit, rng=rng)
    if sky.rocket:
        for x, y, length, degrees in spots.rockets:
            paint_rocket(
                picture, centre=(x * size[0], y * size[1]), length=length * unit,
                degrees=degrees, trim=sky.rocket[0], fins=sky.rocket[1],
            )  # fmt: skip
    return to_bytes(picture)


def _spots(size: Size) -> _Spots:
    if size[0] > size[1] * 1.2:
        return _WIDE
    return _TALL if size[1] > size[0] * 1.2 else _SQUARE


def _nebula(size: Size, sky: Sky, rng: np.random.Generator) -> Floats:
    """Let two clouds glow where they are dense, torn by dust, and embers where they meet."""
    cells = 3 * size[0] / min(size)
    far = noise(size, cells=cells, octaves=6, rng=rng)
    near = noise(size, cells=cells * 1.3, octaves=6, rng=rng)
    torn = np.abs(noise(size, cells=cells * 1.7, octaves=7, rng=rng) - np.float32(0.5))
    dust = np.float32(0.45) + np.float32(0.55) * smoothstep(0.0, 0.24, torn)
    picture = np.zeros((size[1], size[0], 3), np.float32) + colour(_DEEP)
    for strength, tint, power, amount in (
        (smoothstep(0.38, 0.90, far), sky.far_cloud, 1.2, 0.95),
        (smoothstep(0.46, 0.95, near), sky.near_cloud, 1.4, 0.95),
        (smoothstep(0.46, 0.95, far * near * np.float32(1.9)), sky.ember, 1.8, 0.45),
    ):
        glow = (strength**power).astype(np.float32) * dust * np.float32(amount)
        picture += glow[..., None] * colour(tint)
    return cast(Floats, np.float32(0.88) * (1 - np.exp(picture * np.float32(-1.3))))


def _stars(size: Size, rng: np.random.Generator) -> Floats:
    """Scatter faint stars, and some bright ones with rays."""
    width, height = size
    field = np.zeros((height, width), np.float32)
    count = round(width * height * _STARS_PER_PIXEL)
    rows, columns = rng.integers(height, size=count), rng.integers(width, size=count)
    field[rows, columns] = rng.random(count, dtype=np.float32) ** 6 * np.float32(1.5) + 0.12
    field = blur(field, 0.8) * np.float32(3.2)
    unit = min(size) / 1200
    for _ in range(_BRIGHT_STARS):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        reach, brightness = round((7 + 16 * rng.random()) * unit), float(0.5 + 0.5 * rng.random())
        cv2.circle(field, (x, y), max(1, round(2 * unit)), brightness, -1, cv2.LINE_AA)
        ray = brightness * 0.35
        cv2.line(field, (x - reach, y), (x + reach, y), ray, 1, cv2.LINE_AA)
        cv2.line(field, (x, y - reach), (x, y + reach), ray, 1, cv2.LINE_AA)
    return field


def seen_through_lens(picture: Bytes) -> Bytes:
    """Let lights bloom and corners darken, as a lens does."""
    height, width = picture.shape[:2]
    small = resize_bytes(picture, (width // _SOFT, height // _SOFT))
    lights = np.maximum(to_floats(small) - np.float32(0.78), 0)
    unit = min(width, height) / _SOFT
    glow = blur(lights, unit * 0.006) * np.float32(1.6) + blur(lights, unit * 0.025) * 1.4
    bloomed = cast(Bytes, cv2.add(picture, resize_bytes(to_bytes(glow), (width, height))))
    x, y = coordinates((width, height))
    away = np.hypot(x / np.float32(width) - 0.5, y / np.float32(height) - 0.5)
    dark = smoothstep(0.42, 0.80, away.astype(np.float32)) * np.float32(0.45)
    return blend(bloomed, np.zeros_like(bloomed), dark)


@functools.lru_cache(maxsize=5)
def mirrored(sky: Sky) -> Bytes:
    """Paint what a round thing mirrors of the sky."""
    return np.ascontiguousarray(resize_bytes(paint_sky(_MIRRORED, sky)[:, ::-1], (640, 640)))
