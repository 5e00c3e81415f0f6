"""Make the pictures of the demo for the documents from what tests of its page have kept.

pytest tests/acceptance/test_demo_page.py -k welcomed --pictures DIR
pytest tests/acceptance/test_demo_event.py --pictures DIR
python tools/demo_pictures.py DIR
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
LANCZOS = Image.Resampling.LANCZOS
GAP = 12  # pixels between the parts of the story
WIDTH = 700
FIRST_SIGHT = (0, 0, 1000, 1010)
LEFT = 240  # the list of channels
RIGHT = LEFT + WIDTH
STORY = (  # beside the picture, one below the other: what is cut from each
    ("faceswap-03-filled-in", (LEFT, 690, RIGHT, 1010)),
    ("faceswap-04-consent", (LEFT, 585, RIGHT, 955)),
    ("faceswap-05-waiting", (LEFT, 782, RIGHT, 955)),
)
END = ("faceswap-06-picture", (LEFT, 172, RIGHT, 955))

COLUMN, CAPTION, MARGIN = 600, 44, 24
FONT = Path(__file__).parents[1] / "bot" / "assets" / "fonts" / "Nunito-ExtraBold.ttf"
EVENT_STORY = (  # column by column: the card that is kept by this name, and what it is
    (
        ("panel", "The panel"),
        ("form", "Step in"),
        ("waiting", "The guest's card"),
    ),
    (
        ("review", "Moderators decide"),
        ("reject", "… or say why not"),
        ("gallery", "The gallery, with votes"),
        ("standings", "Standings"),
    ),
    (
        ("wall", "The live wall"),
        ("report", "At the end: the report"),
        ("winner", "The winner"),
        ("export", "Everything to take home"),
    ),
)


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


def event_story(folder: Path) -> Image.Image:
    """Put the cards of an event below each other, numbered, in three columns."""
    columns = [[(kept(folder, name), words) for name, words in column] for column in EVENT_STORY]
    heights = [sum(card.height + CAPTION + MARGIN for card, _ in column) for column in columns]
    size = (len(columns) * (COLUMN + MARGIN) + MARGIN, max(heights) + MARGIN)
    sheet = Image.new("RGB", size, "#1e1f22")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(FONT, 26)
    number = 0
    for place, column in enumerate(columns):
        left, top = MARGIN + place * (COLUMN + MARGIN), MARGIN
        for card, words in column:
            number += 1
            draw.text((left, top), f"{number}  {words}", font=font, fill="#f2f3f5")
            sheet.paste(card, (left, top + CAPTION))
            top += card.height + CAPTION + MARGIN
    return sheet


def event_beside_wall(folder: Path) -> Image.Image:
    """Put an event's panel beside its wall."""
    panel, wall = (whole(folder, name) for name in ("panel", "wall"))
    panel = panel.resize((round(panel.width * wall.height / panel.height), wall.height), LANCZOS)
    sheet = Image.new("RGB", (panel.width + GAP + wall.width, wall.height), "white")
    sheet.paste(panel, (0, 0))
    sheet.paste(wall, (panel.width + GAP, 0))
    return sheet


def kept(folder: Path, name: str) -> Image.Image:
    """Return one card as wide as a column, or narrower."""
    card = whole(folder, name)
    if card.width > COLUMN:
        card = card.resize((COLUMN, round(card.height * COLUMN / card.width)), LANCZOS)
    return card


def whole(folder: Path, name: str) -> Image.Image:
    """Return one card as it was seen."""
    [path] = folder.glob(f"event-*card-{name}.png")
    with Image.open(path) as shown:
        return shown.convert("RGB")


def save(picture: Image.Image, name: str, *, quality: int = 0) -> None:
    """Write a picture, which is to stay below 400 kB."""
    path = PICTURES / name
    picture.save(path, quality=quality, method=6, optimize=True)
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
    save(event_story(folder), "event-story.webp", quality=72)
    save(event_beside_wall(folder), "event.webp", quality=80)


if __name__ == "__main__":
    main()
