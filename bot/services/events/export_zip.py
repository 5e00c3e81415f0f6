"""Writes an export's ZIP to disk, picture by picture: none is ever in memory as a whole.

Slow: run it in a thread.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot.services.events.export_list import Entry

_READABLE = 0o644 << 16  # of a file, as ZIP notes it
_CHUNK = 256 * 1024

MakePages = Callable[[Sequence[Entry]], Mapping[str, bytes]]


def write_zip(path: Path, entries: Sequence[Entry], make_pages: MakePages) -> tuple[Entry, ...]:
    """Write pictures, stored as they are, and then the pages about those that were still there.

    A picture may be removed at this very moment; returns those that are inside. The file has its
    name only once it is whole.
    """
    unfinished = path.with_name(f"{path.name}.part")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as out:
            written = tuple(entry for entry in entries if _write(out, entry))
            now = max((entry.made_at for entry in written), default=None)
            for name, page in make_pages(written).items():
                out.writestr(_header(name, now), page, zipfile.ZIP_DEFLATED)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return written


def _write(out: zipfile.ZipFile, entry: Entry) -> bool:
    try:
        picture = entry.path.open("rb")
    except FileNotFoundError:
        return False
    with picture, out.open(_header(entry.file, entry.made_at), "w") as inside:
        shutil.copyfileobj(picture, inside, _CHUNK)
    return True


def _header(name: str, at: datetime | None) -> zipfile.ZipInfo:
    stamp = (at.year, at.month, at.day, at.hour, at.minute, at.second) if at else None
    header = zipfile.ZipInfo(name, stamp or (1980, 1, 1, 0, 0, 0))
    header.external_attr = _READABLE
    return header
