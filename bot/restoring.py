"""`faceswap-bot doctor --after-restore`: makes a copy that was put back safe to start with."""

from __future__ import annotations

from collections.abc import Sequence

from bot.exits import CommandFailed
from bot.periods import periods_of
from bot.settings import Settings
from db.clock import utc_now
from db.database import Database
from db.faults import translated_errors
from db.migrate import migrate
from db.models import Job
from db.restoring import Restored, after_restore
from db.sqlite import file_path, is_copy

_SHOWN = 20


async def make_safe(settings: Settings) -> str:
    """Freeze what may have been paid since the copy was made; the bot must not be running."""
    path = file_path(settings.database_url)
    if not path.is_file():
        raise CommandFailed(f"{path} does not exist; put the copy there, then run this again")
    with translated_errors(path):
        was_copy = is_copy(path)
    async with Database.open(settings.database_url, accept_copy=True) as database:
        await migrate(database)
        restored = await after_restore(
            database,
            backend=settings.backend_name,
            periods=periods_of(settings),
            was_copy=was_copy,
            clock=utc_now,
        )
    return "\n".join(_report(restored))


def _report(restored: Restored) -> list[str]:
    held = sum(job.cost for job in restored.unconfirmed)
    lines = ["after a restore:"]
    if restored.unconfirmed:
        lines.append(
            f"  {_count(restored.unconfirmed)} may have been sent and paid since the copy was "
            f"made: unconfirmed, {held} credits held, quota given back "
            f"({_numbers(restored.unconfirmed)})"
        )
    if restored.failed:
        lines.append(
            f"  {_count(restored.failed)} that cost nothing will not be made: failed, quota given "
            f"back ({_numbers(restored.failed)})"
        )
    if not restored.unconfirmed and not restored.failed:
        lines.append("  no job waits in the queue that could be sent twice")
    if restored.events:
        numbers = ", ".join(str(event.id) for event in restored.events[:_SHOWN])
        lines.append(
            f"  events under way in the copy: {numbers}; those that were cancelled or ended by "
            "hand since it was made go on, so cancel or end them again"
        )
    lines.append(f"  the next job is number {restored.next_number}: lower ones may be taken")
    return lines


def _count(found: Sequence[Job]) -> str:
    return "1 job" if len(found) == 1 else f"{len(found)} jobs"


def _numbers(found: Sequence[Job]) -> str:
    shown = ", ".join(str(job.id) for job in found[:_SHOWN])
    return shown if len(found) <= _SHOWN else f"{shown} and {len(found) - _SHOWN} more"
