"""The jobs in the database that wait for a person, and what that person can do."""

from __future__ import annotations

from bot.checks.finding import Finding, ok, warn
from bot.settings import STUDIO, Settings
from db.database import Database
from db.jobs import JobRepository
from db.models import Job

_SHOWN = 20


async def check_jobs(database: Database, settings: Settings) -> list[Finding]:
    """Count the jobs; list those whose outcome is unknown and those of other back ends."""
    repository = JobRepository(database)
    counts = await repository.count_by_state()
    summary = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    unconfirmed = await repository.list_unconfirmed()
    others = await repository.backends_of_open_jobs() - {settings.backend_name}
    return [
        ok(f"jobs: {summary or 'none yet'}"),
        *(_unconfirmed(job) for job in unconfirmed[:_SHOWN]),
        *([_more(len(unconfirmed) - _SHOWN)] if len(unconfirmed) > _SHOWN else []),
        *(_elsewhere(name) for name in sorted(others)),
    ]


def _unconfirmed(job: Job) -> Finding:
    when = f"{job.submitted_at or job.updated_at:%Y-%m-%d %H:%M} UTC"
    return warn(
        f"job {job.id}: nobody knows whether {job.backend} charged {job.cost} credits ({when})",
        f"look at its bill, then: faceswap-bot jobs resolve {job.id} charged (or: not-charged)",
    )


def _more(count: int) -> Finding:
    return warn(f"{count} more jobs with an unknown outcome", "resolve these, then look again")


def _elsewhere(name: str) -> Finding:
    if name == STUDIO:
        return ok("jobs of the studio are under way; the bot starts it beside the API for them")
    return warn(
        f"jobs sent to {name} are under way, but the settings name another API",
        "set FACESWAP_API_URL and its key back until they are done, or they fail at their deadline",
    )
