"""What an engine is: the seam between the studio's server and whatever makes the pictures.

Imports no pixel library, so that the server and other engines can use it at no cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from faceswap.models import Gender, PhotoProblem, Quality, Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterInfo:
    """One filter an engine offers."""

    id: int
    name: str
    category: str
    group: bool  # may it be used with Gender.GROUP
    description: str  # what the picture shows, in one sentence; doubles as the preview's alt text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A picture made from words: PNG, 1200x1800, and what the engine took the words to mean."""

    png: bytes = field(repr=False)
    understood: str


class EngineError(Exception):
    """Base of everything an engine refuses."""


class PhotoRefused(EngineError):
    """The photo cannot be used; `detail` says what would help, without naming the file."""

    def __init__(self, problem: PhotoProblem, detail: str) -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail

    def __reduce__(self) -> tuple[type[PhotoRefused], tuple[PhotoProblem, str]]:
        return type(self), (self.problem, self.detail)  # it crosses from worker to server process


class FilterUnknown(EngineError):
    """The engine has no filter with this id."""

    def __init__(self, filter_id: int) -> None:
        super().__init__(f"there is no filter {filter_id}")
        self.filter_id = filter_id

    def __reduce__(self) -> tuple[type[FilterUnknown], tuple[int]]:
        return type(self), (self.filter_id,)


class FilterBlocked(EngineError):
    """The filter exists, but not for this kind of photo: one person, or a group."""

    def __init__(self, filter_id: int, gender: Gender) -> None:
        kind = "a group" if gender is Gender.GROUP else "one person"
        super().__init__(f"filter {filter_id} is not made for {kind}")
        self.filter_id = filter_id
        self.gender = gender

    def __reduce__(self) -> tuple[type[FilterBlocked], tuple[int, Gender]]:
        return type(self), (self.filter_id, self.gender)


class Engine(Protocol):
    """Makes pictures: bytes in, bytes out, synchronously, with the same output for the same input.

    An instance may be used by one thread at a time; a process may hold several.
    """

    def catalogue(self) -> tuple[FilterInfo, ...]: ...

    def inspect(self, photo: bytes, *, filter_id: int, gender: Gender) -> None:
        """Raise PhotoRefused, FilterUnknown or FilterBlocked if `swap` would."""
        ...

    def swap(
        self, photo: bytes, *, filter_id: int, gender: Gender, ratio: Ratio, quality: Quality
    ) -> bytes:
        """Make the picture: a PNG of exactly `ratio.size`. Raises what `inspect` raises."""
        ...

    def sketch(self, prompt: str, *, seed: int) -> Sketch:
        """Paint a scene from words; the same prompt and seed give the same bytes."""
        ...

    def preview(self, filter_id: int) -> bytes:
        """Show a filter in a small WebP that contains no real person. Raises FilterUnknown."""
        ...
