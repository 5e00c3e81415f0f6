"""Copies of the database: made while it is in use, checked, and put in place whole."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from db.database import Database
from db.errors import StorageFault, StorageUnavailable
from db.faults import translated_errors


async def backup(database: Database, target: Path) -> None:
    """Copy the database to a new file; FileExistsError: one that exists is not written over."""
    if await asyncio.to_thread(target.exists):
        raise FileExistsError(errno.EEXIST, "it exists already; name a new file", str(target))
    await replace_backup(database, target)


async def replace_backup(database: Database, target: Path) -> None:
    """Copy the database to this file, in place of an earlier copy there."""
    part = target.with_name(f".{target.name}.part")
    with translated_errors(target):
        await asyncio.to_thread(_make_room, part)
        await database.copy_to(part)
        await asyncio.to_thread(_put_in_place, part, target)


def _make_room(part: Path) -> None:
    part.parent.mkdir(parents=True, exist_ok=True)
    part.unlink(missing_ok=True)  # a copy that was cut off
    part.touch(mode=0o600)


def _put_in_place(part: Path, target: Path) -> None:
    with closing(sqlite3.connect(part)) as copy:
        (verdict,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if verdict != "ok":
        part.unlink()
        raise StorageUnavailable(StorageFault.DAMAGED, f"the copy for {target}: {verdict}")
    _sync(part)
    part.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
