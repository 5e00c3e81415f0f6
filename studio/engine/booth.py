"""The engine that ships with the studio: it puts the photo's person into a scene of ours.

Not a neural face swap: expression, pose and hair are the photo's own.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from faceswap.models import Gender, PhotoProblem, Quality, Ratio
from studio.engine.faces import Face, find_faces_any_way_up
from studio.engine.filters.comic import ComicPopArt
from studio.engine.filters.style import Style, Subject
from studio.engine.filters.vintage import VintagePortrait
from studio.engine.matte import coarse_matte
from studio.engine.photo import decode
from studio.engine.pixels import Bytes, mix, noise, smoothstep, to_bytes, vertical_gradient
from studio.engine.protocol import (
    FilterBlocked,
    FilterInfo,
    FilterUnknown,
    PhotoRefused,
    Sketch,
)
from studio.engine.scenes.comic_art import PALETTES, sunburst

MIN_FACE: Final = 48  # pixels of the file, forehead to chin

_WORKING_SIDE: Final = {Quality.BEST: 2000, Quality.FAST: 1000}
_DETAIL: Final = {Quality.BEST: 1.0, Quality.FAST: 0.5}
_PNG_COMPRESSION: Final = 1  # higher levels cost up to 0.4 s and save a tenth
_STYLES: Final[tuple[Style, ...]] = (VintagePortrait(), ComicPopArt())


class BoothEngine:
    """Implements studio.engine.protocol.Engine."""

    def catalogue(self) -> tuple[FilterInfo, ...]:
        return tuple(style.info for style in _STYLES)

    def inspect(self, photo: bytes, *, filter_id: int, gender: Gender) -> None:
        _style_for(filter_id, gender)
        _find_subject_face(photo, max_side=_WORKING_SIDE[Quality.FAST])

    def swap(
        self, photo: bytes, *, filter_id: int, gender: Gender, ratio: Ratio, quality: Quality
    ) -> bytes:
        style = _style_for(filter_id, gender)
        pixels, face = _find_subject_face(photo, max_side=_WORKING_SIDE[quality])
        subject = Subject(pixels=pixels, matte=coarse_matte(pixels, face), face=face)
        picture = style.render(subject, gender=gender, size=ratio.size, detail=_DETAIL[quality])
        return _png(picture)

    def sketch(self, prompt: str, *, seed: int) -> Sketch:
        rng = np.random.default_rng([seed, *prompt.encode()])
        clouds = noise((1200, 1800), cells=3, octaves=5, rng=rng)
        sky = vertical_gradient((1200, 1800), ((0.0, "#2f7fd6"), (1.0, "#e9f6ff")))
        picture = to_bytes(mix(sky, np.ones(3, np.float32), smoothstep(0.5, 0.7, clouds)))
        return Sketch(png=_png(picture), understood="a sky; nothing else is drawn offline yet")

    def preview(self, filter_id: int) -> bytes:
        style = next((style for style in _STYLES if style.info.id == filter_id), None)
        if style is None:
            raise FilterUnknown(filter_id)
        picture = sunburst((400, 600), PALETTES[Gender.FEMALE], (0.5, 0.5))
        done, encoded = cv2.imencode(".webp", picture[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, 80])
        if not done:
            raise RuntimeError("the preview could not be written as WebP")
        return encoded.tobytes()


def _style_for(filter_id: int, gender: Gender) -> Style:
    for style in _STYLES:
        if style.info.id == filter_id:
            if gender is Gender.GROUP and not style.info.group:
                raise FilterBlocked(filter_id, gender)
            return style
    raise FilterUnknown(filter_id)


def _find_subject_face(photo: bytes, *, max_side: int) -> tuple[Bytes, Face]:
    """Decode, turn upright, and find the largest face. Raises PhotoRefused."""
    decoded = decode(photo, max_side=max_side)
    pixels, faces = find_faces_any_way_up(decoded.pixels, everyone=False)
    if not faces:
        raise PhotoRefused(PhotoProblem.NO_FACE, "no face was found: it should look at the camera")
    if faces[0].height * decoded.reduction < MIN_FACE:
        detail = f"the face is too small: it should be at least {MIN_FACE} pixels high"
        raise PhotoRefused(PhotoProblem.FACE_TOO_SMALL, detail)
    return pixels, faces[0]


def _png(picture: Bytes) -> bytes:
    options = [cv2.IMWRITE_PNG_COMPRESSION, _PNG_COMPRESSION]
    done, encoded = cv2.imencode(".png", picture[..., ::-1], options)
    if not done:
        raise RuntimeError("the picture could not be written as PNG")
    return encoded.tobytes()
