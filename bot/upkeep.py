"""Looking after the database from the command line: upgrade and backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.settings import Settings
from db.backup import backup
from db.database import Database
from db.migrate import migrate


async def upgrade(settings: Settings) -> str:
    """Bring the schema up to date; the bot must not be running."""
    async with Database.open(settings.database_url) as database:
        applied = await migrate(database)
        if not applied:
            return f"{database.path} is up to date"
        return f"{database.path} is brought up to date: {', '.join(applied)}"


async def copy(settings: Settings, target: Path | None) -> str:
    """Write a copy to a new file; the bot may be running."""
    async with Database.open(settings.database_url, exclusive=False) as database:
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%SZ")
        file = target or database.path.with_name(f"{database.path.stem}-{moment}.db")
        await backup(database, file)
        return f"{file} is a whole copy of {database.path}"
