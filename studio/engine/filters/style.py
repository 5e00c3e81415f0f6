"""What a filter is to the engine: a style that renders a subject."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from faceswap.models import Gender
from studio.engine.faces import Face
from studio.engine.pixels import Bytes, Floats, Size
from studio.engine.protocol import FilterInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One person in a photo: the pixels, where the person is in them, and the face."""

    pixels: Bytes = field(repr=False)
    matte: Floats = field(repr=False)  # coarse: height x width, 0..1
    face: Face


class Style(Protocol):
    """A filter's look."""

    @property
    def info(self) -> FilterInfo: ...

    def render(self, subject: Subject, *, gender: Gender, size: Size, detail: float) -> Bytes:
        """Make the picture, height x width x 3 RGB of exactly `size`.

        `detail` is the resolution the person is worked on, per pixel of the picture: 1 is best.
        """
        ...


class GroupStyle(Style, Protocol):
    """A look for several people as well; their filters say so in the catalogue."""

    def render_group(self, subjects: tuple[Subject, ...], *, size: Size, detail: float) -> Bytes:
        """Make the picture of one to six people, given from left to right."""
        ...
