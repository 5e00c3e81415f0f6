"""The Cyberpunk Neon filter: the person in a rainy city at night, lit by two signs."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np

from faceswap.models import Gender
from studio.engine.cloak import drape_cloak
from studio.engine.filters.exposure import balanced
from studio.engine.filters.face_paint import paint_cheek
from studio.engine.filters.style import Subject
from studio.engine.matte import Cutout, cut_out
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blend,
    blur,
    colour,
    luminance,
    mix,
    resize,
    resize_bytes,
    smoothstep,
    to_bytes,
    to_floats,
)
from studio.engine.placement import Framing, Placement, fade_cuts, place
from studio.engine.protocol import FilterInfo
from studio.engine.relight import small_lights_from
from studio.engine.scenes import neon_street
from studio.engine.scenes.neon_signs import NIGHTS, Night
from studio.engine.scenes.neon_street import Stage

_UPRIGHT: Final = Framing(face_height=0.245, tallest=0.42, centre=(0.5, 0.42), slack=(0.14, 0.10))
_SQUARISH: Final = Framing(face_height=0.33, tallest=0.52, centre=(0.5, 0.45), slack=(0.14, 0.10))
_CUT: Final = 0.12  # face heights over which a cut at the side dissolves

_LEFT_LAMP: Final = (-1.0, -0.15, 0.30)
_RIGHT_LAMP: Final = (1.0, -0.10, 0.28)
_FRONT: Final = (-0.1, -0.40, 1.0)
_LAMPS: Final = np.float32(1.45)  # how bright the two are
_SOFT_LAMPS: Final = 0.05  # face heights; the signs are wide, so their shadows have no edge
_CAMERA: Final = (0.0, 0.0, 1.0)
_NIGHT: Final = np.array([0.25, 0.21, 0.36], np.float32)
_SCREEN: Final = np.array([0.66, 0.62, 0.78], np.float32)  # a pale display in front of the face


class CyberpunkNeon:
    """Two-coloured light, rain and a skyline."""

    info = FilterInfo(
        id=12,
        name="Cyberpunk Neon",
        category="Sci-Fi",
        group=False,
        description="A rainy city at night: you behind a neon sign, lit in two colours.",
    )

    def render(self, subject: Subject, *, gender: Gender, size: Size, detail: float) -> Bytes:
        night = NIGHTS[gender]
        stage, placement = _choose_stage(subject, size, detail)
        picture = neon_street.behind(size, stage, night).copy()
        view = picture[stage.area]
        work = _working_size(stage, detail)
        colours, alpha = _person(subject, placement, work, night, behind=view)
        if work != stage.size:
            colours = resize_bytes(colours, stage.size)
            alpha = np.clip(resize(alpha, stage.size), 0, 1)
        picture[stage.area] = blend(view, colours, alpha)
        picture = cast(Bytes, cv2.multiply(picture, neon_street.dusk(size), scale=1 / 255))
        picture = cast(Bytes, cv2.add(picture, neon_street.in_front(size, night)))
        return cast(Bytes, cv2.add(picture, _spill(picture)))


def _choose_stage(subject: Subject, size: Size, detail: float) -> tuple[Stage, Placement]:
    """Take the first stage on which no edge of the photo shows, or else the last one."""
    framing = _UPRIGHT if size[1] > size[0] else _SQUARISH
    for stage in neon_street.stages(size):
        window = _working_size(stage, detail)
        placement = place(subject.face, subject.matte, window=window, framing=framing)
        if placement.hides_cuts:
            break
    return stage, placement


def _working_size(stage: Stage, detail: float) -> Size:
    return round(stage.width * detail), round(stage.height * detail)


def _person(
    subject: Subject, placement: Placement, size: Size, night: Night, *, behind: Bytes
) -> tuple[Bytes, Floats]:
    """Light the person by the city behind: colours and coverage."""
    cutout = cut_out(subject.pixels, subject.matte, subject.face, placement=placement, size=size)
    photo = subject.matte.shape
    fade = fade_cuts(placement, face=subject.face, photo=photo, size=size, aside=_CUT)
    alpha = cutout.alpha * fade
    covered, light = drape_cloak(cutout, fade)
    halves = _halves(cutout)[..., None]
    cloth = mix(colour(night.left), colour(night.right), halves) * np.float32(0.20)
    person = _painted(_lit(cutout, night), cutout, night)
    whole = alpha + covered * (1 - alpha)
    share = alpha / np.maximum(whole, np.float32(1e-3))
    person = mix((cloth + np.float32(0.02)) * light[..., None], person, share)
    return to_bytes(person + _wrap(behind, whole)), whole


def _halves(cutout: Cutout) -> Floats:
    """0 left of the face, 1 right of it, softly changing between."""
    width, height = cutout.size
    x = np.arange(width, dtype=np.float32) - np.float32(cutout.face.centre[0])
    row = smoothstep(-0.5, 0.5, x / np.float32(cutout.face.height))
    return np.broadcast_to(row[None, :], (height, width))


def _lit(cutout: Cutout, night: Night) -> Floats:
    """Relight the person: a coloured lamp on either side, a pale one before the face."""
    lamps = (_LEFT_LAMP, _RIGHT_LAMP, _FRONT, _CAMERA)
    left, right, front, facing = small_lights_from(cutout, lamps)
    softness = cutout.face.height * _SOFT_LAMPS * left.shape[1] / cutout.size[0]
    left, right = blur(left, softness)[..., None], blur(right, softness)[..., None]
    first, second = colour(night.left), colour(night.right)
    light = _NIGHT + _SCREEN * (front**2)[..., None] + (first * left + second * right) * _LAMPS
    rim = smoothstep(0.30, 0.85, 1 - facing)[..., None]
    edge = (first * left + second * right) * rim * np.float32(0.8)
    surface = balanced(cutout, middle=0.50, span=0.60, saturation=0.62)
    sheen = np.float32(0.30) + luminance(surface)[..., None]
    bright = surface * resize(light, cutout.size)
    bright += sheen * resize(edge, cutout.size)
    return cast(Floats, 1 - cv2.exp(bright * np.float32(-1.45)))


def _painted(lit: Floats, cutout: Cutout, night: Night) -> Floats:
    """Put luminous paint on a cheek, in the colour of the lamp on the other side."""
    paint, on_left = paint_cheek(cutout, night.paint)
    tint = colour(night.right if on_left else night.left)
    unit = cutout.face.height
    around = blur(paint, unit * 0.03)[..., None]
    dimmed = lit * (1 - np.float32(0.75) * np.minimum(around, 1))
    glass = np.float32(0.12) + np.float32(0.88) * tint
    return mix(dimmed, glass, paint) + around * tint * np.float32(0.45)


def _wrap(behind: Bytes, alpha: Floats) -> Floats:
    """Let the lights behind spill over the person's edges."""
    height, width = alpha.shape
    small = (max(1, width // 8), max(1, height // 8))
    glow = blur(to_floats(resize_bytes(behind, small)), small[0] * 0.05)
    edge = resize(alpha, small)
    spilled = glow * (1 - blur(edge, small[0] * 0.025))[..., None]
    return resize(spilled, (width, height)) * (alpha * np.float32(0.9))[..., None]


def _spill(picture: Bytes) -> Bytes:
    """Find the light that bright things shed around them in wet air."""
    height, width = picture.shape[:2]
    small = to_floats(resize_bytes(picture, (width // 4, height // 4)))
    bright = np.clip(small - np.float32(0.70), 0, 1)
    side = min(small.shape[:2])
    glow = blur(bright, side * 0.012) * np.float32(0.30) + blur(bright, side * 0.05) * np.float32(
        0.40
    )
    return resize_bytes(to_bytes(glow), (width, height))
