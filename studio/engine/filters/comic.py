"""The Comic Pop Art filter: the person as a sticker on a comic page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, cast

import cv2
import numpy as np

from faceswap.models import Gender
from studio.engine.faces import CHIN, LEFT_EYE, RIGHT_EYE
from studio.engine.filters.cartoon import draw_cartoon
from studio.engine.filters.style import Subject
from studio.engine.matte import Cutout, cut_out
from studio.engine.pixels import (
    Bytes,
    Floats,
    Size,
    blend,
    blur,
    colour,
    luminance,
    mix,
    resize,
    resize_bytes,
    smoothstep,
    to_bytes,
    to_floats,
)
from studio.engine.placement import Framing, Placement, place
from studio.engine.protocol import FilterInfo
from studio.engine.scenes import comic_art, comic_page
from studio.engine.scenes.comic_art import PALETTES, Palette
from studio.engine.scenes.comic_page import PageLayout, Panel

_UPRIGHT: Final = Framing(face_height=0.28, tallest=0.64, centre=(0.5, 0.43), slack=(0.14, 0.12))
_SQUARISH: Final = Framing(face_height=0.36, tallest=0.58, centre=(0.5, 0.44), slack=(0.14, 0.10))
_CROWD_SLACK: Final = 0.16  # up and down: a cut under the chin is worse than a low face
_GROUP_PALETTES: Final = tuple(PALETTES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """The person as a cartoon, at working resolution, on a canvas that stands for one panel."""

    cutout: Cutout
    cartoon: Bytes = field(repr=False)


class ComicPopArt:
    """Flat colours, ink and halftone in front of a sunburst."""

    info = FilterInfo(
        id=35,
        name="Comic Pop Art",
        category="Art",
        group=True,
        description="A comic page: you in ink and halftone dots before a sunburst.",
    )

    def render(self, subject: Subject, *, gender: Gender, size: Size, detail: float) -> Bytes:
        palette = PALETTES[gender]
        layout, placement = _choose_layout(subject, size, detail)
        drawn = _draw_person(subject, layout.person, placement, detail)
        page = _blank_page(size)
        page[layout.person.area] = _person_panel(drawn, layout.person, palette)
        if layout.close_up:
            page[layout.close_up.area] = _close_up(drawn, layout.close_up, palette)
        if layout.word:
            page[layout.word.area] = comic_art.sunburst(layout.word.size, palette, (0.5, 0.5))
        for panel in layout.panels:
            comic_page.draw_frame(page, panel)
        _put_word(page, layout, drawn, palette)
        return blend(page, np.zeros_like(page), comic_art.paper_texture(size))

    def render_group(self, subjects: tuple[Subject, ...], *, size: Size, detail: float) -> Bytes:
        if len(subjects) == 1:
            return self.render(subjects[0], gender=Gender.MALE, size=size, detail=detail)
        page, crowd = _blank_page(size), _draw_crowd(subjects, size, detail)
        for drawn, panel, palette in crowd:
            page[panel.area] = _person_panel(drawn, panel, palette)
            comic_page.draw_frame(page, panel)
        for drawn, panel, palette in crowd:  # last: a balloon may reach over its frame
            _put_small_word(page, panel, drawn, palette)
        return blend(page, np.zeros_like(page), comic_art.paper_texture(size))


def _draw_crowd(
    subjects: tuple[Subject, ...], size: Size, detail: float
) -> list[tuple[_Drawn, Panel, Palette]]:
    """Divide the page so that least edges of the photo show, and draw everybody."""

    def placements(panels: tuple[Panel, ...]) -> list[Placement]:
        return [
            place(
                subject.face, subject.matte,
                window=_working_size(panel, detail), framing=_crowd_framing(panel),
            )
            for subject, panel in zip(subjects, panels, strict=True)
        ]  # fmt: skip

    ways = [(panels, placements(panels)) for panels in comic_page.group_pages(size, len(subjects))]
    panels, best = max(ways, key=lambda way: sum(placed.hides_cuts for placed in way[1]))
    return [
        (
            _draw_person(subject, panel, placement, detail),
            panel,
            _GROUP_PALETTES[index % len(_GROUP_PALETTES)],
        )
        for index, (subject, panel, placement) in enumerate(
            zip(subjects, panels, best, strict=True)
        )
    ]


def _blank_page(size: Size) -> Bytes:
    page = np.empty((size[1], size[0], 3), np.uint8)
    page[:] = to_bytes(colour(comic_art.PAPER)[None, None])
    return page


def _choose_layout(subject: Subject, size: Size, detail: float) -> tuple[PageLayout, Placement]:
    """Take the first layout in which no edge of the photo shows, or else the last one."""
    for layout in comic_page.page_layouts(size):
        work = _working_size(layout.person, detail)
        framing = _framing(layout.person)
        placement = place(subject.face, subject.matte, window=work, framing=framing)
        if placement.hides_cuts:
            break
    return layout, placement


def _working_size(panel: Panel, detail: float) -> Size:
    return round(panel.width * detail), round(panel.height * detail)


def _framing(panel: Panel) -> Framing:
    return _UPRIGHT if panel.height > 1.3 * panel.width else _SQUARISH


def _crowd_framing(panel: Panel) -> Framing:
    """Keep the whole face within a panel that may be narrow."""
    usual, shape = _framing(panel), panel.width / panel.height
    return replace(
        usual,
        face_height=min(usual.face_height, 0.60 * shape),
        tallest=min(usual.tallest, 1.15 * shape),
        slack=(usual.slack[0], _CROWD_SLACK),
    )


def _draw_person(subject: Subject, panel: Panel, placement: Placement, detail: float) -> _Drawn:
    work = _working_size(panel, detail)
    cutout = cut_out(subject.pixels, subject.matte, subject.face, placement=placement, size=work)
    return _Drawn(cutout=cutout, cartoon=to_bytes(draw_cartoon(cutout)))


def _person_panel(drawn: _Drawn, panel: Panel, palette: Palette) -> Bytes:
    """Draw the sunburst with the person as a sticker before it."""
    colours, coverage = _sticker(drawn)
    if drawn.cutout.size != panel.size:
        colours = resize_bytes(colours, panel.size)
        coverage = smoothstep(0.25, 0.75, resize(coverage, panel.size))
    burst = comic_art.sunburst(panel.size, palette, _framing(panel).centre)
    return blend(burst, colours, coverage)


def _sticker(drawn: _Drawn) -> tuple[Bytes, Floats]:
    """Outline the person in ink and then in white: colours and coverage."""
    alpha = smoothstep(0.35, 0.65, drawn.cutout.alpha)
    unit = min(drawn.cutout.face.height, 0.3 * drawn.cutout.size[1])
    ink = _grown(alpha, unit * 0.012)
    rim = mix(np.ones(3, np.float32), colour(comic_art.INK), ink)
    return blend(to_bytes(rim), drawn.cartoon, alpha), _grown(alpha, unit * 0.035)


def _grown(mask: Floats, radius: float) -> Floats:
    """Widen a mask by `radius` pixels, with a smooth edge; done at half size."""
    height, width = mask.shape
    side = 2 * round(radius / 2) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    small = cast(Floats, cv2.dilate(resize(mask, (width // 2, height // 2)), kernel))
    return smoothstep(0.3, 0.7, resize(blur(small, 0.8), (width, height)))


def _close_up(drawn: _Drawn, panel: Panel, palette: Palette) -> Bytes:
    """Print the eyes again, large and in three inks; thresholds keep the enlarged edges sharp."""
    tone = _eyes(luminance(to_floats(drawn.cartoon)), drawn, panel)
    alpha = smoothstep(0.4, 0.6, _eyes(drawn.cutout.alpha, drawn, panel))
    print_ = mix(colour(comic_art.INK), colour(palette.dots), smoothstep(0.22, 0.27, tone))
    print_ = mix(print_, colour(palette.ray), smoothstep(0.55, 0.60, tone))
    return blend(comic_art.dotted_ground(panel.size, palette), to_bytes(print_), alpha)


def _eyes(plane: Floats, drawn: _Drawn, panel: Panel) -> Floats:
    """Cut the band with the eyes out of a plane and enlarge it to fill the panel."""
    face = drawn.cutout.face
    eyes = face.points[[*RIGHT_EYE, *LEFT_EYE], :2].mean(axis=0)
    scale = max(panel.width / (face.width * 1.02), panel.height / (face.height * 1.25))
    shift = np.array([panel.width / 2, panel.height * 0.48]) - eyes * scale
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    enlarged = cv2.warpAffine(
        plane, matrix, panel.size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return cast(Floats, enlarged)


def _put_word(page: Bytes, layout: PageLayout, drawn: _Drawn, palette: Palette) -> None:
    """Put the word's balloon into its panel, or into the corner where it hides least."""
    if layout.word:
        width = min(layout.word.width * 0.96, layout.word.height * 1.25)
        size = (round(width), round(width * 0.74))
        left = layout.word.left + (layout.word.width - size[0]) // 2
        top = layout.word.top + (layout.word.height - size[1]) // 2
    else:
        side = min(page.shape[:2])
        size = (round(side * 0.38), round(side * 0.28))
        left, top = _emptiest_corner(layout.person, size, drawn)
    area = (slice(top, top + size[1]), slice(left, left + size[0]))
    colours, coverage = comic_art.word_burst(size, palette)
    page[area] = blend(page[area], colours, coverage)


