"""The neon look: night colours from violet to pink, glowing outlines, a striped sun, scan lines."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import Floats, blur, colour, coordinates, luminance, mix, smoothstep
from studio.engine.sketch.light import Disc

_INKS: Final = (
    (0.0, "#0a0420"), (0.22, "#241058"), (0.42, "#6a1a8c"), (0.60, "#d4268f"),
    (0.78, "#ff6f91"), (0.92, "#ffc46b"), (1.0, "#fff3c4"),
)  # fmt: skip

_FIRST_BAR: Final = -0.15  # of the sun's radius, from its middle downwards


def in_neon(canvas: Floats, disc: Disc) -> Floats:
    """Recolour a canvas by its brightness and trace its outlines with light."""
    height, width = canvas.shape[:2]
    tone = luminance(canvas)
    low, high = np.quantile(tone[::8, ::8], (0.02, 0.985))
    tone = np.clip((tone - low) / np.float32(max(0.1, high - low)), 0, 1) ** np.float32(1.15)
    page = mix(_inked(tone), canvas, 0.12)
    page = _striped(page, tone, disc)
    lines = _outlines(canvas)
    _, rows = coordinates((width, height))
    cyan, pink = colour("#27f3ff"), colour("#ff4fd8")
    tubes = mix(pink, cyan, smoothstep(0.30, 0.75, rows / np.float32(height))[..., None])
    page = page + tubes * (lines * np.float32(0.75) + blur(lines, 7) * np.float32(0.6))[..., None]
    page = page + blur(np.clip(page - np.float32(0.7), 0, 1), 30) * np.float32(0.5)
    scan = np.float32(1) - np.float32(0.10) * (np.floor(rows / 3) % 2)
    return cast(Floats, page * scan[..., None])


def _inked(tone: Floats) -> Floats:
    """Look every tone up in the row of inks."""
    steps = np.linspace(0, 1, 256)
    where = [position for position, _ in _INKS]
    inks = np.array([colour(code) for _, code in _INKS])
    table = np.stack([np.interp(steps, where, inks[:, c]) for c in range(3)], axis=-1)
    return table.astype(np.float32)[(tone * 255).astype(np.uint8)]


def _striped(page: Floats, tone: Floats, disc: Disc) -> Floats:
    """Cut bars out of the sun where nothing stands before it, wider towards its foot."""
    height, width = tone.shape
    x, y = coordinates((width, height))
    inside = smoothstep(disc.radius, disc.radius - 3, np.hypot(x - disc.x, y - disc.y))
    inside = inside * smoothstep(0.80, 0.92, tone)
    down = (y - np.float32(disc.y)) / np.float32(disc.radius)  # -1 at the top, 1 at the foot
    face = mix(colour("#ffe66b"), colour("#ff2f92"), smoothstep(-1.0, 0.9, down)[..., None])
    period = np.float32(0.17)
    bar = (np.mod(down, period) / period < (np.float32(0.12) + down * np.float32(0.42))) * (
        down > _FIRST_BAR
    )
    face = mix(face, colour("#4a1478"), bar.astype(np.float32)[..., None])
    return mix(page, np.broadcast_to(face, page.shape), inside)


def _outlines(canvas: Floats) -> Floats:
    """Find the edges of large shapes: thin, 0..1."""
    smooth = blur(canvas, 2.2)
    edges = np.zeros(canvas.shape[:2], np.float32)
    for along in ((1, 0), (0, 1)):
        slope = cv2.Sobel(smooth, cv2.CV_32F, along[0], along[1], ksize=3)
        edges += np.square(slope).max(axis=-1)
    return smoothstep(0.10, 0.42, np.sqrt(edges))
