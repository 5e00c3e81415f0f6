"""The database: its schema, its file, its accounts, and the jobs that wait for a person."""

from __future__ import annotations

from collections.abc import Sequence

from bot.checks.events import check_events_of
from bot.checks.files import check_files
from bot.checks.finding import Finding, fail, ok, warn
from bot.checks.jobs import check_jobs
from bot.checks.money import check_money
from bot.explanations import explain_storage
from bot.settings import Settings
from db.checks import check_columns, check_ledgers
from db.database import Database
from db.errors import StorageUnavailable
from db.migrate import pending
from db.sqlite import file_path


async def check_database(settings: Settings) -> list[Finding]:
    """Look at the database without changing it; the bot may be running on it."""
    try:
        path = file_path(settings.database_url)
        if not path.exists():
            return [ok(f"database: {path} does not exist yet; the first start makes it")]
        return await check_file(settings)
    except StorageUnavailable as error:
        what, _, remedy = explain_storage(error).partition("; ")
        return [fail(f"database: {what}", remedy)]


async def check_file(settings: Settings) -> list[Finding]:
    """Look at a database that must exist; StorageUnavailable if it cannot be opened."""
    async with Database.open(settings.database_url, exclusive=False) as database:
        return await _examine(database, settings)


async def _examine(database: Database, settings: Settings) -> list[Finding]:
    if missing := await pending(database):
        return [
            warn(
                f"database: {len(missing)} steps behind this version",
                "the next start applies them, or: faceswap-bot db upgrade",
            )
        ]
    if problems := await database.file_problems():
        return [fail(f"database: {problem}", "go back to a backup") for problem in problems]
    return [
        ok(f"database: {database.path} is whole and up to date"),
        *_judge_ledgers(await check_ledgers(database)),
        *_judge_rows(await check_columns(database)),
        *await check_money(database),
        *await check_jobs(database, settings),
        *await check_files(database, settings),
        *await check_events_of(database),
    ]


def _judge_ledgers(problems: Sequence[str]) -> list[Finding]:
    """Report what does not add up; only a bug or a hand in the file can cause it."""
    if not problems:
        return [ok("quota and credits add up")]
    remedy = "keep a copy (faceswap-bot db backup) and report it as a bug"
    return [fail(f"ledgers: {problem}", remedy) for problem in problems]


def _judge_rows(problems: Sequence[str]) -> list[Finding]:
    """Report rows that do not fit their state; the same goes for them."""
    if not problems:
        return [ok("every job's row fits its state")]
    remedy = "keep a copy (faceswap-bot db backup) and report it as a bug"
    return [fail(f"rows: {problem}", remedy) for problem in problems]
