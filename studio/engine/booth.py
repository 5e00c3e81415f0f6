"""The engine that ships with the studio: it puts the photo's person into a scene of ours.

Not a neural face swap: expression, pose and hair are the photo's own.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Final

from faceswap.models import Gender, PhotoProblem, Quality, Ratio
from studio.engine.encoding import encode_png, encode_webp
from studio.engine.faces import Face, find_faces_any_way_up
from studio.engine.filters.comic import ComicPopArt
from studio.engine.filters.neon import CyberpunkNeon
from studio.engine.filters.oil import RenaissanceOil
from studio.engine.filters.style import Style, Subject
from studio.engine.filters.vintage import VintagePortrait
from studio.engine.mascot import draw_mascot
from studio.engine.matte import coarse_matte
from studio.engine.photo import Photo, decode
from studio.engine.pixels import Bytes, Size, resize_bytes
from studio.engine.protocol import (
    FilterBlocked,
    FilterInfo,
    FilterUnknown,
    PhotoRefused,
    Sketch,
)
from studio.engine.sketch.painter import paint

MIN_FACE: Final = 48  # pixels of the file, forehead to chin
PREVIEW_SIZE: Final[Size] = (400, 600)
MAX_PREVIEW_BYTES: Final = 60_000

_WORKING_SIDE: Final = 2000  # pixels of the longer side, as decoded
_FAST_SIDE: Final = 1000
_DETAILED_FACE: Final = 200  # pixels; below it a larger copy of the photo is worth decoding
_NEIGHBOUR: Final = 0.4  # of the largest face; smaller ones are too far behind to touch it
_LARGEST_SIDE: Final = 5000
DETAIL: Final = {Quality.BEST: 1.0, Quality.FAST: 0.5}
_STYLES: Final[dict[int, Style]] = {
    style.info.id: style
    for style in (ComicPopArt(), CyberpunkNeon(), RenaissanceOil(), VintagePortrait())
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom a photo is of: the pixels, the largest face, others large enough to be in the way."""

    pixels: Bytes = field(repr=False)
    face: Face
    neighbours: tuple[Face, ...]

    def reduced(self, *, max_side: int) -> Person:
        """Make the photo smaller, if it is larger than that."""
        height, width = self.pixels.shape[:2]
        scale = min(1.0, max_side / max(width, height))
        return Person(
            pixels=resize_bytes(self.pixels, (round(width * scale), round(height * scale))),
            face=self.face.moved(scale=scale, left=0, top=0),
            neighbours=tuple(
                neighbour.moved(scale=scale, left=0, top=0) for neighbour in self.neighbours
            ),
        )


class BoothEngine:
    """Implements studio.engine.protocol.Engine."""

    def catalogue(self) -> tuple[FilterInfo, ...]:
        return tuple(style.info for style in _STYLES.values())

    def inspect(self, photo: bytes, *, filter_id: int, gender: Gender) -> None:
        style_for(filter_id, gender)
        find_person(photo)

    def swap(
        self, photo: bytes, *, filter_id: int, gender: Gender, ratio: Ratio, quality: Quality
    ) -> bytes:
        style = style_for(filter_id, gender)
        person = find_person(photo)
        if quality is Quality.BEST:
            person = with_more_detail(photo, person)
        subject = prepare_subject(person, quality=quality)
        picture = style.render(subject, gender=gender, size=ratio.size, detail=DETAIL[quality])
        return encode_png(picture)

    def sketch(self, prompt: str, *, seed: int) -> Sketch:
        picture, understood = paint(prompt, seed=seed)
        return Sketch(png=encode_png(picture), understood=understood)

    def preview(self, filter_id: int) -> bytes:
        return _render_preview(_find_style(filter_id).info.id)


def _find_style(filter_id: int) -> Style:
    try:
        return _STYLES[filter_id]
    except KeyError:
        raise FilterUnknown(filter_id) from None


def style_for(filter_id: int, gender: Gender) -> Style:
    """Find a filter's style. Raises FilterUnknown, FilterBlocked."""
    style = _find_style(filter_id)
    if gender is Gender.GROUP and not style.info.group:
        raise FilterBlocked(filter_id, gender)
    return style


def find_person(photo: bytes) -> Person:
    """Decode, turn upright, and find the largest face. Raises PhotoRefused.

    The same for both qualities and for `inspect`, so that they never disagree about a photo.
    """
    decoded = decode(photo, max_side=_WORKING_SIDE)
    person = _largest(decoded)
    if person is None:
        raise PhotoRefused(PhotoProblem.NO_FACE, "no face was found: it should look at the camera")
    if person.face.height * decoded.reduction < MIN_FACE:
        detail = f"the face is too small: it should be at least {MIN_FACE} pixels high"
        raise PhotoRefused(PhotoProblem.FACE_TOO_SMALL, detail)
    return person


def _largest(decoded: Photo) -> Person | None:
    pixels, faces = find_faces_any_way_up(decoded.pixels, everyone=False)
    if not faces:
        return None
    face, *others = faces
    neighbours = [other for other in others if other.height > _NEIGHBOUR * face.height]
    return Person(pixels=pixels, face=face, neighbours=tuple(neighbours))


def with_more_detail(photo: bytes, person: Person) -> Person:
    """Decode a large photo of a small face again, less reduced."""
    if person.face.height >= _DETAILED_FACE:
        return person
    side = min(_LARGEST_SIDE, round(_WORKING_SIDE * _DETAILED_FACE / person.face.height))
    return _largest(decode(photo, max_side=side)) or person


def prepare_subject(person: Person, *, quality: Quality) -> Subject:
    """Find out where the person is, at half size where speed matters."""
    if quality is Quality.FAST:
        person = person.reduced(max_side=_FAST_SIDE)
    matte = coarse_matte(person.pixels, person.face, neighbours=person.neighbours)
    return Subject(pixels=person.pixels, matte=matte, face=person.face)


@functools.cache
def _render_preview(filter_id: int) -> bytes:
    picture = _STYLES[filter_id].render(
        draw_mascot(), gender=Gender.MALE, size=Ratio.PORTRAIT.size, detail=1.0
    )
    return encode_webp(resize_bytes(picture, PREVIEW_SIZE), max_bytes=MAX_PREVIEW_BYTES)
