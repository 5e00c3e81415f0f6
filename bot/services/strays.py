"""Files that no row names: a kill, or a cancellation, between a file and its row leaves such."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Set as AbstractSet
from pathlib import Path


async def delete_strays(folder: Path, *, wanted: AbstractSet[str], untouched_for: float) -> int:
    """Delete files that are not wanted and at least so many seconds old; count them."""
    return await asyncio.to_thread(_delete, folder, wanted, untouched_for)


def _delete(folder: Path, wanted: AbstractSet[str], untouched_for: float) -> int:
    oldest = time.time() - untouched_for
    strays = [
        path
        for path in folder.iterdir()
        if path.is_file() and path.name not in wanted and path.stat().st_mtime <= oldest
    ]
    for path in strays:
        path.unlink(missing_ok=True)
    return len(strays)
