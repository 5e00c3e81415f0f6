"""Makes docs/pictures/filters.webp: every filter in every ratio, of the bundled sample.

    python -m tools.contact_sheet [photo] [--out FILE]

Any other photo works too, for looking at; only the sample's sheet belongs into the repository.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Final

from PIL import Image

from faceswap.models import Gender, Quality, Ratio
from studio.engine import create_engine

ROOT: Final = Path(__file__).parents[1]
SAMPLE: Final = ROOT / "bot" / "demo" / "assets" / "astronaut.jpg"
SHEET: Final = ROOT / "docs" / "pictures" / "filters.webp"

_ROW: Final = 340  # pixels
_GAP: Final = 12
_GROUND: Final = "#1c1d22"
_GENDERS: Final = {
    Ratio.PORTRAIT: Gender.FEMALE,
    Ratio.LANDSCAPE: Gender.GIRL,  # to show how the variants for children differ
    Ratio.SQUARE: Gender.FEMALE,
}


def main() -> None:
    """Make the pictures and write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--out", type=Path, default=SHEET)
    arguments = parser.parse_args()
    sheet = laid_out(pictures(arguments.photo.read_bytes()))
    sheet.save(arguments.out, quality=80, method=6)
    kilobytes = arguments.out.stat().st_size // 1000
    print(f"{arguments.out}: {sheet.width} x {sheet.height}, {kilobytes} kB")


def pictures(photo: bytes) -> list[list[Image.Image]]:
    """Make a row for each filter, of a picture in each ratio."""
    engine = create_engine()
    return [
        [
            opened(
                engine.swap(
                    photo,
                    filter_id=info.id,
                    gender=_GENDERS[ratio],
                    ratio=ratio,
                    quality=Quality.BEST,
                )
            )
            for ratio in Ratio
        ]
        for info in engine.catalogue()
    ]


def opened(png: bytes) -> Image.Image:
    """Read a picture."""
    return Image.open(io.BytesIO(png))


def laid_out(rows: list[list[Image.Image]]) -> Image.Image:
    """Put rows of pictures under each other, all of one height."""
    small = [[at_height(picture) for picture in row] for row in rows]
    width = _GAP + max(sum(picture.width + _GAP for picture in row) for row in small)
    sheet = Image.new("RGB", (width, _GAP + len(small) * (_ROW + _GAP)), _GROUND)
    for number, row in enumerate(small):
        left = _GAP
        for picture in row:
            sheet.paste(picture, (left, _GAP + number * (_ROW + _GAP)))
            left += picture.width + _GAP
    return sheet


def at_height(picture: Image.Image) -> Image.Image:
    """Shrink a picture to a row's height."""
    width = round(picture.width * _ROW / picture.height)
    return picture.resize((width, _ROW), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
