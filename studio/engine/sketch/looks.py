"""How a sketched scene is finished: as a painting, a poster, an old photograph or in neon."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np

from studio.engine.halftone import halftone
from studio.engine.pixels import (
    Bytes,
    Floats,
    blur,
    colour,
    coordinates,
    grain,
    luminance,
    mix,
    resize,
    smoothstep,
    to_bytes,
)
from studio.engine.sketch.light import Disc
from studio.engine.sketch.neon import in_neon
from studio.engine.sketch.vocabulary import Look

_POSTER_STEPS: Final = 9  # of brightness


def finish(canvas: Floats, look: Look, *, disc: Disc, rng: np.random.Generator) -> Bytes:
    """Apply a look to a canvas in 0..1 (brighter lights allowed)."""
    if look is Look.NEON:
        return to_bytes(in_neon(np.clip(canvas, 0, 1), disc))
    bright = np.clip(canvas - np.float32(0.82), 0, 1)
    canvas = np.clip(canvas + blur(bright, 22) * np.float32(0.9), 0, 1)
    if look is Look.POSTER:
        return to_bytes(_poster(canvas))
    if look is Look.SEPIA:
        return to_bytes(_sepia(canvas, rng))
    return to_bytes(_painted(canvas, rng))


def _painted(canvas: Floats, rng: np.random.Generator) -> Floats:
    """Gather colours into strokes (Kuwahara, eight sectors), then add the canvas's weave."""
    height, width = canvas.shape[:2]
    small = resize(canvas, (width * 2 // 3, height * 2 // 3))
    strokes = resize(_kuwahara(small, radius=5), (width, height))
    relief = luminance(strokes)
    relief = relief - np.roll(blur(relief, 1.2), (2, 2), (0, 1))
    bristles = blur(grain((width, height), rng=rng, sigma=1.6), 0.8)
    texture = relief * np.float32(0.5) + bristles * np.float32(0.012)
    touches = np.clip(canvas - blur(canvas, 6) - np.float32(0.10), 0, 1)  # windows, stars, glitter
    return _vignetted(strokes + texture[..., None] + touches * np.float32(1.1))


def _kuwahara(image: Floats, *, radius: int) -> Floats:
    """Replace each pixel by the mean of its calmest neighbouring sectors."""
    sigma = radius * 0.5
    mean = blur(image, sigma)
    variance = np.clip(blur(image * image, sigma) - mean * mean, 0, None).sum(axis=-1)
    total, weights = np.zeros_like(image), np.zeros(image.shape[:2], np.float32)
    size = (image.shape[1], image.shape[0])
    for sector in range(8):
        angle = sector * np.pi / 4
        shift = np.array([[1, 0, radius * np.cos(angle)], [0, 1, radius * np.sin(angle)]])
        there = cv2.warpAffine(mean, shift, size, borderMode=cv2.BORDER_REFLECT)
        spread = cv2.warpAffine(variance, shift, size, borderMode=cv2.BORDER_REFLECT)
        weight = cast(Floats, 1 / (np.float32(2e-3) + spread * 12) ** 3)
        total += there * weight[..., None]
        weights += weight
    return cast(Floats, total / weights[..., None])


def _poster(canvas: Floats) -> Floats:
    """Few flat inks, with dots in the shadows and a paper border."""
    smooth = canvas
    for _ in range(2):
        smooth = cast(Floats, cv2.bilateralFilter(smooth, 9, 0.10, 7))
    tone = luminance(smooth)
    steps = np.float32(_POSTER_STEPS)
    whole = np.floor(tone * steps)
    stepped = (whole + smoothstep(0.40, 0.60, tone * steps - whole)) / steps
    ratio = (stepped + np.float32(0.02)) / (tone + np.float32(0.02))  # the hue stays as it was
    inks = np.clip(_stronger(smooth * ratio[..., None]), 0, 1)
    dots = halftone(smoothstep(0.42, 0.12, stepped) * np.float32(0.4), cell=10, degrees=30)
    printed = mix(inks, inks * np.float32(0.78), dots)
    height, width = canvas.shape[:2]
    margin = round(width * 0.04)
    page = np.empty_like(canvas)
    page[:] = colour("#f6eedb")
    inside = (slice(margin, height - margin), slice(margin, width - margin))
    page[inside] = printed[inside]
    return page


def _stronger(inks: Floats) -> Floats:
    """Print with more colour than nature has."""
    grey = luminance(inks)[..., None]
    return grey + (inks - grey) * np.float32(1.18)


def _sepia(canvas: Floats, rng: np.random.Generator) -> Floats:
    height, width = canvas.shape[:2]
    grey = mix(luminance(canvas), smoothstep(0, 1, luminance(canvas)), 0.5)
    grey = grey + grain((width, height), rng=rng, sigma=0.8) * np.float32(0.025)
    dark, light = colour("#2a1a10"), colour("#f3e4c4")
    return _vignetted(mix(np.broadcast_to(dark, canvas.shape), light, np.clip(grey, 0, 1)))


def _vignetted(canvas: Floats) -> Floats:
    height, width = canvas.shape[:2]
    x, y = coordinates((width, height))
    distance = np.hypot(x / width - np.float32(0.5), y / height - np.float32(0.5))
    return cast(Floats, canvas * (1 - np.float32(0.55) * distance**3)[..., None])
