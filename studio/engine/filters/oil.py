"""The Renaissance Oil filter: the person painted in oils, under varnish, in a gilt frame."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np

from faceswap.models import Gender
from studio.engine.cloak import drape_cloak
from studio.engine.filters.brush import bristles, paint_with_brushes, with_relief
from studio.engine.filters.exposure import balanced
from studio.engine.filters.style import Subject
from studio.engine.matte import Cutout, cut_out
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blur,
    colour,
    coordinates,
    mix,
    resize,
    resize_bytes,
    smoothstep,
    to_floats,
)
from studio.engine.placement import Framing, Placement, fade_cuts, place
from studio.engine.protocol import FilterInfo
from studio.engine.relight import small_lights_from
from studio.engine.scenes import gallery, old_canvas
from studio.engine.scenes.gallery import ROOMS, Hanging

_FRAMING: Final = Framing(face_height=0.255, tallest=0.50, centre=(0.5, 0.40), slack=(0.10, 0.08))
_SFUMATO: Final = 0.12  # face heights over which a cut at the side dissolves
_WINDOW: Final = (-0.80, -0.55, 0.62)
_FILL: Final = (0.9, 0.1, 0.45)
_IVORY: Final = np.array([1.06, 1.00, 0.88], np.float32)
_UMBER: Final = np.array([0.62, 0.52, 0.44], np.float32)


class RenaissanceOil:
    """An old master's portrait."""

    info = FilterInfo(
        id=36,
        name="Renaissance Oil",
        category="Art",
        group=False,
        description="An old master's portrait: you in oils under varnish, in a gilded frame.",
    )

    def render(self, subject: Subject, *, gender: Gender, size: Size, detail: float) -> Bytes:
        room = ROOMS[gender]
        hanging, placement = _hang(subject, size, detail)
        picture = gallery.empty_frame(size, hanging, room).copy()
        work = _working_size(hanging, detail)
        scene = to_floats(resize_bytes(old_canvas.background(hanging.canvas, room), work))
        painting = _painted(subject, placement, scene, room.drape)
        picture[hanging.painting] = _varnished(painting, hanging.canvas)
        return picture


def _hang(subject: Subject, size: Size, detail: float) -> tuple[Hanging, Placement]:
    """Take the first hanging in which no edge of the photo shows, or else the last one."""
    for hanging in gallery.hangings(size):
        window = _working_size(hanging, detail)
        placement = place(subject.face, subject.matte, window=window, framing=_FRAMING)
        if placement.hides_cuts:
            break
    return hanging, placement


def _working_size(hanging: Hanging, detail: float) -> Size:
    return round(hanging.canvas[0] * detail), round(hanging.canvas[1] * detail)


def _painted(subject: Subject, placement: Placement, scene: Floats, cloak: str) -> Bytes:
    """Paint the person into the scene."""
    size = (scene.shape[1], scene.shape[0])
    cutout = cut_out(subject.pixels, subject.matte, subject.face, placement=placement, size=size)
    photo = subject.matte.shape
    fade = fade_cuts(placement, face=subject.face, photo=photo, size=size, aside=_SFUMATO)
    alpha = cutout.alpha * fade
    covered, light = drape_cloak(cutout, fade)
    sinking = _sinking(size)[..., None]
    shadow = blur(np.roll(np.maximum(alpha, covered), round(size[0] * 0.03), 1), size[0] * 0.05)
    scene = scene * (1 - np.float32(0.45) * shadow)[..., None]
    scene = mix(scene, colour(cloak) * (light[..., None] * sinking), covered)
    scene = mix(scene, _lit(cutout) * sinking, alpha)
    unit = cutout.face.height
    painted = paint_with_brushes(scene, cutout.face)
    return with_relief(painted, bristles(painted, unit=unit), strength=1.0)


def _lit(cutout: Cutout) -> Floats:
    """Light the person from a window on the left and let the rest sink into brown shadow."""
    key, fill = small_lights_from(cutout, (_WINDOW, _FILL))
    light = _UMBER * (0.74 + 0.34 * fill)[..., None] + _IVORY * (0.80 * key)[..., None]
    exposed = balanced(cutout, middle=0.56, span=0.52, saturation=0.76)
    return exposed * resize(light.astype(np.float32), cutout.size)


def _sinking(size: Size) -> Floats:
    """Let what is low in the picture lie in shadow, as painters did with all but the face."""
    _, y = coordinates(size)
    return 1 - np.float32(0.55) * smoothstep(0.58, 1.0, y / np.float32(size[1]))


def _varnished(painting: Bytes, size: Size) -> Bytes:
    """Enlarge to the canvas, and put weave, yellowed varnish and cracks over it."""
    if painting.shape[1::-1] != size:
        painting = resize_bytes(painting, size)
    glaze = old_canvas.glaze(size)
    return cast(Bytes, cv2.multiply(painting, glaze, scale=1 / 255))
