"""From a prompt to a finished sketch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import numpy as np

from studio.engine.pixels import Bytes, Floats, Size
from studio.engine.sketch.atmosphere import let_it_snow
from studio.engine.sketch.city import paint_city
from studio.engine.sketch.coast import paint_beach, paint_sea
from studio.engine.sketch.cosmos import paint_cosmos
from studio.engine.sketch.desert import paint_desert
from studio.engine.sketch.firs import paint_forest
from studio.engine.sketch.light import Sky, paint_sky
from studio.engine.sketch.looks import finish
from studio.engine.sketch.mountains import paint_mountains
from studio.engine.sketch.vocabulary import Look, Scene
from studio.engine.sketch.winter import paint_winter
from studio.engine.sketch.words import read

SIZE: Final[Size] = (1200, 1800)
_HORIZONS: Final = (0.55, 0.63)  # between them, in heights of the picture
_NEON_SUN: Final = 2.4  # as large as on the record sleeves

_PAINTERS: Final[dict[Scene, Callable[[Sky, np.random.Generator], Floats]]] = {
    Scene.MOUNTAINS: paint_mountains,
    Scene.SEA: paint_sea,
    Scene.BEACH: paint_beach,
    Scene.CITY: paint_city,
    Scene.FOREST: paint_forest,
    Scene.DESERT: paint_desert,
    Scene.WINTER: paint_winter,
    Scene.SPACE: paint_cosmos,
}


def paint(prompt: str, *, seed: int) -> tuple[Bytes, str]:
    """Paint what the prompt names: the picture, and what was understood."""
    digest = hashlib.sha256(f"{seed}\n{prompt}".encode("utf-8", "surrogatepass")).digest()
    rng = np.random.default_rng(list(digest))
    reading = read(prompt, rng=rng)
    horizon = round(SIZE[1] * rng.uniform(*_HORIZONS))
    enlarged = _NEON_SUN if reading.look is Look.NEON else 1.0
    sky = paint_sky(SIZE, reading.time, horizon=horizon, enlarged=enlarged, rng=rng)
    canvas = _PAINTERS[reading.scene](sky, rng)
    if reading.snowfall:
        canvas = let_it_snow(canvas, rng=rng)
    return finish(canvas, reading.look, disc=sky.disc, rng=rng), reading.sentence
