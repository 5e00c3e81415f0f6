"""Looks into the exported ZIP: every approved picture once, and a row for each."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from tests.party.evidence import Evidence

CHART = "chart.png"
_OUTSIDE = re.compile(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//|url\(["']?(?:https?:)?//""")
PICTURES = (".png", ".jpg", ".jpeg", ".webp")


def read_export(evidence: Evidence) -> Iterator[str]:
    """Compare the export with what was approved."""
    data = evidence.scene.export
    if not data:
        yield "there is no export"
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if (broken := archive.testzip()) is not None:
            yield f"the export is damaged: {broken}"
            return
        names = archive.namelist()
        yield from _pages(archive, names)
        yield from _rows(evidence, archive, names)
        yield from _files(archive, names)


def _pages(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    ends = Counter(name.rsplit("/", 1)[-1] for name in names)
    for wanted in ("index.csv", "index.html"):
        if ends[wanted] != 1:
            yield f"the export has {ends[wanted]} {wanted}"
    for name in names:
        if name.endswith(".html") and _OUTSIDE.search(archive.read(name).decode()):
            yield f"{name} of the export needs something from elsewhere"


def _rows(evidence: Evidence, archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    approved = [row for row in evidence.pictures.values() if row["state"] == "approved"]
    table = next((name for name in names if name.endswith("index.csv")), None)
    files = _pictures(names)
    if len(files) != len(approved):
        yield f"the export has {len(files)} pictures of {len(approved)}"
    if table is None:
        return
    rows = list(csv.reader(io.StringIO(archive.read(table).decode("utf-8-sig"))))
    if len(rows) - 1 != len(approved):
        yield f"the export's table has {len(rows) - 1} rows for {len(approved)} pictures"
    named = Counter(cell for row in rows[1:] for cell in row if cell.endswith(PICTURES))
    ends = [name for name in files if not any(name.endswith(cell) for cell in named)]
    if ends or any(count > 1 for count in named.values()):
        yield f"the export's table does not name each picture once: {ends[:5]}"


def _pictures(names: list[str]) -> list[str]:
    return [name for name in names if name.endswith(PICTURES) and not name.endswith(CHART)]


def _files(archive: zipfile.ZipFile, names: list[str]) -> Iterator[str]:
    for name in _pictures(names):
        try:
            with Image.open(io.BytesIO(archive.read(name))) as image:
                image.load()
        except (OSError, ValueError) as error:
            yield f"{name} of the export is no picture: {error}"
