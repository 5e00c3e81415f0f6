"""A lock beside the database file: one running bot for each file.

The system drops it when the process ends, however it ends; the file itself stays.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from db.errors import StorageFault, StorageUnavailable

_LONGEST_NOTE = 32


@contextmanager
def process_lock(database: Path) -> Generator[None]:
    """Hold the lock of this database; StorageUnavailable(IN_USE) if another process does."""
    path = database.with_name(f"{database.name}.lock")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _take(handle, database)
        yield
    finally:
        os.close(handle)


def _take(handle: int, database: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(handle, _LONGEST_NOTE, 0).decode("ascii", "replace").strip()
        detail = f"{database} is open in another process (number {holder or 'unknown'})"
        raise StorageUnavailable(StorageFault.IN_USE, detail) from error
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
