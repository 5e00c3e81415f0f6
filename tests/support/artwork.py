"""Frames, logos and pictures as organisers and the API send them, drawn for tests."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

GREEN, PURPLE, GOLD = (20, 160, 60), (123, 45, 142), (255, 209, 102)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def decoded(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


def picture(width: int = 300, height: int = 450) -> Image.Image:
    """Draw a picture each of whose corners and sides is another colour."""
    image = Image.new("RGB", (width, height), GREEN)
    pen = ImageDraw.Draw(image)
    for number in range(8):
        left = number * width // 8
        pen.rectangle((left, 0, left + width // 8, height // 2), fill=(30 * number, 90, 200))
    return image


def bordered(
    width: int = 1200, height: int = 1800, *, border: int = 90, foot: int = 90, ball: int = 0
) -> Image.Image:
    """Draw a frame of one colour with a rectangular opening; `ball`: a golden one in each corner.

    `foot` is how thick it is at the lower side.
    """
    frame = Image.new("RGBA", (width, height), (*PURPLE, 255))
    pen = ImageDraw.Draw(frame)
    box = (border, border, width - border - 1, height - foot - 1)
    pen.rectangle(box, fill=(0, 0, 0, 0))
    if ball:
        for x in (border, width - border - 1):
            for y in (border, height - foot - 1):
                pen.ellipse((x - ball, y - ball, x + ball, y + ball), fill=(*GOLD, 255))
    return frame
