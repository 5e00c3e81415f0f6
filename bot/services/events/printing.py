"""The print: a whole picture on paper, and below it a strip with the event's caption and logo.

Pure. Nothing is laid over the picture, so no face is ever covered.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from bot.services.events.lettering import Lettering

PAPER, INK, HAIRLINE = "#fcfaf6", "#23222a", "#cfc9bd"
# All in parts of the picture's shorter side.
MARGIN = 0.036
STRIP = 0.172  # with the margin that is its lower part
LETTERS = 0.078
LOGO_HEIGHT = 0.118
LOGO_WIDTH = 0.36
GAP = 0.04
ROUNDED = 0.014
OPAQUE = 255
FINE = 4  # times larger: what is drawn so and shrunk has smooth edges


def print_out(
    picture: Image.Image, *, logo: Image.Image | None, caption: str, letters: Lettering
) -> Image.Image:
    """Return the picture, in RGBA, on its paper; every pixel of it as it was."""
    unit = min(picture.size)
    margin, strip = round(MARGIN * unit), round(STRIP * unit)
    paper = Image.new("RGBA", (picture.width + 2 * margin, picture.height + margin + strip), PAPER)
    paper.alpha_composite(picture, (margin, margin))
    line = max(1, round(unit / 600))
    frame = (margin - line, margin - line, margin + picture.width + line - 1)
    ImageDraw.Draw(paper).rectangle(
        (*frame, margin + picture.height + line - 1), outline=HAIRLINE, width=line
    )
    mark = None if logo is None else _mark(logo, unit=unit)
    gap = round(GAP * unit)
    room = picture.width - 2 * gap - (mark.width + gap if mark else 0)
    words = letters.block(
        caption, width=room, height=strip - margin, largest=round(LETTERS * unit), ink=INK
    )
    middle = margin + picture.height + line + (strip - line) // 2
    _in_a_row(paper, [each for each in (mark, words) if each], gap=gap, middle=middle)
    return paper


def _mark(logo: Image.Image, *, unit: int) -> Image.Image:
    """Scale a logo to its place; one without transparency gets round corners, as a badge."""
    scale = min(LOGO_HEIGHT * unit / logo.height, LOGO_WIDTH * unit / logo.width)
    size = (max(1, round(logo.width * scale)), max(1, round(logo.height * scale)))
    mark = logo.resize(size, Image.Resampling.LANCZOS)
    if logo.getchannel("A").getextrema()[0] == OPAQUE:
        corners = Image.new("L", (size[0] * FINE, size[1] * FINE))
        ImageDraw.Draw(corners).rounded_rectangle(
            (0, 0, corners.width - 1, corners.height - 1), radius=ROUNDED * unit * FINE, fill=OPAQUE
        )
        mark.putalpha(corners.resize(size, Image.Resampling.LANCZOS))
    return mark


def _in_a_row(paper: Image.Image, parts: list[Image.Image], *, gap: int, middle: int) -> None:
    """Place parts beside each other, together in the middle of the paper's width."""
    width = sum(part.width for part in parts) + gap * (len(parts) - 1)
    left = (paper.width - width) // 2
    for part in parts:
        paper.alpha_composite(part, (left, middle - part.height // 2))
        left += part.width + gap
