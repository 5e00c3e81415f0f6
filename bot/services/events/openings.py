"""Where a frame is transparent: the openings through which the picture is seen.

Pure. Looked for on a coarse grid, so that a thousand specks of dust cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

GRID = 96  # cells along the longer side
CLEAR = 48  # of 255: more opaque than this covers the picture
SOLID = 250  # of 255: less opaque than this, the picture shines through
OPAQUE = 255
LEAST_SHARE = 0.02  # of the frame: smaller holes, such as round corners, show paper

Box = tuple[int, int, int, int]
Cells = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """The part of a frame that is transparent, 0 to 1, and the box the picture must fill."""

    share: float
    box: Box


def find_openings(frame: Image.Image) -> Openings:
    """Look at a frame in RGBA; the box is empty where there is no opening."""
    scale = GRID / max(frame.size)
    columns, rows = (max(1, round(side * scale)) for side in frame.size)
    alpha = frame.getchannel("A").resize((columns, rows), Image.Resampling.BOX)
    opaque = alpha.tobytes()
    places = [(at % columns, at // columns) for at in range(columns * rows)]
    clear = {place for place, value in zip(places, opaque, strict=True) if value < CLEAR}
    glassy = {place for place, value in zip(places, opaque, strict=True) if value < SOLID}
    least = LEAST_SHARE * columns * rows
    pieces = [piece for piece in _pieces(glassy) if len(piece & clear) >= least]
    cells = frozenset[tuple[int, int]]().union(*pieces)
    box = (0, 0, 0, 0)
    if cells:
        box = _exactly(frame.getchannel("A"), _box(cells, frame.size, (columns, rows)))
    return Openings(share=len(cells & clear) / (columns * rows), box=box)


def _exactly(alpha: Image.Image, box: Box) -> Box:
    """Draw a box tight around what the picture shines through, to the pixel."""
    seen = alpha.crop(box).point(lambda value: OPAQUE * (value < SOLID)).getbbox()
    if seen is None:
        return box
    return (box[0] + seen[0], box[1] + seen[1], box[0] + seen[2], box[1] + seen[3])


def _pieces(clear: set[tuple[int, int]]) -> list[Cells]:
    """Group cells that touch each other."""
    left = set(clear)
    pieces = []
    while left:
        piece, border = set[tuple[int, int]](), [left.pop()]
        while border:
            x, y = border.pop()
            piece.add((x, y))
            near = {(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)} & left
            left -= near
            border.extend(near)
        pieces.append(frozenset(piece))
    return pieces


def _box(cells: Cells, size: tuple[int, int], grid: tuple[int, int]) -> Box:
    """Return the box in pixels, one cell larger each way: the edge may be anywhere in between."""
    wide, high = size[0] / grid[0], size[1] / grid[1]
    columns, rows = {x for x, _ in cells}, {y for _, y in cells}
    return (
        max(0, int((min(columns) - 1) * wide)),
        max(0, int((min(rows) - 1) * high)),
        min(size[0], round((max(columns) + 2) * wide)),
        min(size[1], round((max(rows) + 2) * high)),
    )
