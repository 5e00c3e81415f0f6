"""How a neon picture is composed: the person's stage, a panel's tubes, the sign in front."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from studio.engine.pixels import Bytes, Size, coordinates, smoothstep, to_bytes, to_floats
from studio.engine.scenes.neon_city import city, rain
from studio.engine.scenes.neon_signs import Night, outline_sign, word_sign

_SIGN_BAND: Final = 0.5  # of the height; above it nothing of the sign's halo is left


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The part of the picture the person is in, in pixels; a panel has tubes around it."""

    left: int
    top: int
    width: int
    height: int
    panel: bool

    @property
    def area(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    @property
    def size(self) -> Size:
        return self.width, self.height


def stages(size: Size) -> tuple[Stage, ...]:
    """Where the person can be, best first: in the street, or in a panel as narrow as needed."""
    width, height = size
    whole = Stage(left=0, top=0, width=width, height=height, panel=False)
    if height > width * 1.2:
        return (whole,)
    margin = round(height * 0.06)
    tall = height - 2 * margin
    shares = (1.05, 0.90, 0.76) if width > height * 1.2 else (0.88, 0.76)
    panels = (
        Stage(
            left=(width - round(tall * share)) // 2, top=margin,
            width=round(tall * share), height=tall, panel=True,
        )
        for share in shares
    )  # fmt: skip
    return (whole, *panels)


@functools.lru_cache(maxsize=4)
def behind(size: Size, stage: Stage, night: Night) -> Bytes:
    """Paint what is behind the person; a panel's glass darkens the city."""
    scene = city(size, night)
    if not stage.panel:
        return scene
    picture = to_floats(scene)
    lines = np.float32(0.42) + np.float32(0.05) * np.sin(np.arange(stage.height) * 1.6)
    picture[stage.area] *= lines.astype(np.float32)[:, None, None]
    edges = (stage.left, stage.top, stage.left + stage.width, stage.top + stage.height)
    return to_bytes(picture + outline_sign(size, night, area=edges))


@functools.lru_cache(maxsize=4)
def in_front(size: Size, night: Night) -> Bytes:
    """Light to add over the person: the sign below, and rain."""
    width, height = size
    share, y = (0.74, 0.885) if height > width else (0.40, 0.85)
    if width == height:
        share = 0.56
    light = cv2.merge([rain(size)] * 3)
    band = light[round(height * _SIGN_BAND) :]  # tubes on a whole picture would need 200 MB
    centre = (width / 2, height * y - (height - band.shape[0]))
    sign = word_sign((width, band.shape[0]), night, centre=centre, width=width * share)
    cv2.add(band, to_bytes(sign), band)
    return cast(Bytes, light)


@functools.lru_cache(maxsize=1)
def dusk(size: Size) -> Bytes:
    """How much of what is in the street stays visible (255 is all): the sign needs dark behind."""
    x, y = coordinates(size)
    low = 1 - np.float32(0.62) * smoothstep(0.64, 0.90, y / np.float32(size[1]))
    aside = np.abs(x / np.float32(size[0]) - np.float32(0.5)) * 2
    shade = to_bytes(low * (1 - np.float32(0.22) * aside**3))
    return cast(Bytes, cv2.merge([shade, shade, shade]))
