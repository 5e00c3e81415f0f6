"""The API's vocabulary, shared by the client and by the studio that serves the same API.

Source of every value: the two documents of the hosted service (v1/v2 and v6). What they do not say
and we infer is marked "inferred".
"""

from __future__ import annotations

import enum
import re
import uuid
from dataclasses import dataclass, field
from pathlib import Path

FilterId = int | uuid.UUID
"""A catalogue integer, or the UUID of a paid, self-created or alias filter."""

_INTEGER_ID = re.compile(r"[0-9]{1,18}")


class APIVersion(enum.StrEnum):
    """A generation of the API; status is asked at the version a job was submitted to."""

    V1 = "v1"
    V2 = "v2"  # prompts only
    V5 = "v5"
    V6 = "v6"


class Gender(enum.IntEnum):
    """Who is in the photo, as the API counts it."""

    MALE = 0
    FEMALE = 1
    BOY = 2
    GIRL = 3
    GROUP = 4


class Ratio(enum.StrEnum):
    """Shape of the picture; `size` is its width and height in pixels."""

    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"
    SQUARE = "square"

    @property
    def size(self) -> tuple[int, int]:
        return _SIZES[self]


_SIZES = {
    Ratio.PORTRAIT: (1200, 1800),
    Ratio.LANDSCAPE: (1800, 1200),
    Ratio.SQUARE: (1280, 1280),
}


class Quality(enum.StrEnum):
    """`quality_mode` of the API; only integer filters know it."""

    BEST = "v6.1"
    FAST = "v6"


class RemoteStatus(enum.StrEnum):
    """What the API says of a job. The last three are inferred from the shape of such services."""

    QUEUED = "QUEUED"
    IN_QUEUE = "IN_QUEUE"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    IN_PROGRESS = "IN_PROGRESS"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"

    @property
    def is_final(self) -> bool:
        return self in _FINAL


_FINAL = frozenset(
    {
        RemoteStatus.COMPLETED,
        RemoteStatus.FAILED,
        RemoteStatus.CANCELLED,
        RemoteStatus.TIMED_OUT,
    }
)


class ErrorCode(enum.StrEnum):
    """The documented error codes."""

    FILTER_BLOCKED = "FILTER_BLOCKED"
    FILTER_NOT_FOUND = "FILTER_NOT_FOUND"
    WORKFLOW_FETCH_FAILED = "WORKFLOW_FETCH_FAILED"
    INVALID_QUALITY_MODE = "INVALID_QUALITY_MODE"
    INVALID_IMAGE = "INVALID_IMAGE"

    @property
    def http_status(self) -> int:
        return 400 if self is ErrorCode.INVALID_IMAGE else 422


class PhotoProblem(enum.StrEnum):
    """What is wrong with a photo: the studio adds it to INVALID_IMAGE."""

    NOT_AN_IMAGE = "NOT_AN_IMAGE"
    TOO_LARGE = "TOO_LARGE"
    NO_FACE = "NO_FACE"
    FACE_TOO_SMALL = "FACE_TOO_SMALL"
    TOO_MANY_FACES = "TOO_MANY_FACES"  # more than the filter has room for


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One entry of the catalogue. The hosted API gives id and name; the rest is ours."""

    id: FilterId
    name: str
    category: str | None = None
    group: bool | None = None  # may it be used with Gender.GROUP; None: the API does not say
    preview_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A small picture that shows what a filter does; `suffix` is that of its format, as ".webp"."""

    suffix: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapRequest:
    """One picture to make from a photo; `photo` is the file's bytes or a public URL."""

    photo: bytes | str = field(repr=False)
    gender: Gender
    filter_id: FilterId
    ratio: Ratio = Ratio.PORTRAIT
    quality: Quality = Quality.BEST


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRequest:
    """One picture to make from words alone."""

    prompt: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The API's receipt: the id to ask for, and its first status (None: unknown to us)."""

    remote_id: str
    status: RemoteStatus | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteJob:
    """An answer to a status call.

    `status` is None for a status we do not know, which means "not finished yet"; `raw_status` keeps
    its text for the log. `pictures` are files the client wrote, and filled only when COMPLETED.
    `note` is what the studio says of a picture from words; plain text, for the member.
    `detail` is what came with a job that ended otherwise; for the log, never for a member.
    """

    remote_id: str
    status: RemoteStatus | None
    raw_status: str
    pictures: tuple[Path, ...] = ()
    note: str = field(default="", repr=False)
    detail: str = field(default="", repr=False)


def parse_filter_id(text: str) -> FilterId:
    """Read a filter id as a person or the catalogue writes it; ValueError if it is neither kind."""
    text = text.strip()
    if _INTEGER_ID.fullmatch(text):
        return int(text)
    return uuid.UUID(text)
