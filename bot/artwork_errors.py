"""Why a frame or a logo of an organiser is refused: errors that carry data, no prose.

`bot.artwork_messages` turns each into sentences. All are `bot.errors.UserError`.

    UserError
    ├ FrameRejected(problem, limit)
    └ LogoRejected(problem, limit)
"""

from __future__ import annotations

import enum

from bot.errors import UserError


class ArtworkProblem(enum.Enum):
    """What is wrong with a frame or a logo that an organiser uploaded."""

    NOT_PNG = "not_png"
    UNREADABLE = "unreadable"
    ANIMATED = "animated"
    TOO_MANY_BYTES = "too_many_bytes"  # the limit is in MB
    TOO_MANY_PIXELS = "too_many_pixels"  # the limit is in megapixels
    TOO_SMALL = "too_small"  # the limit is of the shorter side, in pixels
    TOO_OBLONG = "too_oblong"
    OPAQUE = "opaque"  # nothing of the picture would be seen
    HARDLY_CLEAR = "hardly_clear"  # the limit is the least part that must be clear, in per cent
    EMPTY = "empty"  # nothing is on it


class FrameRejected(UserError):
    """The uploaded file cannot be a frame; nothing was changed."""

    def __init__(self, problem: ArtworkProblem, *, limit: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.limit = limit


class LogoRejected(UserError):
    """The uploaded file cannot be a logo; nothing was changed."""

    def __init__(self, problem: ArtworkProblem, *, limit: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.limit = limit
