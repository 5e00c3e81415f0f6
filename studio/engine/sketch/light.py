"""The light of a time of day, and the sky it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
from studio.engine.sketch.words import Time


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Colours of a time of day."""

    sky: tuple[tuple[float, str], ...]  # from the zenith (0) to the horizon (1)
    haze: str  # what distance fades to
    ground: str  # what is near and unlit
    lit: str  # what the sun or moon falls on
    disc: str
    disc_height: float  # of the horizon's height: 0 top of the picture, 1 horizon
    disc_radius: float  # of the width
    clouds: tuple[str, float]  # colour, and how much of the sky


LIGHTS: Final = {
    Time.DAY: Light(
        sky=((0, "#2a6fc9"), (0.6, "#74b4ea"), (1, "#d8ecf7")),
        haze="#bcd8ec", ground="#20402f", lit="#fff6df", disc="#fffbe8",
        disc_height=0.24, disc_radius=0.042, clouds=("#ffffff", 0.75),
    ),
    Time.DAWN: Light(
        sky=((0, "#5f74b8"), (0.5, "#c99fc0"), (0.8, "#f6c3b4"), (1, "#ffe6cf")),
        haze="#f0c9c0", ground="#3a3350", lit="#ffdcc4", disc="#fff1dc",
        disc_height=0.86, disc_radius=0.060, clouds=("#f7cdd0", 0.55),
    ),
    Time.SUNSET: Light(
        sky=((0, "#2a2a63"), (0.4, "#8d3f78"), (0.72, "#ea6a4c"), (1, "#ffc873")),
        haze="#f08a5a", ground="#20142c", lit="#ffb66b", disc="#fff0c2",
        disc_height=0.80, disc_radius=0.078, clouds=("#f2735c", 0.60),
    ),
    Time.NIGHT: Light(
        sky=((0, "#03050f"), (0.6, "#0c1a40"), (1, "#2c4076")),
        haze="#22315e", ground="#050812", lit="#9db4e6", disc="#f5f2df",
        disc_height=0.26, disc_radius=0.050, clouds=("#33436f", 0.40),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """A painted sky: the whole canvas, and where on it the sun or moon stands."""

    canvas: Floats
    horizon: int  # row
    disc_x: float
    light: Light


def paint_sky(size: Size, time: Time, *, horizon: int, rng: np.random.Generator) -> Sky:
    """Paint the sky down to the horizon; below it, its haze."""
    light = LIGHTS[time]
    width, height = size
    canvas = np.empty((height, width, 3), np.float32)
    canvas[:horizon] = vertical_gradient((width, horizon), light.sky)
    canvas[horizon:] = canvas[horizon - 1, 0]
    disc_x = float(width * rng.uniform(0.28, 0.72))
    cover = _clouds((width, horizon), light, rng)
    if time is Time.NIGHT:
        canvas[:horizon] += _stars((width, horizon), rng)[..., None] * (1 - cover[..., None])
    canvas = _with_disc(canvas, light, x=disc_x, y=horizon * light.disc_height)
    shading = mix(colour(light.clouds[0]), colour(light.lit), _underlight(cover))
    canvas[:horizon] = mix(canvas[:horizon], shading, cover * np.float32(0.85))
    return Sky(canvas=canvas, horizon=horizon, disc_x=disc_x, light=light)


def _clouds(size: Size, light: Light, rng: np.random.Generator) -> Floats:
    """Banks of cloud, flat as they look from afar, thinning towards the zenith."""
    width, height = size
    tall = noise((width // 2, height * 2), cells=2.2, octaves=6, rng=rng)
    lumps = resize(tall, size)
    _, y = coordinates(size)
    band = smoothstep(0.02, 0.45, y / np.float32(height)) * smoothstep(
        1.02, 0.75, y / np.float32(height)
    )
    threshold = 0.66 - 0.17 * light.clouds[1]
    return smoothstep(threshold, threshold + 0.16, lumps) * band


def _underlight(cover: Floats) -> Floats:
    """Where the light catches a cloud: its upper edges."""
    return smoothstep(0.0, 0.35, cover - np.roll(blur(cover, 14), -12, 0)) * np.float32(0.8)


def _stars(size: Size, rng: np.random.Generator) -> Floats:
    width, height = size
    stars = np.zeros((height, width), np.float32)
    count = width * height // 900
    rows, columns = rng.integers(height, size=count), rng.integers(width, size=count)
    stars[rows, columns] = rng.random(count) ** 5
    return blur(stars, 0.8) * np.float32(3.2)


def _with_disc(canvas: Floats, light: Light, *, x: float, y: float) -> Floats:
    """Add the sun or moon and the glow around it."""
    height, width = canvas.shape[:2]
    columns, rows = coordinates((width, height))
    distance = np.hypot(columns - np.float32(x), rows - np.float32(y))
    radius = light.disc_radius * width
    glow = np.exp(-distance / np.float32(radius * 3.2)) * np.float32(0.55)
    canvas = canvas + colour(light.lit) * glow[..., None] * np.float32(0.8)
    return mix(canvas, colour(light.disc), smoothstep(radius + 1.5, radius - 1.5, distance))


def fade_to_haze(tint: Floats, light: Light, nearness: float) -> Floats:
    """Colour something by its distance: 0 is at the horizon, 1 in front."""
    return mix(colour(light.haze), tint, nearness)


def fill_below(canvas: Floats, top: Floats, tint: Floats) -> Floats:
    """Fill all below a line (one row number per column) with a colour or a painted canvas."""
    height, width = canvas.shape[:2]
    _, rows = coordinates((width, height))
    return mix(canvas, tint, smoothstep(-1, 1, rows - top[None, :]))


def soft_polygon(mask: Floats, points: Floats) -> None:
    """Draw a filled shape into a plane, with smooth edges; `points` in pixels."""
    fixed = np.round(points * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 1.0, cv2.LINE_AA, 4)
