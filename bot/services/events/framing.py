"""An event's pictures as its guests get them: in the organiser's frame, or on a printed card.

The pictures are composed in threads, few at a time. A frame is laid over the picture, which is
placed so that all of it that the frame's opening has room for is seen. A caption or logo makes a
print of it: the whole picture on paper, with a strip below for them. A frame has both drawn on
it already, so beside one they are not used.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageOps

from bot.services.events.artwork import Frame, Logo, check_frame, check_logo, load
from bot.services.events.artwork_store import ArtworkStore
from bot.services.events.lettering import Lettering
from bot.services.events.linings import Lining, Linings
from bot.services.events.printing import PAPER, print_out
from bot.services.sizes import FORMATS, SUFFIXES
from db.event_models import Event
from faceswap.models import Ratio

AT_ONCE = 2  # pictures: each takes some 40 MB and a core
LONGEST_SIDE = 2400  # pixels of a picture in a frame or on paper; larger ones are shrunk
JPEG_QUALITY = 93
FACES = (0.5, 0.2)  # of width and height: about where they are, so that rather feet are cut off
_SAMPLE = Path(__file__).parents[2] / "demo" / "assets" / "astronaut.jpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    """A picture as it is shown; `suffix` is that of its format, as ".jpg"."""

    width: int
    height: int
    suffix: str
    data: bytes = field(repr=False)


class Framing:
    """Checks what organisers upload, and composes pictures with it, off the event loop."""

    def __init__(self, store: ArtworkStore) -> None:
        self._store = store
        self._lettering = Lettering()
        self._linings = Linings()
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def check_frame(self, data: bytes) -> Frame:
        """Return an uploaded frame ready to keep; raises FrameRejected."""
        async with self._turns:
            return await asyncio.to_thread(check_frame, data)

    async def check_logo(self, data: bytes) -> Logo:
        """Return an uploaded logo ready to keep; raises LogoRejected."""
        async with self._turns:
            return await asyncio.to_thread(check_logo, data)

    async def undrawable(self, caption: str) -> str:
        """Return the characters of a caption that no bundled font has; they are left out."""
        return await asyncio.to_thread(self._lettering.undrawable, caption)

    async def compose(
        self,
        picture: bytes,
        *,
        frame: bytes | None = None,
        logo: bytes | None = None,
        caption: str = "",
    ) -> Framed:
        """Put a finished picture into its event's frame, or on paper with caption and logo."""
        async with self._turns:
            return await asyncio.to_thread(
                compose,
                picture,
                frame=frame,
                logo=logo,
                caption=caption,
                letters=self._lettering,
                linings=self._linings,
            )

    async def dress(self, picture: bytes, event: Event) -> Framed:
        """Compose a picture as its event wants it."""
        artwork = await self._store.of(event)
        return await self.compose(
            picture, frame=artwork.frame, logo=artwork.logo, caption=artwork.caption
        )

    async def keep(self, event_id: int, artwork: Frame | Logo) -> str:
        """Keep a checked frame or logo; returns the name for the event's row."""
        return await self._store.keep(event_id, artwork)

    async def preview(
        self,
        ratio: Ratio,
        *,
        frame: bytes | None = None,
        logo: bytes | None = None,
        caption: str = "",
    ) -> Framed:
        """Show an organiser a sample picture as their guests' will look."""
        sample = await asyncio.to_thread(_sample, ratio)
        return await self.compose(sample, frame=frame, logo=logo, caption=caption)


def compose(
    picture: bytes,
    *,
    frame: bytes | None,
    logo: bytes | None,
    caption: str,
    letters: Lettering,
    linings: Linings,
) -> Framed:
    """Compose one picture; see `Framing.compose`."""
    with Image.open(io.BytesIO(picture), formats=FORMATS) as opened:
        if frame is None and logo is None and not caption.strip():
            suffix = SUFFIXES[str(opened.format)]
            return Framed(width=opened.width, height=opened.height, suffix=suffix, data=picture)
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        shown = opened.convert("RGBA")
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    if frame is not None:
        return _encode(_under(linings.of(frame, shown.size), shown))
    mark = None if logo is None else load(logo)
    return _encode(print_out(shown, logo=mark, caption=caption, letters=letters))


def _under(lining: Lining, picture: Image.Image) -> Image.Image:
    """Lay a frame over the picture placed into its opening."""
    left, top, right, bottom = lining.opening
    canvas = Image.new("RGBA", picture.size, PAPER)
    seen = ImageOps.fit(
        picture, (right - left, bottom - top), Image.Resampling.LANCZOS, centering=FACES
    )
    canvas.alpha_composite(seen, (left, top))
    canvas.alpha_composite(lining.image)
    return canvas


def _encode(image: Image.Image) -> Framed:
    out = io.BytesIO()
    # full colour beside letters, which the usual halved one would fray
    image.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0, optimize=True)
    return Framed(width=image.width, height=image.height, suffix=".jpg", data=out.getvalue())


def _sample(ratio: Ratio) -> bytes:
    """Cut the sample photo, a public-domain portrait, to the shape of a picture."""
    with Image.open(_SAMPLE) as photo:
        picture = ImageOps.fit(
            photo.convert("RGB"), ratio.size, Image.Resampling.LANCZOS, centering=(0.35, 0.1)
        )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
