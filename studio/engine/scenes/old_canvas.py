"""What is on an old canvas besides the sitter: the painted background and the cracked varnish."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    colour,
    coordinates,
    mix,
    noise,
    resize,
    smoothstep,
    to_bytes,
    vertical_gradient,
)
from studio.engine.scenes.gallery import Room

_CRACKLE: Final = 30  # pieces of varnish across the canvas
_VARNISH: Final = np.array([1.0, 0.965, 0.86], np.float32)
_HILLS: Final = (
    (0.50, 0.050, "#8f93a0"), (0.56, 0.060, "#6d7a78"), (0.63, 0.070, "#4c5a44"),
    (0.72, 0.060, "#31391f"),
)  # fmt: skip


@functools.lru_cache(maxsize=4)
def background(size: Size, room: Room) -> Bytes:
    """Paint what the sitter sits before: a dim room or hills, and a drape to the right."""
    scene = _hills(size, room) if room.horizon else _dim_room(size, room)
    return to_bytes(_with_drape(scene, room))


def _dim_room(size: Size, room: Room) -> Floats:
    """Lay in an umber ground with light on the wall to the left of the head."""
    x, y = coordinates(size)
    clouds = noise(size, cells=3, octaves=5, rng=np.random.default_rng(9))
    across = (x / size[0] - np.float32(0.30)) / np.float32(0.50)
    down = (y / size[1] - np.float32(0.34)) / np.float32(0.42)
    pool = np.exp(-(across**2 + down**2))
    amount = np.clip(pool * (0.55 + 0.9 * clouds) + 0.30 * (clouds - 0.45), 0, 1)
    return mix(
        np.broadcast_to(colour(room.ground), (size[1], size[0], 3)),
        colour(room.ground_light),
        amount.astype(np.float32),
    )


def _hills(size: Size, room: Room) -> Floats:
    """Paint hills that turn blue with distance, under a golden sky."""
    width, height = size
    rng = np.random.default_rng(12)
    scene = vertical_gradient(
        size, ((0.0, "#4a6076"), (0.25, "#8a8f8c"), (0.50, room.ground_light), (1.0, "#6b5a3a"))
    )
    clouds = resize(noise((width // 3, height), cells=2, octaves=5, rng=rng), size)
    _, y = coordinates(size)
    billows = smoothstep(0.48, 0.72, clouds) * smoothstep(height * 0.55, 0, y)
    scene = mix(scene, colour("#efdcb4"), billows * np.float32(0.65))
    for level, swing, tint in _HILLS:
        ridge = noise((width, 8), cells=2.5, octaves=4, rng=rng)[0] - np.float32(0.5)
        crest = (np.float32(level) + np.float32(2 * swing) * ridge) * np.float32(height)
        covered = smoothstep(-1.5, 1.5, y - crest[None, :])
        lit = np.float32(0.80) + np.float32(0.5) * noise(size, cells=14, octaves=3, rng=rng)
        scene = mix(scene, colour(tint) * lit[..., None], covered)
    return scene * np.float32(0.82)


def _with_drape(scene: Floats, room: Room) -> Floats:
    """Hang heavy cloth down the right side; its folds are wider below."""
    height, width = scene.shape[:2]
    x, y = coordinates((width, height))
    down = y / np.float32(height)
    across = x / np.float32(width)
    edge = 0.80 + 0.05 * np.sin(down * 5.0 + 0.6) + 0.10 * np.clip(down - 0.45, 0, 1)
    fold = np.sin((across - edge) * (62 - 16 * down) + 1.1 * np.sin(down * 4))
    fine = np.sin((across - edge) * 131 + 2.2 * np.sin(down * 3 + 1))
    light = 0.42 + 0.36 * fold + 0.14 * fine + 0.34 * (1 - down)
    cloth = colour(room.drape) * np.clip(light, 0.10, 1.5).astype(np.float32)[..., None]
    covered = smoothstep(-0.004, 0.010, (across - edge).astype(np.float32))
    shadow = smoothstep(-0.10, 0.0, (across - edge).astype(np.float32)) * np.float32(0.5)
    return mix(scene * (1 - shadow)[..., None], cloth, covered)


@functools.lru_cache(maxsize=2)
def glaze(size: Size) -> Bytes:
    """Tell what an old canvas lets through of each colour (255 is all): weave, varnish, cracks."""
    width, height = size
    x = np.sin(np.arange(width, dtype=np.float32) * np.float32(1.55))
    y = np.sin(np.arange(height, dtype=np.float32) * np.float32(1.55))
    weave = np.float32(0.985) + np.float32(0.015) * x[None, :] * y[:, None]
    across, down = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    vignette = (1 - 0.26 * (np.hypot(across, down) / 1.414) ** 2.4).astype(np.float32)
    through = weave * vignette * (1 - np.float32(0.20) * _cracks(size))
    return to_bytes(through[..., None] * _VARNISH)


def _cracks(size: Size) -> Floats:
    """Where old varnish has cracked: 0..1, a net of lines, least in the middle where the face is.

    The borders between the cells around scattered points, which is how drying paint breaks.
    """
    work = (size[0] * 3 // 4, size[1] * 3 // 4)
    rng = np.random.default_rng(26)
    wobble = [noise(work, cells=90, octaves=2, rng=rng) - np.float32(0.5) for _ in range(2)]
    x, y = coordinates(work)
    pitch = np.float32(work[0] / _CRACKLE)
    u, v = x / pitch + wobble[0] * np.float32(0.55), y / pitch + wobble[1] * np.float32(0.55)
    border = _distance_to_border(u, v, rng)
    patches = smoothstep(0.44, 0.66, noise(work, cells=4, octaves=2, rng=rng))
    middle = np.hypot(x / work[0] - np.float32(0.5), (y / work[1] - np.float32(0.42)) * 1.3)
    patches *= np.float32(0.25) + np.float32(0.75) * smoothstep(0.15, 0.42, middle)
    return resize(smoothstep(0.06, 0.015, border) * patches, size)


def _distance_to_border(u: Floats, v: Floats, rng: np.random.Generator) -> Floats:
    """Second nearest minus nearest distance to points scattered one to a unit square."""
    column, row = np.floor(u).astype(np.int32), np.floor(v).astype(np.int32)
    points = rng.random((64, 64, 2), dtype=np.float32)
    nearest, second = np.full_like(u, 9), np.full_like(u, 9)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            there = points[(row + down) % 64, (column + right) % 64]
            distance = np.hypot(
                column + right + there[..., 0] - u, row + down + there[..., 1] - v
            ).astype(np.float32)
            second = np.minimum(second, np.maximum(nearest, distance))
            nearest = np.minimum(nearest, distance)
    return second - nearest
