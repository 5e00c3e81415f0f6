"""Bring the schema up to date: all steps in one transaction, after a copy of what was there.

Alembic by itself commits each statement on SQLite and lets two starts collide. Here it works
inside a transaction that is already open and that holds the write lock from its first statement,
so a kill leaves the old schema whole and a second start waits, then finds nothing to do.
"""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from db.backup import replace_backup
from db.database import Database
from db.errors import StorageFault, StorageUnavailable

VERSIONS = Path(__file__).parent / "migrations" / "versions"
_ENVIRONMENT = VERSIONS.parent
_VERSION_FILE = re.compile(r"(?P<revision>[0-9]{4})_\w+\.py")

_versions = sa.table("alembic_version", sa.column("version_num"))


async def migrate(database: Database, *, versions: Path = VERSIONS) -> tuple[str, ...]:
    """Apply the steps that are missing and return them; the newest schema is left untouched.

    A database that holds something is copied to backups/pre-<revision>.db first. Only the process
    that has the database to itself may do this.
    """
    if not database.exclusive:
        raise ValueError("open the database with exclusive=True to migrate it")
    missing = await pending(database, versions=versions)
    if not missing:
        return ()
    if await database.read(_current_revision) is not None:
        await replace_backup(database, database.path.parent / "backups" / f"pre-{missing[-1]}.db")

    async def upgrade(connection: AsyncConnection) -> None:
        await connection.run_sync(_upgrade, versions)

    await database.alter(upgrade)
    return missing


async def pending(database: Database, *, versions: Path = VERSIONS) -> tuple[str, ...]:
    """List the steps this database lacks, oldest first; raise if it is newer than this program."""
    known = _revisions(versions)
    current = await database.read(_current_revision)
    if current is None:
        return known
    if current not in known:
        detail = f"{database.path} has schema {current}, this program knows {known[-1]}"
        raise StorageUnavailable(StorageFault.NEWER_SCHEMA, detail)
    return known[known.index(current) + 1 :]


def _revisions(versions: Path) -> tuple[str, ...]:
    matches = (_VERSION_FILE.fullmatch(file.name) for file in versions.iterdir())
    return tuple(sorted(match["revision"] for match in matches if match))


async def _current_revision(connection: AsyncConnection) -> str | None:
    tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    if _versions.name in tables:
        revision: str | None = await connection.scalar(sa.select(_versions.c.version_num))
        return revision
    if tables:
        detail = f"it holds tables of another program ({', '.join(sorted(tables)[:3])})"
        raise StorageUnavailable(StorageFault.DAMAGED, detail)
    return None


def _upgrade(connection: sa.Connection, versions: Path) -> None:
    # Alembic takes a quarter of a second to import, and most starts have nothing to migrate.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", _escaped(_ENVIRONMENT))
    config.set_main_option("version_locations", _escaped(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
