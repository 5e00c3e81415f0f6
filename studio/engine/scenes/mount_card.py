"""The cardboard mount of an old studio portrait: boards, gold lines, lettering, ornaments."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final, cast

import cv2
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
    to_bytes,
)
from studio.engine.scenes.ornaments import Ornament, ornament_mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """Colours and words of one variant."""

    board: str
    gold: str
    shadow_tone: str  # what black, grey and white of the photograph become
    middle_tone: str
    light_tone: str
    script: str
    capitals: str
    ornament: Ornament


MOUNTS: Final = {
    Gender.MALE: Mount(
        board="#3a2a20", gold="#d8b978",
        shadow_tone="#241811", middle_tone="#a07f5e", light_tone="#f4e6c8",
        script="Portrait Studio", capitals="Anno Domini 1898", ornament=Ornament.SCROLL,
    ),
    Gender.FEMALE: Mount(
        board="#4a1f2b", gold="#e2bd93",
        shadow_tone="#231411", middle_tone="#a67d62", light_tone="#f9ead2",
        script="Portrait Studio", capitals="Anno Domini 1898", ornament=Ornament.FLOWER,
    ),
    Gender.BOY: Mount(
        board="#1f3247", gold="#d9c48c",
        shadow_tone="#1b1a1a", middle_tone="#94836a", light_tone="#f1ead6",
        script="Little Captain", capitals="Picture Studio 1898", ornament=Ornament.STAR,
    ),
    Gender.GIRL: Mount(
        board="#2c4238", gold="#e3c79a",
        shadow_tone="#241715", middle_tone="#aa866a", light_tone="#faedd6",
        script="Little Star", capitals="Picture Studio 1898", ornament=Ornament.FLOWER,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLayout:
    """Where things go on a card, in pixels: the photograph, and the two lines of lettering."""

    left: int
    top: int
    width: int
    height: int
    words_centre: tuple[float, float]
    words_width: float
    fold: bool  # a folder: words on one leaf, the photograph on the other

    @property
    def photograph(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


def card_layout(size: Size) -> CardLayout:
    """Upright pictures have the words below the photograph, wide ones beside it."""
    width, height = size
    if width > height * 1.2:
        photo_height = round(height * 0.77)
        photo_width = round(photo_height * 0.76)
        return CardLayout(
            left=round(width * 0.75 - photo_width / 2), top=round(height * 0.115),
            width=photo_width, height=photo_height,
            words_centre=(width * 0.25, height * 0.5), words_width=width * 0.30, fold=True,
        )  # fmt: skip
    upright = height > width * 1.2
    photo_width = round(width * (0.76 if upright else 0.60))
    photo_height = round(height * (0.70 if upright else 0.725))
    top = round(height * (0.085 if upright else 0.07))
    return CardLayout(
        left=(width - photo_width) // 2, top=top, width=photo_width, height=photo_height,
        words_centre=(width / 2, (top + photo_height + height) / 2 - height * 0.006),
        words_width=width * (0.48 if upright else 0.36), fold=False,
    )  # fmt: skip


@functools.lru_cache(maxsize=4)
def paint_card(size: Size, mount: Mount) -> Bytes:
    """Paint the card with an empty place for the photograph."""
    layout = card_layout(size)
    card = _board(size, mount)
    if layout.fold:
        card = _with_fold(card)
    card = _with_recess(card, layout)
    gold = np.maximum(_lines(size, layout), _words(size, layout, mount))
    gold = np.maximum(gold, _ornaments(size, layout, mount))
    return to_bytes(_embossed(card, gold, mount))


def _board(size: Size, mount: Mount) -> Floats:
    rng = np.random.default_rng(21)
    fibres = noise(size, cells=70, octaves=3, rng=rng) - np.float32(0.5)
    clouds = noise(size, cells=3, octaves=3, rng=rng) - np.float32(0.5)
    x, y = coordinates(size)
    off_centre = np.hypot(x / size[0] - np.float32(0.45), y / size[1] - np.float32(0.4))
    light = (1.12 - 0.42 * off_centre**1.6 + 0.28 * fibres + 0.12 * clouds).astype(np.float32)
    return cast(Floats, colour(mount.board) * light[..., None])


def _with_fold(card: Floats) -> Floats:
    """Shade the crease between two leaves."""
    height, width = card.shape[:2]
    x, _ = coordinates((width, height))
    distance = (x - np.float32(width / 2)) / np.float32(width)
    crease = (
        1 - 0.45 * np.exp(-((distance / 0.004) ** 2)) - 0.22 * np.exp(-((distance / 0.03) ** 2))
    )
    ridge = 0.12 * np.exp(-(((distance - 0.008) / 0.004) ** 2))
    return cast(Floats, card * (crease + ridge).astype(np.float32)[..., None])


def _with_recess(card: Floats, layout: CardLayout) -> Floats:
    """Let the photograph lie a little deeper: a soft shadow around its place."""
    mask = np.zeros(card.shape[:2], np.float32)
    mask[layout.photograph] = 1
    depth = max(4.0, layout.width * 0.014)
    return card * (1 - np.float32(0.5) * blur(mask, depth))[..., None]


def _lines(size: Size, layout: CardLayout) -> Floats:
    """Gold lines around the photograph and along the edges of each leaf."""
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    unit = min(width, height) / 1200
    for distance, thickness in ((17, 5), (27, 2)):
        margin = round(distance * unit)
        cv2.rectangle(
            mask,
            (layout.left - margin, layout.top - margin),
            (layout.left + layout.width + margin - 1, layout.top + layout.height + margin - 1),
            255,
            max(1, round(thickness * unit)),
            cv2.LINE_AA,
        )
    leaves = ((0, width // 2), (width // 2, width)) if layout.fold else ((0, width),)
    for first, last in leaves:
        for distance, thickness in ((34, 3), (46, 1)):
            margin = round(distance * unit)
            corners = (first + margin, margin), (last - margin - 1, height - margin - 1)
            cv2.rectangle(mask, *corners, 255, max(1, round(thickness * unit)), cv2.LINE_AA)
    return mask.astype(np.float32) / np.float32(255)


def _words(size: Size, layout: CardLayout, mount: Mount) -> Floats:
    x, y = layout.words_centre
    script = height_to_fit(mount.script, font=Font.SCRIPT, width=layout.words_width)
    if not layout.fold:
        script = min(script, round(size[1] * 0.062))
    capitals = round(script * 0.36)
    upper = text_mask(
        mount.script, font=Font.SCRIPT, height=script, size=size, centre=(x, y - script * 0.26)
    )
    lower = text_mask(
        mount.capitals, font=Font.ANTIQUE, height=capitals, size=size, centre=(x, y + script * 0.52)
    )
    return np.maximum(upper, lower)


def _ornaments(size: Size, layout: CardLayout, mount: Mount) -> Floats:
    """Ornaments beside or around the words."""
    x, y = layout.words_centre
    if layout.fold:
        side = layout.words_width * 0.62
        distance = size[1] * 0.235
        return np.maximum(
            ornament_mask(mount.ornament, size=size, centre=(x, y - distance), width=side, flip=1),
            ornament_mask(mount.ornament, size=size, centre=(x, y + distance), width=side, flip=-1),
        )
    side = (size[0] - layout.words_width) * 0.29
    distance = layout.words_width / 2 + side * 0.62
    left = ornament_mask(mount.ornament, size=size, centre=(x - distance, y), width=side, flip=1.0)
    return np.maximum(left, left[:, ::-1])


def _embossed(card: Floats, gold: Floats, mount: Mount) -> Floats:
    """Print gold into the board: a dark edge below, a glint that varies over the card."""
    height, width = gold.shape
    x, y = coordinates((width, height))
    glint = np.float32(0.90) + np.float32(0.16) * np.sin(
        x * np.float32(9 / width) + y * np.float32(5 / height)
    )
    shadow = np.roll(gold, (2, 1), (0, 1))
    card = card * (1 - np.float32(0.45) * shadow)[..., None]
    return mix(card, colour(mount.gold) * glint[..., None], gold * np.float32(0.92))
