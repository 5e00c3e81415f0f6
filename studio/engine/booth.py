"""The engine that ships with the studio: it puts the photo's person into a scene of ours.

Not a neural face swap: expression, pose and hair are the photo's own.
"""

from __future__ import annotations

import functools
from typing import Final

from faceswap.models import Gender, Quality, Ratio
from studio.engine.encoding import encode_png, encode_webp
from studio.engine.filters.comic import ComicPopArt
from studio.engine.filters.neon import CyberpunkNeon
from studio.engine.filters.oil import RenaissanceOil
from studio.engine.filters.space import SpaceExplorer
from studio.engine.filters.style import GroupStyle, Style
from studio.engine.filters.vintage import VintagePortrait
from studio.engine.mascot import draw_mascot
from studio.engine.people import (
    find_group,
    find_person,
    group_with_more_detail,
    prepare_subject,
    with_more_detail,
)
from studio.engine.pixels import Bytes, Size, resize_bytes
from studio.engine.protocol import FilterBlocked, FilterInfo, FilterUnknown, Sketch
from studio.engine.sketch.painter import paint

PREVIEW_SIZE: Final[Size] = (400, 600)
MAX_PREVIEW_BYTES: Final = 60_000

DETAIL: Final = {Quality.BEST: 1.0, Quality.FAST: 0.5}
_STYLES: Final[dict[int, Style]] = {
    style.info.id: style
    for style in (
        ComicPopArt(),
        CyberpunkNeon(),
        RenaissanceOil(),
        SpaceExplorer(),
        VintagePortrait(),
    )
}
_GROUP_STYLES: Final[dict[int, GroupStyle]] = {
    style.info.id: style for style in (ComicPopArt(), SpaceExplorer())
}


class BoothEngine:
    """Implements studio.engine.protocol.Engine."""

    def catalogue(self) -> tuple[FilterInfo, ...]:
        return tuple(style.info for style in _STYLES.values())

    def inspect(self, photo: bytes, *, filter_id: int, gender: Gender) -> None:
        style_for(filter_id, gender)
        if gender is Gender.GROUP:
            find_group(photo)
        else:
            find_person(photo)

    def swap(
        self, photo: bytes, *, filter_id: int, gender: Gender, ratio: Ratio, quality: Quality
    ) -> bytes:
        style = style_for(filter_id, gender)
        if gender is Gender.GROUP:
            group = _GROUP_STYLES[filter_id]
            return encode_png(_swap_group(photo, group, ratio=ratio, quality=quality))
        person = find_person(photo)
        if quality is Quality.BEST:
            person = with_more_detail(photo, person)
        subject = prepare_subject(person, quality=quality)
        picture = style.render(subject, gender=gender, size=ratio.size, detail=DETAIL[quality])
        return encode_png(picture)

    def sketch(self, prompt: str, *, seed: int) -> Sketch:
        picture, understood = paint(prompt, seed=seed)
        return Sketch(png=encode_png(picture), understood=understood)

    def preview(self, filter_id: int) -> bytes:
        return _render_preview(_find_style(filter_id).info.id)


def _find_style(filter_id: int) -> Style:
    try:
        return _STYLES[filter_id]
    except KeyError:
        raise FilterUnknown(filter_id) from None


def style_for(filter_id: int, gender: Gender) -> Style:
    """Find a filter's style. Raises FilterUnknown, FilterBlocked."""
    style = _find_style(filter_id)
    if gender is Gender.GROUP and filter_id not in _GROUP_STYLES:
        raise FilterBlocked(filter_id, gender)
    return style


def _swap_group(photo: bytes, style: GroupStyle, *, ratio: Ratio, quality: Quality) -> Bytes:
    group = find_group(photo)
    if quality is Quality.BEST:
        group = group_with_more_detail(photo, group)
    subjects = tuple(prepare_subject(person, quality=quality) for person in group)
    return style.render_group(subjects, size=ratio.size, detail=DETAIL[quality])


@functools.cache
def _render_preview(filter_id: int) -> bytes:
    picture = _STYLES[filter_id].render(
        draw_mascot(), gender=Gender.MALE, size=Ratio.PORTRAIT.size, detail=1.0
    )
    return encode_webp(resize_bytes(picture, PREVIEW_SIZE), max_bytes=MAX_PREVIEW_BYTES)
