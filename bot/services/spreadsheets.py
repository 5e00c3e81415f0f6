"""Tables as CSV that a spreadsheet opens without calculating anything."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_WIDE = "\uff1d\uff0b\uff0d\uff20"  # as East Asian keyboards write = + - @
_FORMULA = (*"=+-@\t\r\n", *_WIDE)
_BYTE_ORDER_MARK = "\ufeff"  # Excel takes a file for UTF-8 only with it


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Write a header and rows as RFC 4180 says; None is an empty cell."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return (_BYTE_ORDER_MARK + out.getvalue()).encode()


def harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate; it is not shown there."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(_FORMULA) or cell[:1] == "'" else cell


def _cell(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else harmless(str(value))
