"""Files: what a user uploads, what a message holds, and where the CDN keeps it."""

from __future__ import annotations

import io
import mimetypes
import re
import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from PIL import Image, UnidentifiedImageError

LINK_LIFETIME = timedelta(hours=24)
SPOILER_PREFIX = "SPOILER_"
_UNSAFE = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as a member or the bot sends it; the type is guessed from the name if not given."""

    filename: str
    data: bytes = field(repr=False)
    content_type: str | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class StoredFile:
    """A file on the CDN, described as Discord describes attachments."""

    id: int
    filename: str
    data: bytes = field(repr=False)
    content_type: str | None
    size: tuple[int, int] | None
    url: str
    expires_at: datetime
    ephemeral: bool = False
    description: str | None = None
    spoiler: bool = False


def safe_name(filename: str) -> str:
    """Discord's own renaming: anything but word characters, dots and dashes becomes one _."""
    return _UNSAFE.sub("_", filename) or "unknown"


def guess_type(filename: str) -> str | None:
    return mimetypes.guess_type(filename)[0]


def picture_size(data: bytes, content_type: str | None) -> tuple[int, int] | None:
    """Width and height if Discord would see a picture; it does not decode HEIC and the like."""
    if not (content_type or "").startswith("image/"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as image:
                return image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None
