"""Make the pictures of the demo for the documents from what a test of its page has kept.

pytest tests/acceptance/test_demo_page.py -k welcomed --pictures DIR
python tools/demo_pictures.py DIR
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
GAP = 12  # pixels between the parts of the story
WIDTH = 700
FIRST_SIGHT = (0, 0, 1000, 1010)
STORY = (  # beside the picture, one below the other: what is cut from each
    ("faceswap-03-filled-in", (0, 690, WIDTH, 1010)),
    ("faceswap-04-consent", (0, 585, WIDTH, 955)),
    ("faceswap-05-waiting", (0, 782, WIDTH, 955)),
)
END = ("faceswap-06-picture", (0, 172, WIDTH, 955))


def cut(folder: Path, name: str, box: tuple[int, int, int, int]) -> Image.Image:
    """Return a part of one screenshot."""
    with Image.open(folder / f"{name}.png") as shown:
        return shown.convert("RGB").crop(box)


def story(folder: Path) -> Image.Image:
    """Put the steps to a picture on the left and the picture on the right."""
    steps = [cut(folder, name, box) for name, box in STORY]
    end = cut(folder, *END)
    height = max(sum(step.height + GAP for step in steps) - GAP, end.height)
    sheet = Image.new("RGB", (2 * WIDTH + GAP, height), "white")
    top = 0
    for step in steps:
        sheet.paste(step, (0, top))
        top += step.height + GAP
    sheet.paste(Image.new("RGB", (WIDTH, height), end.getpixel((WIDTH - 1, 0))), (WIDTH + GAP, 0))
    sheet.paste(end, (WIDTH + GAP, (height - end.height) // 2))
    return sheet


def save(picture: Image.Image, name: str) -> None:
    """Write a picture, which is to stay below 400 kB."""
    path = PICTURES / name
    picture.save(path, optimize=True)
    print(f"{path}: {picture.width} x {picture.height}, {path.stat().st_size // 1000} kB")


def main() -> None:
    """Read the folder that is named, write to docs/pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="what the test was given as --pictures")
    folder = parser.parse_args().folder
    save(cut(folder, "faceswap-01-first-sight", FIRST_SIGHT), "demo.png")
    few_colours = story(folder).quantize(256, dither=Image.Dither.NONE)  # a comic needs no more
    save(few_colours, "demo-story.png")


if __name__ == "__main__":
    main()
