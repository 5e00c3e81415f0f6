"""The Comic Pop Art filter: the person as a sticker on a comic page."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np

from faceswap.models import Gender
from studio.engine.filters.cartoon import draw_cartoon
from studio.engine.filters.style import Subject
from studio.engine.matte import cut_out
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blur,
    colour,
    mix,
    resize,
    resize_bytes,
    smoothstep,
    to_bytes,
    to_floats,
)
from studio.engine.placement import Framing, place
from studio.engine.protocol import FilterInfo
from studio.engine.scenes import comic_page
from studio.engine.scenes.comic_page import PALETTES, Palette, Panel

_FRAMING: Final = Framing(face_height=0.28, tallest=0.62, centre=(0.5, 0.43), slack=(0.14, 0.12))


class ComicPopArt:
    """Flat colours, ink and halftone in front of a sunburst."""

    info = FilterInfo(
        id=35,
        name="Comic Pop Art",
        category="Art",
        group=False,
        description="A comic panel: you in ink and halftone dots before a sunburst.",
    )

    def render(self, subject: Subject, *, gender: Gender, size: Size, detail: float) -> Bytes:
        palette = PALETTES[gender]
        page = np.empty((size[1], size[0], 3), np.uint8)
        page[:] = (colour(comic_page.PAPER) * 255).astype(np.uint8)
        panel = comic_page.single_panel(size)
        page[panel.area] = _draw_panel(subject, panel=panel, palette=palette, detail=detail)
        comic_page.draw_frame(page, panel, width=comic_page.line_width(size))
        _put_word(page, palette)
        return to_bytes(to_floats(page) * comic_page.paper_texture(size))


def _draw_panel(subject: Subject, *, panel: Panel, palette: Palette, detail: float) -> Bytes:
    """Draw the sunburst with the person as a sticker before it."""
    work = (round(panel.width * detail), round(panel.height * detail))
    placement = place(subject.face, subject.matte, window=work, framing=_FRAMING)
    cutout = cut_out(subject.pixels, subject.matte, subject.face, placement=placement, size=work)
    drawing = resize_bytes(to_bytes(draw_cartoon(cutout)), panel.size)
    alpha = smoothstep(0.35, 0.65, resize(cutout.alpha, panel.size))
    unit = cutout.face.height / detail
    picture = to_floats(comic_page.sunburst(panel.size, palette, _FRAMING.centre))
    picture = mix(picture, np.ones(3, np.float32), _grown(alpha, unit * 0.035))
    picture = mix(picture, colour(comic_page.INK), _grown(alpha, unit * 0.012))
    return to_bytes(mix(picture, to_floats(drawing), alpha))


def _grown(mask: Floats, radius: float) -> Floats:
    """Widen a mask by `radius` pixels, with a smooth edge."""
    side = 2 * round(radius) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return smoothstep(0.3, 0.7, blur(cast(Floats, cv2.dilate(mask, kernel)), 1.5))


def _put_word(page: Bytes, palette: Palette) -> None:
    """Put the word into the upper left corner, over the frame."""
    height, width = page.shape[:2]
    side = min(width, height)
    burst_size = (round(side * 0.40), round(side * 0.29))
    left, top = round(side * 0.012), round(side * 0.015)
    area = (slice(top, top + burst_size[1]), slice(left, left + burst_size[0]))
    colours, coverage = comic_page.word_burst(burst_size, palette)
    page[area] = to_bytes(mix(to_floats(page[area]), to_floats(colours), coverage))
