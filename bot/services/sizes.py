"""The ladder of sizes: a picture made small enough to be posted, giving up as little as it can.

Pure, and slow for a large picture: run it in a thread.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP")
SUFFIXES = {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}
LONGEST_WEBP_SIDE = 16_383  # pixels; the format knows no more
WORTH_PACKING = 1.5  # times the limit; packing a PNG anew gains a tenth or a fifth
PNG_EFFORT = 6  # of 9, which save a few per cent more and take ten times as long
OPAQUE = 255
WORTH_TRYING = 1.3  # times the limit, as guessed from the last encoding


@dataclass(frozen=True, slots=True, kw_only=True)
class Sized:
    """A picture as it may be posted; `whole`: with every pixel that the API sent.

    One that lies on the disk is named, not read: a thousand may wait to be sent at this moment.
    """

    suffix: str
    whole: bool
    content: Path | bytes = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes it has; OSError when it is gone from the disk."""
        if isinstance(self.content, bytes):
            return len(self.content)
        return self.content.stat().st_size

    @property
    def data(self) -> bytes:
        """All of it, read now; OSError when it is gone from the disk."""
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One way to encode a picture; `scale` is that of its sides."""

    format: str
    quality: int = 0
    scale: float = 1.0

    @property
    def options(self) -> dict[str, int | bool]:
        """What Pillow is to be told."""
        return {
            "PNG": {"compress_level": PNG_EFFORT},
            "JPEG": {"quality": self.quality, "optimize": True},
            "WEBP": {"quality": self.quality},
        }[self.format]


# JPEG before WebP, since every program opens it; transparent pictures skip it and stay so.
RUNGS = (
    Rung(format="PNG"),
    Rung(format="JPEG", quality=92),
    Rung(format="JPEG", quality=85),
    Rung(format="WEBP", quality=80),
    *(Rung(format="WEBP", quality=80, scale=scale) for scale in (0.75, 0.5, 0.35, 0.25, 0.125)),
    Rung(format="WEBP", quality=60, scale=0.03),  # fits everywhere
)


def fit(data: bytes, *, limit: int) -> Sized:
    """Return a picture of at most `limit` bytes: the first rung that gets there, or the last."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        profile = image.info.get("icc_profile")
        is_png = image.format == "PNG"
        picture = _without_idle_alpha(image)
    last = None
    for rung in _rungs_for(picture, is_png=is_png and len(data) <= limit * WORTH_PACKING):
        if last is not None and rung is not RUNGS[-1] and _hopeless(rung, *last, limit=limit):
            continue
        encoded = _encode(picture, rung, profile)
        last = rung, len(encoded)
        if len(encoded) <= limit:
            break
    return Sized(suffix=SUFFIXES[rung.format], whole=rung.format == "PNG", content=encoded)


def _rungs_for(picture: Image.Image, *, is_png: bool) -> Iterator[Rung]:
    for rung in RUNGS:
        too_long = max(picture.size) * rung.scale > LONGEST_WEBP_SIDE
        skipped = {"PNG": not is_png, "JPEG": picture.mode == "RGBA", "WEBP": too_long}
        if not skipped[rung.format]:
            yield rung


def _hopeless(rung: Rung, before: Rung, size: int, *, limit: int) -> bool:
    """Guess from the last encoding that this one cannot fit; a PNG tells nothing of the others."""
    if before.format == "PNG":
        return False
    return size * (rung.scale / before.scale) ** 2 > limit * WORTH_TRYING


def _without_idle_alpha(image: Image.Image) -> Image.Image:
    """Return the pixels as RGB, or as RGBA if any of them is transparent."""
    if image.mode not in {"RGBA", "LA", "PA"} and "transparency" not in image.info:
        return image.convert("RGB")
    coloured = image.convert("RGBA")
    lowest, _ = coloured.getchannel("A").getextrema()
    return coloured if lowest != OPAQUE else coloured.convert("RGB")


def _encode(picture: Image.Image, rung: Rung, profile: bytes | None) -> bytes:
    if rung.scale < 1:
        width, height = (max(1, round(side * rung.scale)) for side in picture.size)
        picture = picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    picture.save(out, rung.format, icc_profile=profile, **rung.options)
    return out.getvalue()
