"""Where an oil painting hangs: its frame's place in the picture, the wall, the brass plate."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, cast

import numpy as np

from faceswap.models import Gender
from studio.engine.lettering import Font, height_to_fit, text_mask
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blur,
    colour,
    coordinates,
    mix,
    noise,
    smoothstep,
    to_bytes,
)
from studio.engine.scenes.gilt_frame import gilt_frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What one variant is painted before, and what hangs around it."""

    wall: str
    ground: str  # the painting's own background: the darks, and where light falls
    ground_light: str
    drape: str
    horizon: bool  # hills under an evening sky instead of a dark room
    title: str


ROOMS: Final = {
    Gender.MALE: Room(
        wall="#5c1a1c", ground="#14100b", ground_light="#5d4a2c", drape="#26331f",
        horizon=False, title="Portrait of a Gentleman",
    ),
    Gender.FEMALE: Room(
        wall="#1f3f38", ground="#150d0b", ground_light="#5b4230", drape="#5d1519",
        horizon=False, title="Portrait of a Lady",
    ),
    Gender.BOY: Room(
        wall="#20385a", ground="#2b2c20", ground_light="#d9b06a", drape="#233a5c",
        horizon=True, title="The Young Explorer",
    ),
    Gender.GIRL: Room(
        wall="#54324e", ground="#2c2a1c", ground_light="#e3b58a", drape="#6a2f42",
        horizon=True, title="The Little Dreamer",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hanging:
    """The frame's place in the picture, in pixels; the painting lies within the moulding."""

    left: int
    top: int
    width: int
    height: int
    moulding: int

    @property
    def frame(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    @property
    def canvas(self) -> Size:
        return self.width - 2 * self.moulding, self.height - 2 * self.moulding

    @property
    def painting(self) -> tuple[slice, slice]:
        top, left = self.top + self.moulding, self.left + self.moulding
        return slice(top, top + self.canvas[1]), slice(left, left + self.canvas[0])


def hangings(size: Size) -> tuple[Hanging, ...]:
    """Ways to hang the painting, best first; the later ones suit photos cut off at the sides.

    An upright picture is all painting. A wide one is a wall, on which the frame can be as narrow
    as the photo needs.
    """
    width, height = size
    if height > width * 1.2:
        return (Hanging(left=0, top=0, width=width, height=height, moulding=round(width * 0.088)),)
    tall = round(height * 0.855)
    shares = (1.12, 0.96, 0.80) if width > height * 1.2 else (0.96, 0.80)
    return tuple(
        Hanging(
            left=(width - round(tall * share)) // 2, top=round(height * 0.04),
            width=round(tall * share), height=tall, moulding=round(tall * 0.074),
        )
        for share in shares
    )  # fmt: skip


@functools.lru_cache(maxsize=4)
def empty_frame(size: Size, hanging: Hanging, room: Room) -> Bytes:
    """Paint the picture around the painting."""
    frame = gilt_frame((hanging.width, hanging.height), hanging.moulding)
    if hanging.canvas[0] + 2 * hanging.moulding == size[0]:
        return frame
    wall = _with_plate(_wall(size, room), hanging, room)
    picture = to_bytes(_with_shadow(wall, hanging))
    picture[hanging.frame] = frame
    return picture


def _wall(size: Size, room: Room) -> Floats:
    """Hang damask on the wall, and light it from above the painting."""
    x, y = coordinates(size)
    pattern = _damask(size)
    weave = noise(size, cells=240, octaves=1, rng=np.random.default_rng(2)) - np.float32(0.5)
    across = (x / size[0] - np.float32(0.5)) / np.float32(0.52)
    down = (y / size[1] - np.float32(0.30)) / np.float32(0.75)
    light = 0.34 + 1.05 * np.exp(-(across**2 + down**2))
    shade = ((0.72 + 0.55 * pattern + 0.16 * weave) * light).astype(np.float32)
    return cast(Floats, colour(room.wall) * shade[..., None])


def _damask(size: Size) -> Floats:
    """Repeat pointed ovals with a flower in each: 0 ground, 1 pattern."""
    x, y = coordinates(size)
    pitch = np.float32(min(size) * 0.20)
    u, v = x / pitch, y / (pitch * np.float32(1.5))
    swing = np.float32(0.25) * np.cos(np.float32(2 * np.pi) * v)
    band = np.minimum(np.abs(_centred(u - swing)), np.abs(_centred(u - np.float32(0.5) + swing)))
    lattice = smoothstep(0.035, 0.022, band) * np.float32(0.7)
    flowers = np.maximum(_flower(u - np.float32(0.25), v - np.float32(0.5)), _flower(u + 0.25, v))
    return cast(Floats, np.maximum(flowers, lattice))


def _centred(value: Floats) -> Floats:
    """Distance from the nearest whole number, signed: -0.5..0.5."""
    return cast(Floats, value - np.round(value))


def _flower(u: Floats, v: Floats) -> Floats:
    """Draw a palmette around every whole position."""
    across, down = _centred(u), _centred(v) * np.float32(1.5)
    radius, angle = np.hypot(across, down * np.float32(0.72)), np.arctan2(across, -down)
    petals = 0.21 + 0.07 * np.cos(8 * angle) + 0.05 * np.cos(2 * angle)
    outer = smoothstep(0.012, -0.012, (radius - petals).astype(np.float32))
    inner = smoothstep(0.012, -0.012, (radius - petals * 0.62).astype(np.float32))
    heart = smoothstep(0.06, 0.045, radius)
    return np.maximum(outer - inner * np.float32(0.8), heart)


def _with_shadow(wall: Floats, hanging: Hanging) -> Floats:
    """Let the frame throw its shadow down and to the right."""
    mask = np.zeros(wall.shape[:2], np.float32)
    mask[hanging.frame] = 1
    drop = round(hanging.moulding * 0.30)
    soft = blur(np.roll(mask, (drop * 2, drop), (0, 1)), hanging.moulding * 0.35)
    return cast(Floats, wall * (1 - np.float32(0.72) * soft)[..., None])


def _with_plate(wall: Floats, hanging: Hanging, room: Room) -> Floats:
    """Screw a brass plate with the title to the wall below the frame."""
    height, width = wall.shape[:2]
    size = (width, height)
    below = hanging.top + hanging.height
    centre = (width / 2, below + (height - below) * 0.54)
    tall, wide = round((height - below) * 0.50), round(min(size) * 0.42)
    top, left = round(centre[1] - tall / 2), round(centre[0] - wide / 2)
    mask = np.zeros((height, width), np.float32)
    mask[top : top + tall, left : left + wide] = 1
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    glint = 0.80 + 0.22 * np.sin(x * 26 + y * 9) + 0.05 * np.sin(y * height)
    letters_height = min(
        round(tall * 0.52), height_to_fit(room.title, font=Font.ANTIQUE, width=wide * 0.86)
    )
    letters = text_mask(
        room.title, font=Font.ANTIQUE, height=letters_height, size=size, centre=centre
    )
    brass = colour("#c9a257") * glint.astype(np.float32)[..., None]
    brass = mix(brass, colour("#2a1a0a"), letters)
    shadow = blur(np.roll(mask, (5, 3), (0, 1)), 5.0)
    wall = wall * (1 - np.float32(0.6) * shadow)[..., None]
    return mix(wall, brass, blur(mask, 0.7))
