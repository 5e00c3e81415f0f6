"""The only module that turns errors of the driver and of the system into ours."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy.exc

from db.errors import StorageFault, StorageUnavailable

_PRIMARY_CODE = 0xFF  # the rest of an SQLite code only says where it happened

_FAULTS_OF_SQLITE = {
    sqlite3.SQLITE_BUSY: StorageFault.LOCKED,
    sqlite3.SQLITE_LOCKED: StorageFault.LOCKED,
    sqlite3.SQLITE_READONLY: StorageFault.READ_ONLY,
    sqlite3.SQLITE_PERM: StorageFault.READ_ONLY,
    sqlite3.SQLITE_AUTH: StorageFault.READ_ONLY,
    sqlite3.SQLITE_FULL: StorageFault.DISK_FULL,
    sqlite3.SQLITE_CORRUPT: StorageFault.DAMAGED,
    sqlite3.SQLITE_NOTADB: StorageFault.DAMAGED,
    sqlite3.SQLITE_CANTOPEN: StorageFault.UNREACHABLE,
    sqlite3.SQLITE_IOERR: StorageFault.UNREACHABLE,
}

_FAULTS_OF_SYSTEM = {
    errno.EACCES: StorageFault.READ_ONLY,
    errno.EPERM: StorageFault.READ_ONLY,
    errno.EROFS: StorageFault.READ_ONLY,
    errno.ENOSPC: StorageFault.DISK_FULL,
    errno.EDQUOT: StorageFault.DISK_FULL,
}


@contextmanager
def translated_errors(path: Path) -> Generator[None]:
    """Raise StorageUnavailable for what is wrong with the database at `path`; the rest passes."""
    try:
        yield
    except sqlalchemy.exc.DBAPIError as error:
        fault = _fault_of(error.orig)
        if fault is None:
            raise
        raise StorageUnavailable(fault, f"{path}: {error.orig}") from error
    except sqlite3.Error as error:
        fault = _fault_of(error)
        if fault is None:
            raise
        raise StorageUnavailable(fault, f"{path}: {error}") from error
    except OSError as error:
        fault = _FAULTS_OF_SYSTEM.get(error.errno or 0, StorageFault.UNREACHABLE)
        raise StorageUnavailable(fault, str(error)) from error


def _fault_of(error: BaseException | None) -> StorageFault | None:
    code = getattr(error, "sqlite_errorcode", None)
    return _FAULTS_OF_SQLITE.get(code & _PRIMARY_CODE) if isinstance(code, int) else None
