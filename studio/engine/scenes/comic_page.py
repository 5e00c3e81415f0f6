"""How a comic page is divided into panels, and the panels' frames."""

from __future__ import annotations

from dataclasses import dataclass

import cv2

from studio.engine.pixels import Bytes, Size, colour
from studio.engine.scenes.comic_art import INK

_MARGIN = 0.035  # of the page's shorter side
_GUTTER = 0.022


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A rectangle of the page, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        return self.width, self.height

    @property
    def area(self) -> tuple[slice, slice]:
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLayout:
    """The panels of a page: the person's, and on divided pages one for the word and a close-up."""

    person: Panel
    word: Panel | None = None
    close_up: Panel | None = None

    @property
    def panels(self) -> tuple[Panel, ...]:
        return tuple(panel for panel in (self.person, self.word, self.close_up) if panel)


def page_layouts(size: Size) -> tuple[PageLayout, ...]:
    """Ways to divide a page, best first; the later ones suit tighter photos.

    A photo that cuts its person off at the sides needs a narrow panel, whose frame then takes over
    the cut; the rest of the page goes to the word and a close-up.
    """
    width, height = size
    if width > height * 1.2:
        return tuple(_columns(size, share) for share in (0.60, 0.52, 0.45, 0.38))
    if height > width * 1.2:
        return (_whole(size), _rows(size, 0.68))
    return (_whole(size), *(_columns(size, share) for share in (0.66, 0.56, 0.48)))


_GROUP_ROWS = {
    # number of people: panels of each row, best first, on wide, on square and on tall pages
    2: (((2,),), ((2,), (1, 1)), ((1, 1),)),
    3: (((3,),), ((2, 1), (1, 2)), ((1, 2), (2, 1))),
    4: (((2, 2),), ((2, 2),), ((2, 2),)),
    5: (((3, 2), (2, 3)), ((3, 2), (2, 3)), ((2, 1, 2), (2, 2, 1), (2, 3))),
    6: (((3, 3),), ((3, 3),), ((2, 2, 2),)),
}


def group_pages(size: Size, count: int) -> tuple[tuple[Panel, ...], ...]:
    """Ways to divide a page among two to six people, best first: panels in reading order."""
    width, height = size
    wide, square, tall = _GROUP_ROWS[count]
    ways = square
    if max(size) > min(size) * 1.2:
        ways = wide if width > height else tall
    return tuple(_rows_of_panels(size, rows) for rows in ways)


def _rows_of_panels(size: Size, rows: tuple[int, ...]) -> tuple[Panel, ...]:
    page, gutter = _whole(size).person, round(min(size) * _GUTTER)
    panels: list[Panel] = []
    for row, columns in enumerate(rows):
        top, bottom = _share(page.top, page.height, gutter, row, len(rows))
        for column in range(columns):
            left, right = _share(page.left, page.width, gutter, column, columns)
            panels.append(Panel(left=left, top=top, width=right - left, height=bottom - top))
    return tuple(panels)


def _share(start: int, length: int, gutter: int, index: int, count: int) -> tuple[int, int]:
    """Where the part `index` of `count` equal parts with gutters between begins and ends."""
    step = (length + gutter) / count
    return start + round(step * index), start + round(step * (index + 1)) - gutter


def _whole(size: Size) -> PageLayout:
    margin = round(min(size) * _MARGIN)
    person = Panel(left=margin, top=margin, width=size[0] - 2 * margin, height=size[1] - 2 * margin)
    return PageLayout(person=person)


def _columns(size: Size, share: float) -> PageLayout:
    """Put the person left, on `share` of the width; right the word above the close-up."""
    page, gutter = _whole(size).person, round(min(size) * _GUTTER)
    width = round((page.width - gutter) * share)
    left, rest = page.left + width + gutter, page.width - gutter - width
    upper = round((page.height - gutter) * 0.46)
    return PageLayout(
        person=Panel(left=page.left, top=page.top, width=width, height=page.height),
        word=Panel(left=left, top=page.top, width=rest, height=upper),
        close_up=Panel(
            left=left, top=page.top + upper + gutter,
            width=rest, height=page.height - gutter - upper,
        ),
    )  # fmt: skip


def _rows(size: Size, share: float) -> PageLayout:
    """Put the person above, on `share` of the height; below the word beside the close-up."""
    page, gutter = _whole(size).person, round(min(size) * _GUTTER)
    height = round((page.height - gutter) * share)
    top, rest = page.top + height + gutter, page.height - gutter - height
    upper = round((page.width - gutter) * 0.46)
    return PageLayout(
        person=Panel(left=page.left, top=page.top, width=page.width, height=height),
        word=Panel(left=page.left, top=top, width=upper, height=rest),
        close_up=Panel(
            left=page.left + upper + gutter, top=top,
            width=page.width - gutter - upper, height=rest,
        ),
    )  # fmt: skip


def draw_frame(page: Bytes, panel: Panel) -> None:
    """Draw a panel's black frame, on its edge."""
    height, width = page.shape[:2]
    red, green, blue = (round(float(value) * 255) for value in colour(INK))
    cv2.rectangle(
        page,
        (panel.left, panel.top),
        (panel.left + panel.width - 1, panel.top + panel.height - 1),
        (red, green, blue),
        max(3, round(min(width, height) * 0.008)),
        cv2.LINE_AA,
    )
