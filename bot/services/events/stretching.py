"""A frame drawn for one shape brought to another without pulling its ornaments out of shape.

Pure. Everything is scaled alike first; what is then missing is added where the frame is plain, as
in a border's straight pieces, and what is too much is taken away there. Only a frame that is busy
all along is stretched as a whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops

from bot.services.events.openings import find_openings

ALIKE = 0.03  # shapes that differ by less are simply scaled
PLAIN = 12  # of 255: neighbours that differ by no more look the same
SHORTEST = 0.1  # of the opening: plain pieces between ornaments that are drawn out
SHORTEST_AT_BORDER = 0.025  # the same beside a border; the top of a ball looks plain, too
LEAST_PLAIN = 6  # pixels that are enough to draw out
MOST_BORDER = 0.7  # of a side; what has thicker borders is stretched as a whole
LEAST_SCALE = 0.1  # of the usual one that a plain piece may be squeezed to
SCALES = (1.0, 0.85, 0.7, 0.55)  # of ornaments: smaller ones leave more of the picture
MOST_LOST = 0.1  # of the picture: with less cut off, ornaments keep their scale
TRIAL = 240  # pixels of the longer side when a scale is tried
ROWS = 64  # that columns are summed up into
OPAQUE = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Some columns, and how many they become."""

    start: int
    end: int
    becomes: int


def reshape(frame: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a frame in RGBA at another size."""
    if _is_alike(frame.size, size):
        return frame.resize(size, Image.Resampling.LANCZOS)
    trial, small = frame.copy(), max(size) / TRIAL
    trial.thumbnail((TRIAL, TRIAL), Image.Resampling.BOX)
    wanted = (round(size[0] / small), round(size[1] / small))
    losses = {scale: _lost(_reshape(trial, wanted, scale=scale)) for scale in SCALES}
    good = (scale for scale, lost in losses.items() if lost <= MOST_LOST)
    return _reshape(frame, size, scale=next(good, min(losses, key=losses.__getitem__)))


def _is_alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] / one[1] * other[1] / other[0] - 1) < ALIKE


def _lost(frame: Image.Image) -> float:
    """Say which part of a picture of the frame's shape its opening cuts off."""
    left, top, right, bottom = find_openings(frame).box
    if right <= left or bottom <= top:
        return 1.0
    wide, high = (right - left) / frame.width, (bottom - top) / frame.height
    return 1 - min(wide, high) / max(wide, high)


def _reshape(frame: Image.Image, size: tuple[int, int], *, scale: float) -> Image.Image:
    scale *= (size[0] * size[1] / (frame.width * frame.height)) ** 0.5
    wide = _stretch(frame, size[0], scale=scale)
    turned = _stretch(wide.transpose(Image.Transpose.TRANSPOSE), size[1], scale=scale)
    return turned.transpose(Image.Transpose.TRANSPOSE)


def _stretch(frame: Image.Image, width: int, *, scale: float) -> Image.Image:
    """Bring a frame to a width, its ornaments to `scale`; the height stays.

    What stands above and below each other with plain rows between is stretched apart, so that the
    letters below the opening do not keep its corners from staying round.
    """
    left, _, right, _ = find_openings(frame).box
    borders = (left, frame.width - right)
    if sum(borders) * scale > MOST_BORDER * width:
        return frame.resize((width, frame.height), Image.Resampling.LANCZOS)
    loud = _loud(frame)
    out = Image.new("RGBA", (width, frame.height))
    for top, bottom in _bands(_any_in_rows(loud.crop((left + 1, 0, right, frame.height)))):
        busy = _any_in_columns(loud.crop((0, top, frame.width, bottom)))
        at = 0
        for piece in _plan(busy, borders, width, scale=scale):
            box = (piece.start, top, piece.end, bottom)
            shape = (piece.becomes, bottom - top)
            out.paste(frame.resize(shape, Image.Resampling.LANCZOS, box=box), (at, top))
            at += piece.becomes
    return out


def _plan(
    busy: Sequence[bool], borders: tuple[int, int], width: int, *, scale: float
) -> list[_Piece]:
    """Share out a new width: the plain pieces take what borders and ornaments leave."""
    left, right = borders[0], len(busy) - borders[1]
    within = _runs(busy[left:right], edges=(borders[0] > 0, borders[1] > 0))
    plain = sum(end - start for start, end, is_plain in within if is_plain)
    rest = width - (len(busy) - plain) * scale
    even = plain < LEAST_PLAIN or rest < plain * scale * LEAST_SCALE
    if even:
        within = [(0, right - left, True)]
        plain, rest = right - left, width - sum(borders) * scale
    parts = [(0, left, scale)]
    for start, end, is_plain in within:
        parts.append((left + start, left + end, rest / plain if is_plain else scale))
    parts.append((right, len(busy), scale))
    return _rounded(parts, width)


def _rounded(parts: Sequence[tuple[int, int, float]], width: int) -> list[_Piece]:
    """Give each part whole pixels, together exactly the width."""
    pieces: list[_Piece] = []
    begun, done = 0.0, 0
    for start, end, factor in parts:
        begun += (end - start) * factor
        place = width if end == parts[-1][1] else min(width, round(begun))
        if place > done and end > start:
            pieces.append(_Piece(start=start, end=end, becomes=place - done))
            done = place
    return pieces


def _runs(busy: Sequence[bool], *, edges: tuple[bool, bool]) -> list[tuple[int, int, bool]]:
    """Split columns into those to keep and those to draw out.

    Short plain pieces are kept, since they are the spaces between words or the ornaments
    themselves; unless at a border, where they give the ornament its distance from it.
    """
    runs: list[tuple[int, int, bool]] = []
    for is_busy, columns in itertools.groupby(range(len(busy)), key=busy.__getitem__):
        numbers = list(columns)
        start, end = numbers[0], numbers[-1]
        is_edge = (edges[0] and start == 0) or (edges[1] and end == len(busy) - 1)
        shortest = SHORTEST_AT_BORDER if is_edge else SHORTEST
        is_plain = not is_busy and end - start >= shortest * len(busy)
        if runs and runs[-1][2] == is_plain:
            runs[-1] = (runs[-1][0], end + 1, is_plain)
        else:
            runs.append((start, end + 1, is_plain))
    return runs


def _bands(busy: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Group rows that have something on them, and those between."""
    for _, rows in itertools.groupby(range(len(busy)), key=busy.__getitem__):
        numbers = list(rows)
        yield numbers[0], numbers[-1] + 1


def _loud(frame: Image.Image) -> Image.Image:
    """Mark the pixels that are unlike those on their left."""
    loud = Image.new("L", frame.size)
    for band in frame.convert("RGBa").split():
        step = ImageChops.difference(band, ImageChops.offset(band, 1, 0))
        loud = ImageChops.lighter(loud, step.point(lambda value: OPAQUE * (value > PLAIN)))
    loud.paste(0, (0, 0, 1, loud.height))  # compared with the other end
    return loud


def _any_in_columns(loud: Image.Image) -> list[bool]:
    # Means would round a single pixel of a long column away, so they are taken in two goes.
    some = loud.resize((loud.width, min(ROWS, loud.height)), Image.Resampling.BOX)
    marked = some.point(lambda value: OPAQUE * (value > 0))
    return [value > 0 for value in marked.resize((loud.width, 1), Image.Resampling.BOX).tobytes()]


def _any_in_rows(loud: Image.Image) -> list[bool]:
    return _any_in_columns(loud.transpose(Image.Transpose.TRANSPOSE))
