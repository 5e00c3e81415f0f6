"""Looking after the database from the command line: upgrade, resolve, backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.exits import CommandFailed
from bot.settings import Settings
from db.backup import backup
from db.database import Database
from db.errors import JobNotFound, TransitionRefused
from db.jobs import JobRepository
from db.migrate import migrate


async def upgrade(settings: Settings) -> str:
    """Bring the schema up to date; the bot must not be running."""
    async with Database.open(settings.database_url) as database:
        applied = await migrate(database)
        if not applied:
            return f"{database.path} is up to date"
        return f"{database.path} is brought up to date: {', '.join(applied)}"


async def resolve(settings: Settings, job_id: int, *, charged: bool) -> str:
    """Close an unconfirmed job as the API's bill says; the bot may be running."""
    async with Database.open(settings.database_url, exclusive=False) as database:
        try:
            job = await JobRepository(database).resolve(job_id, charged=charged, actor="operator")
        except JobNotFound:
            raise CommandFailed(f"there is no job {job_id}") from None
        except TransitionRefused as error:
            raise CommandFailed(
                f"job {job_id} is {error.state}; only an unconfirmed job can be resolved"
            ) from None
    return (
        f"job {job.id} is closed; its {job.cost} credits are {'spent' if charged else 'free again'}"
    )


async def copy(settings: Settings, target: Path | None) -> str:
    """Write a copy to a new file; the bot may be running."""
    async with Database.open(settings.database_url, exclusive=False) as database:
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%SZ")
        file = target or database.path.with_name(f"{database.path.stem}-{moment}.db")
        await backup(database, file)
        return f"{file} is a whole copy of {database.path}"
