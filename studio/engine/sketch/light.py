"""The light of a time of day, and the sky it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import (
    Floats,
    Size,
    blur,
    colour,
    coordinates,
    mix,
    noise,
    resize,
    smoothstep,
    vertical_gradient,
)
from studio.engine.sketch.vocabulary import Time


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Colours of a time of day."""

    sky: tuple[tuple[float, str], ...]  # from the zenith (0) to the horizon (1)
    haze: str  # what distance fades to
    ground: str  # what is near and unlit
    stone: str  # rock and walls in the shade
    lit: str  # what the sun or moon falls on
    strength: float  # how bright a colour of its own may be, beside that of noon
    disc: str
    disc_height: float  # of the horizon's height: 0 top of the picture, 1 horizon
    disc_radius: float  # of the width
    clouds: tuple[str, float]  # colour, and how much of the sky


LIGHTS: Final = {
    Time.DAY: Light(
        sky=((0, "#2a6fc9"), (0.6, "#74b4ea"), (1, "#d8ecf7")),
        haze="#bcd8ec", ground="#20402f", stone="#5d7290", lit="#fff6df", strength=1.0,
        disc="#fffbe8", disc_height=0.24, disc_radius=0.042, clouds=("#ffffff", 0.75),
    ),
    Time.DAWN: Light(
        sky=((0, "#5f74b8"), (0.5, "#c99fc0"), (0.8, "#f6c3b4"), (1, "#ffe6cf")),
        haze="#f0c9c0", ground="#3a3350", stone="#6a5f8c", lit="#ffdcc4", strength=0.92,
        disc="#fff1dc", disc_height=0.86, disc_radius=0.060, clouds=("#f7cdd0", 0.55),
    ),
    Time.SUNSET: Light(
        sky=((0, "#2a2a63"), (0.4, "#8d3f78"), (0.72, "#ea6a4c"), (1, "#ffc873")),
        haze="#f08a5a", ground="#20142c", stone="#4a2c58", lit="#ffb66b", strength=0.80,
        disc="#fff0c2", disc_height=0.80, disc_radius=0.078, clouds=("#f2735c", 0.60),
    ),
    Time.NIGHT: Light(
        sky=((0, "#060a22"), (0.6, "#132356"), (1, "#3d5896")),
        haze="#2f4880", ground="#081024", stone="#1a2a52", lit="#a9bff0", strength=0.55,
        disc="#f5f2df", disc_height=0.26, disc_radius=0.050, clouds=("#4a5c92", 0.45),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """The sun or moon; pixels."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """A painted sky: the whole canvas, and where on it the sun or moon stands."""

    canvas: Floats
    horizon: int  # row
    disc: Disc
    time: Time
    light: Light

    @property
    def side(self) -> float:
        """Give the side the light comes from: 1 right, -1 left."""
        return 1.0 if self.disc.x > self.canvas.shape[1] / 2 else -1.0


def paint_sky(
    size: Size, time: Time, *, horizon: int, enlarged: float, rng: np.random.Generator
) -> Sky:
    """Paint the sky down to the horizon; below it, its haze. `enlarged` is for the sun or moon."""
    light = LIGHTS[time]
    width, height = size
    canvas = np.empty((height, width, 3), np.float32)
    canvas[:horizon] = vertical_gradient((width, horizon), light.sky)
    canvas[horizon:] = canvas[horizon - 1, 0]
    disc = Disc(
        x=float(width * rng.uniform(0.24, 0.76)),
        y=horizon * (light.disc_height + rng.uniform(-0.06, 0.06)),
        radius=width * light.disc_radius * enlarged,
    )
    cover = _clouds((width, horizon), light, rng)
    if time is Time.NIGHT:
        stars = scatter_stars((width, horizon), every=700, rng=rng)
        canvas[:horizon] += stars[..., None] * (1 - cover[..., None])
    canvas = _with_disc(canvas, light, disc)
    shading = mix(colour(light.clouds[0]), colour(light.lit), _underlight(cover))
    canvas[:horizon] = mix(canvas[:horizon], shading, cover * np.float32(0.85))
    return Sky(canvas=canvas, horizon=horizon, disc=disc, time=time, light=light)


def _clouds(size: Size, light: Light, rng: np.random.Generator) -> Floats:
    """Banks of cloud, flat as they look from afar, thinning towards the zenith."""
    width, height = size
    flat = (width // 2, round(height * 1.1))
    lumps = noise(flat, cells=2.2, octaves=7, rng=rng)
    drift = noise(flat, cells=3.0, octaves=3, rng=rng) - np.float32(0.5)
    x, y = coordinates(flat)
    lumps = cast(Floats, cv2.remap(lumps, x + drift * 130, y + drift * 70, cv2.INTER_LINEAR))
    _, rows = coordinates(size)
    band = smoothstep(0.02, 0.45, rows / np.float32(height)) * smoothstep(
        1.02, 0.75, rows / np.float32(height)
    )
    threshold = float(np.quantile(lumps, 1 - 0.42 * light.clouds[1]))
    return smoothstep(threshold - 0.01, threshold + 0.12, resize(lumps, size)) * band


def _underlight(cover: Floats) -> Floats:
    """Where the light catches a cloud: its upper edges."""
    return smoothstep(0.0, 0.35, cover - np.roll(blur(cover, 14), -12, 0)) * np.float32(0.8)


def scatter_stars(size: Size, *, every: int, rng: np.random.Generator) -> Floats:
    """Scatter stars, one for so many pixels; few are bright."""
    width, height = size
    stars = np.zeros((height, width), np.float32)
    count = width * height // every
    rows, columns = rng.integers(height, size=count), rng.integers(width, size=count)
    stars[rows, columns] = rng.random(count) ** 5
    bright = rng.random(count) < np.float32(0.012)
    large = np.zeros_like(stars)
    large[rows[bright], columns[bright]] = 1
    return blur(stars, 0.8) * np.float32(3.2) + blur(large, 2.2) * np.float32(16)


def _with_disc(canvas: Floats, light: Light, disc: Disc) -> Floats:
    """Add the sun or moon and the glow around it."""
    height, width = canvas.shape[:2]
    columns, rows = coordinates((width, height))
    distance = np.hypot(columns - np.float32(disc.x), rows - np.float32(disc.y))
    glow = np.exp(-distance / np.float32(disc.radius * 3.2)) * np.float32(0.55)
    canvas = canvas + colour(light.lit) * glow[..., None] * np.float32(0.8)
    return mix(
        canvas, colour(light.disc), smoothstep(disc.radius + 1.5, disc.radius - 1.5, distance)
    )
