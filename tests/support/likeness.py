"""How much a picture still looks like its photo, by networks the engine does not use: dlib's.

They come with the extra `quality`, which `make .venv/.quality` installs.
"""

from __future__ import annotations

import importlib
import io
import math
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from faceswap.models import Ratio

MEDIAN_AT_MOST: Final = 0.50
WORST_AT_MOST: Final = 0.60  # up to here dlib calls two faces the same person's
CONTRAST_AT_LEAST: Final = 30  # levels of 255; far from blank
COMIC: Final = 35

INSTALLED: Final = all(find_spec(name) for name in ("dlib", "face_recognition_models"))
MISSING: Final = "dlib is not installed: make .venv/.quality"

_SIDE: Final = 800  # pixels of the longer side, as searched; the detectors know faces from 80 on
_THOROUGH_SIDE: Final = 600  # of which each pixel costs a hundred times as much
_CROWD_SIDE: Final = 1800
_SURE: Final = 0.2  # below it, the thorough look takes a lit window for a face
_BOXES: Final = (0.85, 1.0, 1.15)  # of the box that a face was found in

Bytes = NDArray[np.uint8]
Descriptor = NDArray[np.float64]
"""A face as 128 numbers; near each other for photos of one person."""


class Recogniser:
    """Finds faces and describes them so that their owners can be told apart."""

    def __init__(self) -> None:
        self._dlib = importlib.import_module("dlib")
        models = importlib.import_module("face_recognition_models")
        self._quick = self._dlib.get_frontal_face_detector()
        self._thorough = self._dlib.cnn_face_detection_model_v1(
            models.cnn_face_detector_model_location()
        )
        self._landmarks = self._dlib.shape_predictor(
            models.pose_predictor_five_point_model_location()
        )
        self._network = self._dlib.face_recognition_model_v1(
            models.face_recognition_model_location()
        )

    def quick_look(self, image: bytes, *, expected: int) -> tuple[Descriptor, ...]:
        """Describe the faces that look at the camera; none if there are not as many as expected."""
        pixels = _pixels(image, side=_SIDE if expected == 1 else _CROWD_SIDE)
        places = list(self._quick(pixels, 0))
        return self._described(pixels, places) if len(places) == expected else ()

    def thorough_look(self, image: bytes, *, expected: int) -> tuple[Descriptor, ...]:
        """Describe all faces, however many there are."""
        pixels = _pixels(image, side=_THOROUGH_SIDE if expected == 1 else _CROWD_SIDE)
        found = [face for face in self._thorough(pixels, 0) if face.confidence > _SURE]
        return self._described(pixels, [face.rect for face in found])

    def _described(self, pixels: Bytes, places: list[Any]) -> tuple[Descriptor, ...]:
        return tuple(self._describe(pixels, place) for place in places)

    def _describe(self, pixels: Bytes, place: Any) -> Descriptor:
        """Average over boxes of different sizes, so that one box's luck weighs less."""
        middle, total = place.center(), np.zeros(128)
        for share in _BOXES:
            half = round(place.width() * share / 2)
            box = self._dlib.rectangle(
                middle.x - half, middle.y - half, middle.x + half, middle.y + half
            )
            landmarks = self._landmarks(pixels, box)
            total += np.array(self._network.compute_face_descriptor(pixels, landmarks))
        return total / len(_BOXES)


class People:
    """Who is in a photo."""

    def __init__(self, photo: bytes, *, count: int, recogniser: Recogniser) -> None:
        self._photo, self.count, self.recogniser = photo, count, recogniser

    @cached_property
    def quickly(self) -> tuple[Descriptor, ...]:
        return self.recogniser.quick_look(self._photo, expected=self.count)

    @cached_property
    def thoroughly(self) -> tuple[Descriptor, ...]:
        return self.recogniser.thorough_look(self._photo, expected=self.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """A picture, compared with the people of its photo."""

    size: tuple[int, int]
    contrast: float
    distances: tuple[float, ...]  # of each person to the most similar face; 0 is the same photo
    faces: int

    @property
    def worst(self) -> float:
        return max(self.distances)


def compare(picture: bytes, people: People) -> Likeness:
    """Look for everybody in the picture.

    Thoroughly where a quick look does not do, and then in the photo as well: the two ways cut faces
    out differently, which alone puts a turned face at some distance from itself.
    """
    image = Image.open(io.BytesIO(picture))
    known = people.quickly
    faces = known and people.recogniser.quick_look(picture, expected=people.count)
    if not faces:
        known = people.thoroughly
        faces = people.recogniser.thorough_look(picture, expected=people.count)
    between = [[float(np.linalg.norm(face - other)) for face in faces] for other in known]
    return Likeness(
        size=image.size,
        contrast=float(np.asarray(image.convert("L")).std()),
        distances=tuple(min(row, default=math.inf) for row in between),
        faces=len(faces),
    )


def faces_at_most(filter_id: int, ratio: Ratio, *, people: int) -> int:
    """How many faces a picture may show: some comic pages print a single person's eyes again."""
    twice = filter_id == COMIC and ratio is not Ratio.PORTRAIT and people == 1
    return people + twice


def _pixels(image: bytes, *, side: int) -> Bytes:
    opened = Image.open(io.BytesIO(image)).convert("RGB")
    scale = side / max(opened.size)
    size = (round(opened.width * scale), round(opened.height * scale))
    return np.asarray(opened.resize(size, Image.Resampling.LANCZOS))
