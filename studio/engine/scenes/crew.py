"""Who floats where, and in which colours: slots for one to six astronauts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from faceswap.models import Gender
from studio.engine.pixels import Size
from studio.engine.scenes.space_suit import Slot, Trim

_ORANGE, _BERRY = Trim(main="#f0731c", second="#2f63d8"), Trim(main="#d4246f", second="#f2b632")
_RED, _TEAL = Trim(main="#ee3124", second="#ffd022"), Trim(main="#14b5a5", second="#ff7ab8")
_GREEN, _PURPLE = Trim(main="#4aa832", second="#f4f0e4"), Trim(main="#8350d8", second="#7fe0ff")

_TRIMS: Final = {
    Gender.MALE: (_ORANGE,),
    Gender.FEMALE: (_BERRY,),
    Gender.BOY: (_RED,),
    Gender.GIRL: (_TEAL,),
    Gender.GROUP: (_ORANGE, _TEAL, _PURPLE, _RED, _GREEN, _BERRY),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """Astronauts side by side: where their openings are (of the height), and their scale.

    A suit dissolves from 780 to 1130 pixels, times the scale, below its opening: the bottom of the
    picture or the next row should hide that.
    """

    count: int
    y: float
    scale: float
    spread: float = 1.0  # of the picture's width


_WIDE: Final = (
    (_Row(count=1, y=0.44, scale=1.0),),
    (_Row(count=2, y=0.47, scale=0.90),),
    (_Row(count=3, y=0.51, scale=0.80),),
    (
        _Row(count=2, y=0.28, scale=0.62, spread=0.50),
        _Row(count=2, y=0.61, scale=0.68, spread=1.06),
    ),
    (_Row(count=2, y=0.27, scale=0.62, spread=0.66), _Row(count=3, y=0.62, scale=0.66)),
    (_Row(count=3, y=0.27, scale=0.60, spread=0.92), _Row(count=3, y=0.65, scale=0.65)),
)
_TALL: Final = (
    (_Row(count=1, y=0.37, scale=1.0),),
    (_Row(count=2, y=0.50, scale=0.80),),
    (_Row(count=1, y=0.32, scale=0.80), _Row(count=2, y=0.60, scale=0.78)),
    (_Row(count=2, y=0.32, scale=0.74), _Row(count=2, y=0.605, scale=0.76)),
    (
        _Row(count=2, y=0.25, scale=0.62, spread=0.92),
        _Row(count=1, y=0.46, scale=0.64),
        _Row(count=2, y=0.68, scale=0.68),
    ),
    (
        _Row(count=2, y=0.21, scale=0.60, spread=0.90),
        _Row(count=2, y=0.455, scale=0.64, spread=0.96),
        _Row(count=2, y=0.703, scale=0.68),
    ),
)
_SQUARE: Final = (
    (_Row(count=1, y=0.40, scale=0.84),),
    (_Row(count=2, y=0.46, scale=0.74),),
    (_Row(count=1, y=0.27, scale=0.60), _Row(count=2, y=0.60, scale=0.66)),
    (_Row(count=2, y=0.29, scale=0.58, spread=0.90), _Row(count=2, y=0.64, scale=0.64)),
    (_Row(count=2, y=0.28, scale=0.52, spread=0.74), _Row(count=3, y=0.62, scale=0.54)),
    (_Row(count=3, y=0.28, scale=0.50, spread=0.94), _Row(count=3, y=0.62, scale=0.54)),
)

MOST: Final = len(_WIDE)


def slots(gender: Gender, *, size: Size, count: int) -> tuple[Slot, ...]:
    """Give each of `count` astronauts, from left to right of the photo, a slot."""
    width, height = size
    places = sorted(
        (width * (0.5 + row.spread * ((place + 0.5) / row.count - 0.5)), height * row.y, row.scale)
        for row in _rows(size)[count - 1]
        for place in range(row.count)
    )
    trims = _TRIMS[gender]
    return tuple(
        Slot(x=x, y=y, scale=scale, trim=trims[index % len(trims)])
        for index, (x, y, scale) in enumerate(places)
    )


def _rows(size: Size) -> tuple[tuple[_Row, ...], ...]:
    if size[0] > size[1] * 1.2:
        return _WIDE
    return _TALL if size[1] > size[0] * 1.2 else _SQUARE
