"""The Space Explorer filter: heads in helmets, before nebulae and planets."""

from __future__ import annotations

import functools
from typing import Final, cast

import numpy as np

from faceswap.models import Gender
from studio.engine.faces import face_values
from studio.engine.filters.style import Subject
from studio.engine.matte import Cutout, cut_out
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blur,
    coordinates,
    luminance,
    mix,
    resize,
    smoothstep,
    to_bytes,
    to_floats,
)
from studio.engine.placement import Framing, Placement, place
from studio.engine.protocol import FilterInfo
from studio.engine.relight import light_from
from studio.engine.scenes import crew, helmet_glass, sky, space_suit
from studio.engine.scenes.space_suit import Slot

_FRAMING: Final = Framing(
    face_height=0.54, tallest=0.66, centre=(0.5, 0.545), slack=(0.07, 0.05)
)  # in the square around the helmet's opening
_SUN: Final = (-0.7, -0.45, 0.6)
_PLANETSHINE: Final = (0.95, -0.1, 0.3)
_AMBIENT: Final = np.array([0.52, 0.53, 0.55], np.float32)
_SUN_COLOUR: Final = np.array([1.0, 0.95, 0.87], np.float32) * np.float32(0.72)
_SHINE_COLOUR: Final = np.array([0.42, 0.62, 1.0], np.float32) * np.float32(0.42)

_OVERSAMPLING: Final = 1.5  # at best quality: strands of hair get finer edges


class SpaceExplorer:
    """Astronauts: the head is a photo, the suit a rendering, everything else painted."""

    info = FilterInfo(
        id=38,
        name="Space Explorer",
        category="Adventure",
        group=True,
        description="Outer space: you in a space suit, before a planet and nebulae.",
    )

    def render(self, subject: Subject, *, gender: Gender, size: Size, detail: float) -> Bytes:
        return _render((subject,), gender=gender, size=size, detail=detail)

    def render_group(self, subjects: tuple[Subject, ...], *, size: Size, detail: float) -> Bytes:
        return _render(subjects, gender=Gender.GROUP, size=size, detail=detail)


def _render(subjects: tuple[Subject, ...], *, gender: Gender, size: Size, detail: float) -> Bytes:
    slots = crew.slots(gender, size=size, count=len(subjects))
    picture = _empty_suits(gender, size, len(subjects)).copy()
    for subject, slot in zip(subjects, slots, strict=True):
        left, top, side = slot.box
        area = (slice(top, top + side), slice(left, left + side))
        picture[area] = _in_helmet(picture[area], subject, slot=slot, gender=gender, detail=detail)
    return picture


@functools.lru_cache(maxsize=4)
def _empty_suits(gender: Gender, size: Size, count: int) -> Bytes:
    """Paint everything but the heads."""
    picture = sky.paint_sky(size, sky.SKIES[gender])
    for slot in sorted(crew.slots(gender, size=size, count=count), key=lambda slot: slot.y):
        space_suit.paint_suit(picture, slot)
    return sky.seen_through_lens(picture)


def _in_helmet(
    helmet: Bytes, subject: Subject, *, slot: Slot, gender: Gender, detail: float
) -> Bytes:
    """Put a head into the empty helmet, and the glass before it."""
    side = slot.box[2]
    work = round(side * (_OVERSAMPLING if detail >= 1 else detail))
    placement = place(subject.face, subject.matte, window=(work, work), framing=_FRAMING)
    cutout = cut_out(
        subject.pixels, subject.matte, subject.face, placement=placement, size=(work, work)
    )
    opening = space_suit.opening(slot)
    lit = resize(_lit(cutout), (side, side))
    alpha = cutout.alpha * _inside_photo(subject, placement, work)
    alpha = np.clip(resize(alpha, (side, side)), 0, 1) * opening
    inside = to_floats(helmet) * (1 - _contact_shadow(alpha, opening))[..., None]
    inside = mix(inside, lit * _helmet_shade(side)[..., None], alpha)
    reflected = sky.mirrored(sky.SKIES[gender])
    return to_bytes(helmet_glass.through_glass(inside, opening, reflected))


def _lit(cutout: Cutout) -> Floats:
    """Expose the face evenly, and light it by the sun and by the planet."""
    brightness = float(np.median(face_values(luminance(cutout.colours), cutout.face)))
    target = brightness + (0.56 - brightness) * 0.6
    gamma = np.log(np.clip(target, 0.1, 0.9)) / np.log(np.clip(brightness, 0.05, 0.95))
    exposed = np.clip(cutout.colours, 0, 1) ** np.float32(np.clip(gamma, 0.6, 1.5))
    light = (
        _AMBIENT
        + light_from(cutout, _SUN)[..., None] * _SUN_COLOUR
        + light_from(cutout, _PLANETSHINE)[..., None] * _SHINE_COLOUR
    )
    return cast(Floats, np.clip(exposed * light, 0, 1))


def _inside_photo(subject: Subject, placement: Placement, side: int) -> Floats:
    """Let a head dissolve into the helmet's dark where the photo ends: 1 is untouched."""
    height, width = subject.matte.shape
    x, y = coordinates((side, side))
    unit = np.float32(subject.face.height * placement.scale)
    left = (x - np.float32(placement.left)) / unit
    right = (np.float32(placement.left + width * placement.scale) - x) / unit
    top = (y - np.float32(placement.top)) / unit
    bottom = (np.float32(placement.top + height * placement.scale) - y) / unit
    sides = smoothstep(0.0, 0.10, np.minimum(left, right))
    return sides * smoothstep(0.0, 0.12, top) * smoothstep(0.0, 0.10, bottom)


def _contact_shadow(alpha: Floats, opening: Floats) -> Floats:
    """Darken the lining behind the head, a little lower and to the right: 0 is untouched."""
    side = alpha.shape[0]
    shadow = blur(alpha, side * 0.045)
    moved = np.roll(shadow, (round(side * 0.02), round(side * 0.015)), (0, 1))
    return moved * opening * np.float32(0.65)


@functools.lru_cache(maxsize=8)
def _helmet_shade(side: int) -> Floats:
    """How much light reaches each part of the head: less near the rim and below the chin."""
    x, y = coordinates((side, side))
    across, down = x / np.float32(side / 2) - 1, y / np.float32(side / 2) - 1
    distance = np.hypot(across, down)
    rim = np.float32(1) - np.float32(0.55) * smoothstep(0.70, 0.96, distance)
    neck = np.float32(1) - np.float32(0.62) * smoothstep(0.58, 0.84, down)
    return rim * neck
