"""Makes the picture in docs/events.md of one frame on three shapes, and of prints.

python -m tools.frame_sheet FILE
"""

from __future__ import annotations

import asyncio
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.services.events.artwork_store import ArtworkStore
from bot.services.events.framing import Framed, Framing
from faceswap.models import Ratio

FONT = Path(__file__).parents[1] / "bot/assets/fonts/Nunito-ExtraBold.ttf"
PLUM, GOLD, ROSE, GROUND = "#5b2a86", "#ffd166", "#ef476f", "#e9e4da"
CELL, GAP = 420, 24


def frame() -> bytes:
    """Draw a frame for portraits: a border, balls in its corners, words below."""
    image = Image.new("RGBA", (1200, 1800), PLUM)
    pen = ImageDraw.Draw(image)
    pen.rectangle((60, 60, 1139, 1559), fill=(0, 0, 0, 0), outline=GOLD, width=10)
    for x in (64, 1135):
        for y in (64, 1555):
            pen.ellipse((x - 46, y - 46, x + 46, y + 46), fill=ROSE, outline=GOLD, width=9)
    face = ImageFont.truetype(FONT, 100)
    pen.text((600, 1685), "SUMMER JAM 2026", fill=GOLD, font=face, anchor="mm")
    return _png(image)


def logo() -> bytes:
    """Draw a star on a disc."""
    image = Image.new("RGBA", (300, 300))
    pen = ImageDraw.Draw(image)
    pen.ellipse((0, 0, 299, 299), fill=ROSE)
    pen.regular_polygon((150, 150, 100), 5, rotation=0, fill=GOLD)
    return _png(image)


async def sheet() -> Image.Image:
    """Compose all samples and lay them out in two rows."""
    with tempfile.TemporaryDirectory() as folder:
        framing = Framing(ArtworkStore(Path(folder)))
        upper = [await framing.preview(ratio, frame=frame()) for ratio in Ratio]
        lower = [
            await framing.preview(Ratio.PORTRAIT, caption="Mia & Ben", logo=logo()),
            await framing.preview(Ratio.LANDSCAPE, caption="Summer party 🎉 2026"),
            await framing.preview(Ratio.SQUARE, caption="サマーパーティー"),
        ]
    return _lay_out([upper, lower])


def _lay_out(rows: list[list[Framed]]) -> Image.Image:
    columns = max(len(row) for row in rows)
    size = (columns * (CELL + GAP) + GAP, len(rows) * (CELL + GAP) + GAP)
    out = Image.new("RGB", size, GROUND)
    for y, row in enumerate(rows):
        for x, framed in enumerate(row):
            with Image.open(io.BytesIO(framed.data)) as picture:
                picture.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
                left = GAP + x * (CELL + GAP) + (CELL - picture.width) // 2
                top = GAP + y * (CELL + GAP) + (CELL - picture.height) // 2
                out.paste(picture, (left, top))
    return out


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


if __name__ == "__main__":
    asyncio.run(sheet()).save(sys.argv[1], quality=82, method=6)
