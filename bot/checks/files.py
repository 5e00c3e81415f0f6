"""The files that jobs still need: does each lie where its row says."""

from __future__ import annotations

from pathlib import Path

from bot.checks.finding import Finding, ok, warn
from bot.periods import periods_of
from bot.settings import Settings
from db.database import Database
from db.desk import Desk
from db.models import Job, JobState

_SHOWN = 20
_MANY = 100_000
_NEED_PHOTO = {JobState.QUEUED, JobState.SUBMITTING}
_NEED_PICTURE = {JobState.COMPLETED, JobState.UNDELIVERABLE}


async def check_files(database: Database, settings: Settings) -> list[Finding]:
    """Look for photos of jobs that are still to be sent, and pictures still to be posted."""
    desk = Desk(database, periods=periods_of(settings))
    found = await desk.find(states=_NEED_PHOTO | _NEED_PICTURE, limit=_MANY)
    missing = [job for job in found if not _is_there(job, settings.data_dir)]
    if not missing:
        return [ok("files: every photo and picture that a job still needs is there")]
    return [*map(_lost, missing[:_SHOWN]), *_more(len(missing) - _SHOWN)]


def _is_there(job: Job, data_dir: Path) -> bool:
    if job.state in _NEED_PICTURE:
        return job.picture is None or (data_dir / "pictures" / job.picture).is_file()
    return job.photo is None or (data_dir / "photos" / job.photo).is_file()


def _lost(job: Job) -> Finding:
    if job.state in _NEED_PICTURE:
        return warn(
            f"job {job.id} is {job.state}, but its picture is gone from the disk",
            f"give its quota back: faceswap-bot jobs refund {job.id}",
        )
    return warn(
        f"job {job.id} is {job.state}, but its photo is gone from the disk",
        "nothing: it fails at no cost, and its member is told",
    )


def _more(count: int) -> list[Finding]:
    if count < 1:
        return []
    return [warn(f"{count} more jobs whose files are gone", "did somebody empty DATA_DIR?")]
