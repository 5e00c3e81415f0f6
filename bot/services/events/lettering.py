"""Lettering for prints: a line of any script and emoji, in the fonts that are bundled for it.

Pure, and slow: run it in a thread. Arabic, Hebrew and the scripts of India need FriBiDi on the
machine, which Pillow loads by itself; without it they count as letters that cannot be drawn. What
cannot be drawn is left out, never shown as an empty box.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont, features

from bot.services.events.scripts import (
    AS_EMOJI,
    KEYCAP,
    Cluster,
    Run,
    in_order,
    needs_shaping,
    split,
    visible,
)

_FONTS = Path(__file__).parents[2] / "assets" / "fonts"
_CHINESE = "DroidSansFallbackFull.ttf"  # and Japanese; it comes in one weight only
_LETTERS = (
    "Nunito-ExtraBold.ttf",
    "NotoSans-Bold.ttf",
    "NotoSansHebrew-Bold.ttf",
    "NotoSansArabic-Bold.ttf",
    "NotoSansThai-Bold.ttf",
    _CHINESE,
    "Jua-Regular.ttf",  # Korean, stars and hearts
    "NotoSansSymbols-Bold.ttf",
)
_EMOJI = "NotoEmoji-Bold.ttf"
_UNIT = 100  # pixels: the size that widths are measured at
_LINE = 1.24  # times the size, from one line to the next
_ABOVE = 0.98  # times the size, from the top of a line to its baseline
_SMALLEST = 0.55  # times the size of which two lines fill the height
_LONG = 12  # so many letters without a space, as in Japanese, may be broken anywhere
_STROKE = 0.022  # times the size: makes the light letters as bold as the others
_ELLIPSIS = Cluster(text="…", font=_LETTERS[0])


class Lettering:
    """Knows which font has which letters; measures and draws."""

    def __init__(self) -> None:
        self._known: dict[str, frozenset[int]] = {}

    def undrawable(self, text: str) -> str:
        """Return what would be left out of a text, each character once."""
        missing = [each for each in split(text) if self._font_of(each) is None]
        return "".join(dict.fromkeys("".join(missing)))

    def block(
        self, text: str, *, width: int, height: int, largest: int, ink: str
    ) -> Image.Image | None:
        """Draw a text as large as fits in one line or two; None if there is nothing to draw.

        What is too long even in the smallest letters that can be read ends with an ellipsis.
        """
        clusters = self._drawable(text)
        if not clusters:
            return None
        lines, size = _arrange(clusters, width=width, height=height, largest=largest)
        return _draw(lines, size=size, ink=ink)

    def _drawable(self, text: str) -> list[Cluster]:
        found = []
        for each in split(text):
            font = self._font_of(each)
            if font is not None and visible(each):
                found.append(Cluster(text=each if _can_shape() else each[0], font=font))
        return _trimmed(found)

    def _font_of(self, cluster: str) -> str | None:
        """Find the first font that has every letter of a cluster; None: nothing can draw it."""
        wanted = visible(cluster)
        if not _can_shape():
            if needs_shaping(cluster):
                return None
            wanted = visible(cluster[0])
        is_emoji = AS_EMOJI in cluster or KEYCAP in cluster
        order = (_EMOJI, *_LETTERS) if is_emoji else (*_LETTERS, _EMOJI)
        return next((font for font in order if wanted <= self._coverage(font)), None)

    def _coverage(self, font: str) -> frozenset[int]:
        if font not in self._known:
            with TTFont(_FONTS / font, lazy=True) as opened:
                self._known[font] = frozenset(opened.getBestCmap())
        return self._known[font]


def _can_shape() -> bool:
    return features.version("fribidi") is not None


def _typeface(run: Run, size: int) -> ImageFont.FreeTypeFont:
    layout = ImageFont.Layout.RAQM if _can_shape() else ImageFont.Layout.BASIC
    return ImageFont.truetype(_FONTS / run.font, size, layout_engine=layout)


def _direction(run: Run) -> str | None:
    """Say what Pillow is told; without FriBiDi it takes no direction."""
    if not _can_shape():
        return None
    return "rtl" if run.is_rtl else "ltr"


def _width(run: Run, size: int) -> float:
    return _typeface(run, size).getlength(run.text, direction=_direction(run))


def _trimmed(clusters: list[Cluster]) -> list[Cluster]:
    """Drop the spaces around a text, and those that what was left out has doubled."""
    kept: list[Cluster] = []
    for each in clusters:
        if each.text != " " or (kept and kept[-1].text != " "):
            kept.append(each)
    return kept[:-1] if kept and kept[-1].text == " " else kept


def _arrange(
    clusters: list[Cluster], *, width: int, height: int, largest: int
) -> tuple[list[list[Cluster]], int]:
    """Choose one line or two, whichever may be larger; returns the lines and their size."""
    half = height / (2 * _LINE)
    one = min(largest, int(height / _LINE), _size_for(clusters, width))
    first, second = _halves(clusters)
    two = min(largest, int(half), _size_for(first, width), _size_for(second, width))
    if max(one, two) < half * _SMALLEST:
        size = max(1, int(half * _SMALLEST))
        return _cut(clusters, width=width, size=size), size
    if one >= two:
        return [clusters], one
    return [first, second], two


def _size_for(clusters: list[Cluster], width: int) -> int:
    if not clusters:
        return 0
    return int(_UNIT * width / max(1.0, sum(_width(run, _UNIT) for run in in_order(clusters))))


def _halves(clusters: list[Cluster]) -> tuple[list[Cluster], list[Cluster]]:
    """Break a line near its middle, at a space if there is one; the second may be empty."""
    spaces = [at for at, each in enumerate(clusters) if each.text == " "]
    places = spaces or (list(range(1, len(clusters))) if len(clusters) > _LONG else [])
    if not places:
        return clusters, []
    best = min(places, key=lambda at: abs(at - len(clusters) / 2))
    return clusters[:best], clusters[best + (1 if spaces else 0) :]


def _cut(clusters: list[Cluster], *, width: int, size: int) -> list[list[Cluster]]:
    """Fill two lines with as much as they take."""
    first = _fitting(clusters, width=width, size=size)
    spaces = [at for at, each in enumerate(clusters[: first + 1]) if each.text == " "]
    first = spaces[-1] if spaces and first < len(clusters) else first
    rest = clusters[first:]
    while rest and rest[0].text == " ":
        rest = rest[1:]
    if _size_for(rest, width) >= size:
        return [clusters[:first], rest]
    second = _fitting([*rest], width=width - size, size=size)
    return [clusters[:first], [*rest[:second], _ELLIPSIS]]


def _fitting(clusters: list[Cluster], *, width: int, size: int) -> int:
    """Say how many of the first clusters fit in a line; at least one."""
    low, high = 1, len(clusters)
    while low < high:
        middle = (low + high + 1) // 2
        fits = _size_for(clusters[:middle], width) >= size
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def _draw(lines: Sequence[list[Cluster]], *, size: int, ink: str) -> Image.Image:
    """Draw lines centred below each other, cut to what is written."""
    runs = [in_order(line) for line in lines]
    widths = [sum(_width(run, size) for run in line) for line in runs]
    margin = size  # letters may reach beyond what they count as
    canvas = Image.new(
        "RGBA", (int(max(widths)) + 2 * margin, int(len(lines) * _LINE * size) + 2 * margin)
    )
    pen = ImageDraw.Draw(canvas)
    for number, (line, width) in enumerate(zip(runs, widths, strict=True)):
        x = (canvas.width - width) / 2
        baseline = margin + (number * _LINE + _ABOVE) * size
        for run in line:
            face = _typeface(run, size)
            pen.text(
                (x, baseline),
                run.text,
                ink,
                font=face,
                anchor="ls",
                direction=_direction(run),
                stroke_width=size * _STROKE if run.font == _CHINESE else 0,
            )
            x += _width(run, size)
    return canvas.crop(canvas.getbbox() or (0, 0, 1, 1))
