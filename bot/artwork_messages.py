"""What organisers read of a frame or a logo that cannot be used, and of letters left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.artwork_errors import ArtworkProblem, FrameRejected, LogoRejected

_FRAMES = {
    ArtworkProblem.NOT_PNG: (
        "This frame is not a PNG file. Please save it as PNG with a transparent background; JPEG "
        "knows no transparency."
    ),
    ArtworkProblem.ANIMATED: "This frame is animated. Please send a still PNG.",
    ArtworkProblem.TOO_MANY_BYTES: (
        "This frame's file is too large: I take up to {limit} MB. Please send it smaller; 1200 "
        "by 1800 pixels are plenty."
    ),
    ArtworkProblem.TOO_MANY_PIXELS: (
        "This frame is too large: I take up to {limit} megapixels. Please send it smaller; 1200 "
        "by 1800 pixels are plenty."
    ),
    ArtworkProblem.TOO_SMALL: (
        "This frame is too small and would look blurred: I need {limit} pixels on its shorter "
        "side, better 1200."
    ),
    ArtworkProblem.TOO_OBLONG: (
        "This frame is more than three times as long as wide. Please draw it in the shape of the "
        "pictures, for example 1200 by 1800 pixels."
    ),
    ArtworkProblem.OPAQUE: (
        "This frame has no transparent area, so nothing of the pictures would be seen. Please make "
        "the place for the picture transparent (a chequered pattern that is drawn on is not) and "
        "save it as PNG."
    ),
    ArtworkProblem.HARDLY_CLEAR: (
        "Too little of this frame is transparent, so it would hide people. Please make at least "
        "{limit} % of it transparent."
    ),
    ArtworkProblem.EMPTY: "This frame is transparent all over: there is nothing on it.",
}
_LOGOS = {
    ArtworkProblem.UNREADABLE: (
        "I cannot read this logo. Please send a PNG, JPEG or WebP file that opens on your device."
    ),
    ArtworkProblem.ANIMATED: "This logo is animated. Please send a still picture.",
    ArtworkProblem.TOO_MANY_BYTES: (
        "This logo's file is too large: I take up to {limit} MB. Please send it smaller; 500 "
        "pixels are plenty."
    ),
    ArtworkProblem.TOO_MANY_PIXELS: (
        "This logo is too large: I take up to {limit} megapixels. Please send it smaller; 500 "
        "pixels are plenty."
    ),
    ArtworkProblem.TOO_SMALL: (
        "This logo is too small and would look blurred: I need {limit} pixels on its shorter side, "
        "better 300."
    ),
    ArtworkProblem.EMPTY: "This logo is transparent all over: there is nothing on it.",
}


def left_out(characters: str) -> str:
    """Say which characters of a caption will not be printed; an empty text if all are."""
    if not characters:
        return ""
    return f"I have no letters for `{characters.replace('`', '')}`; they are left out."


DESCRIPTIONS: dict[type[Exception], Callable[[Any], str]] = {
    FrameRejected: lambda error: _FRAMES[error.problem].format(limit=error.limit),
    LogoRejected: lambda error: _LOGOS[error.problem].format(limit=error.limit),
}