def _put_small_word(page: Bytes, panel: Panel, drawn: _Drawn, palette: Palette) -> None:
    """Put the word's balloon into the emptiest corner of one panel among several."""
    side = min(panel.width, panel.height)
    size = (round(side * 0.34), round(side * 0.25))
    left, top = _emptiest_corner(panel, size, drawn)
    area = (slice(top, top + size[1]), slice(left, left + size[0]))
    colours, coverage = comic_art.word_burst(size, palette)
    page[area] = blend(page[area], colours, coverage)


def _emptiest_corner(panel: Panel, size: Size, drawn: _Drawn) -> tuple[int, int]:
    """Where a balloon of `size` covers least of the person; the head counts four times."""
    alpha = drawn.cutout.alpha
    scale = drawn.cutout.size[0] / panel.width
    chin = max(0, round(float(drawn.cutout.face.points[CHIN, 1])))
    weight = alpha.copy()
    weight[:chin] *= 4
    overhang = round(min(size) * 0.06)  # balloons may break the frame
    lefts = (panel.left - overhang, panel.left + panel.width - size[0] + overhang)
    tops = (panel.top - overhang, panel.top + panel.height - size[1] + overhang)

    def hidden(corner: tuple[int, int]) -> float:
        x, y = round((corner[0] - panel.left) * scale), round((corner[1] - panel.top) * scale)
        covered = weight[
            max(0, y) : y + round(size[1] * scale), max(0, x) : x + round(size[0] * scale)
        ]
        return float(covered.mean())

    return min(((left, top) for top in tops for left in lefts), key=hidden)
