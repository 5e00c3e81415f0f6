"""From a prompt to a finished sketch."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np

from studio.engine.pixels import Bytes, Size
from studio.engine.sketch.light import paint_sky
from studio.engine.sketch.looks import finish
from studio.engine.sketch.terrain import paint_terrain
from studio.engine.sketch.words import read

SIZE: Final[Size] = (1200, 1800)
_HORIZON: Final = 0.60


def paint(prompt: str, *, seed: int) -> tuple[Bytes, str]:
    """Paint what the prompt names: the picture, and what was understood."""
    digest = hashlib.sha256(f"{seed}\n{prompt}".encode("utf-8", "surrogatepass")).digest()
    rng = np.random.default_rng(list(digest))
    reading = read(prompt, rng=rng)
    horizon = round(SIZE[1] * _HORIZON)
    sky = paint_sky(SIZE, reading.time, horizon=horizon, rng=rng)
    canvas = paint_terrain(reading.scene, sky, rng=rng)
    return finish(canvas, reading.look, rng=rng), reading.sentence
