"""Whom a photo is of: one person, or everyone in a group.

Reads the photo and finds the faces; what becomes of them is the filters' business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from faceswap.models import PhotoProblem, Quality
from studio.engine.faces import Face, find_faces_any_way_up
from studio.engine.filters.style import Subject
from studio.engine.matte import coarse_matte
from studio.engine.photo import Photo, decode
from studio.engine.pixels import Bytes, resize_bytes
from studio.engine.protocol import PhotoRefused

MIN_FACE: Final = 48  # pixels of the file, forehead to chin
MOST_FACES: Final = 6  # the filters for groups have room for these

_WORKING_SIDE: Final = 2000  # pixels of the longer side, as decoded
_FAST_SIDE: Final = 1000
_DETAILED_FACE: Final = 200  # pixels; below it a larger copy of the photo is worth decoding
_NEIGHBOUR: Final = 0.4  # of the largest face; smaller ones are too far behind to touch it
_MEMBER: Final = 0.3  # of the largest face; smaller ones are passers-by
_LARGEST_SIDE: Final = 5000
_SURROUNDINGS: Final = (2.6, 2.4, 2.6, 4.0)  # face heights kept left, above, right, below
_BESIDE: Final = 1.5  # face heights: faces closer than that in height stand side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The pixels, this person's face, others large enough to be in the way."""

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

    def alone(self) -> Person:
        """Crop the photo: to the surroundings, and half-way to those who stand beside."""
        height, width = self.pixels.shape[:2]
        (x, y), unit = self.face.centre, self.face.height
        left, top = max(0.0, x - _SURROUNDINGS[0] * unit), max(0.0, y - _SURROUNDINGS[1] * unit)
        right = min(width, x + _SURROUNDINGS[2] * unit)
        bottom = min(height, y + _SURROUNDINGS[3] * unit)
        for neighbour in self.neighbours:
            other_x, other_y = neighbour.centre
            if abs(other_y - y) > _BESIDE * max(unit, neighbour.height):
                continue
            border = x + (other_x - x) * unit / (unit + neighbour.height)
            left, right = (max(left, border), right) if other_x < x else (left, min(right, border))
        first, last = (int(left), int(top)), (int(right) + 1, int(bottom) + 1)
        moved = {"scale": 1.0, "left": -first[0], "top": -first[1]}
        return Person(
            pixels=self.pixels[first[1] : last[1], first[0] : last[0]],
            face=self.face.moved(**moved),
            neighbours=tuple(neighbour.moved(**moved) for neighbour in self.neighbours),
        )


def find_person(photo: bytes) -> Person:
    """Decode, turn upright, and find the largest face. Raises PhotoRefused.

    The same for both qualities and for `inspect`, so that they never disagree about a photo.
    """
    decoded = decode(photo, max_side=_WORKING_SIDE)
    people = _people(decoded, everyone=False)
    _check_largest(people, decoded)
    return people[0]


def find_group(photo: bytes) -> tuple[Person, ...]:
    """Decode, turn upright, and find everybody, from left to right. Raises PhotoRefused."""
    decoded = decode(photo, max_side=_WORKING_SIDE)
    people = _people(decoded, everyone=True)
    _check_largest(people, decoded)
    members = _members(people)
    if len(members) > MOST_FACES:
        detail = f"there are {len(members)} faces in the photo: at most {MOST_FACES} have room"
        raise PhotoRefused(PhotoProblem.TOO_MANY_FACES, detail)
    return members


def with_more_detail(photo: bytes, person: Person) -> Person:
    """Decode a large photo of a small face again, less reduced."""
    if person.face.height >= _DETAILED_FACE:
        return person
    people = _people(decode(photo, max_side=_detailed_side(person)), everyone=False)
    return people[0] if people else person


def group_with_more_detail(photo: bytes, group: tuple[Person, ...]) -> tuple[Person, ...]:
    """Decode a large photo of small faces again, less reduced, if it then shows as many."""
    smallest = min(group, key=lambda person: person.face.height)
    if smallest.face.height >= _DETAILED_FACE:
        return group
    detailed = _members(_people(decode(photo, max_side=_detailed_side(smallest)), everyone=True))
    return detailed if len(detailed) == len(group) else group


def prepare_subject(person: Person, *, quality: Quality) -> Subject:
    """Find out where the person is, at half size where speed matters."""
    if quality is Quality.FAST:
        person = person.reduced(max_side=_FAST_SIDE)
    matte = coarse_matte(person.pixels, person.face, neighbours=person.neighbours)
    return Subject(pixels=person.pixels, matte=matte, face=person.face)


def _people(decoded: Photo, *, everyone: bool) -> list[Person]:
    """Everyone found, largest face first."""
    pixels, faces = find_faces_any_way_up(decoded.pixels, everyone=everyone)
    return [
        Person(
            pixels=pixels,
            face=face,
            neighbours=tuple(
                other
                for other in faces
                if other is not face and other.height > _NEIGHBOUR * face.height
            ),
        )
        for face in faces
    ]


def _check_largest(people: list[Person], decoded: Photo) -> None:
    if not people:
        raise PhotoRefused(PhotoProblem.NO_FACE, "no face was found: it should look at the camera")
    if people[0].face.height * decoded.reduction < MIN_FACE:
        detail = f"the face is too small: it should be at least {MIN_FACE} pixels high"
        raise PhotoRefused(PhotoProblem.FACE_TOO_SMALL, detail)


def _members(people: list[Person]) -> tuple[Person, ...]:
    """Leave out passers-by and order the others from left to right."""
    members = [person for person in people if person.face.height > _MEMBER * people[0].face.height]
    return tuple(
        person.alone() for person in sorted(members, key=lambda person: person.face.centre[0])
    )


def _detailed_side(person: Person) -> int:
    return min(_LARGEST_SIDE, round(_WORKING_SIDE * _DETAILED_FACE / person.face.height))
