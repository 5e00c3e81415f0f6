"""The jobs' table: one SQLite file, one connection, every change durable when it returns.

Synchronous on purpose; `records` calls it in a thread of its own.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from faceswap.models import APIVersion
from studio.server.errors import DataDirUnusable
from studio.server.models import JobState, NewJob, StudioJob, dump_spec, load_spec

LOCK_TIMEOUT = 5.0  # seconds a starting studio waits for a stopping one
_SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    spec TEXT,
    starts INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    understood TEXT,
    idempotency_key TEXT UNIQUE,
    digest TEXT NOT NULL,
    created_at REAL NOT NULL,
    finished_at REAL
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_unfinished ON jobs (seq) WHERE state IN ('queued', 'running');
CREATE INDEX IF NOT EXISTS jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
"""

_ADD = """
INSERT INTO jobs (id, version, state, spec, idempotency_key, digest, created_at)
VALUES (:id, :version, 'queued', :spec, :key, :digest, :created_at)
"""
_UNFINISHED = "SELECT * FROM jobs WHERE state IN ('queued', 'running') ORDER BY seq"
_COUNT = """
SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'running')
FROM jobs WHERE state IN ('queued', 'running')
"""
_START = "UPDATE jobs SET state = 'running', starts = starts + 1 WHERE id = :id RETURNING *"
# An orderly stop is no attempt of the job's.
_GIVE_BACK = """
UPDATE jobs SET state = 'queued', starts = starts - 1 WHERE id = :id AND state = 'running'
"""
_CRASHED = """
UPDATE jobs SET state = 'queued', crashes = crashes + 1 WHERE id = :id RETURNING crashes
"""
# The prompt is forgotten as soon as it is not needed, like the photo.
_FINISH = """
UPDATE jobs SET state = :state, spec = NULL, error = :error, understood = :understood,
    finished_at = :finished_at
WHERE id = :id
"""
_EXPIRE = """
UPDATE jobs SET state = 'expired', error = NULL, understood = NULL
WHERE state IN ('completed', 'failed') AND finished_at <= :before RETURNING id
"""
_FORGET = "DELETE FROM jobs WHERE state = 'expired' AND finished_at <= :before"


class JobStore:
    """The table of jobs; holds the file's lock while it is open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=LOCK_TIMEOUT)
        except sqlite3.Error as error:
            raise DataDirUnusable(path.parent, str(error)) from error
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            reason = "another studio is using it" if "locked" in str(error) else str(error)
            raise DataDirUnusable(path.parent, reason) from error
        except (sqlite3.Error, DataDirUnusable) as error:
            self._connection.close()
            if isinstance(error, DataDirUnusable):
                raise
            raise DataDirUnusable(path.parent, str(error)) from error

    def _prepare(self) -> None:
        self._connection.row_factory = sqlite3.Row
        # EXCLUSIVE keeps the file's lock after the first write: one studio per directory.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA secure_delete = ON")
        found = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if found > _SCHEMA_VERSION:
            raise DataDirUnusable(self._path.parent, "a newer version of the studio made it")
        self._connection.executescript(
            f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
        )

    def close(self) -> None:
        self._connection.close()

    def add(self, job: NewJob) -> None:
        values = {
            "id": job.id,
            "version": job.version.value,
            "spec": dump_spec(job.spec),
            "key": job.key,
            "digest": job.digest,
            "created_at": job.created_at,
        }
        self._connection.execute(_ADD, values)

    def find(self, job_id: str) -> StudioJob | None:
        return self._one("SELECT * FROM jobs WHERE id = ?", job_id)

    def find_by_key(self, key: str) -> StudioJob | None:
        return self._one("SELECT * FROM jobs WHERE idempotency_key = ?", key)

    def list_unfinished(self) -> list[StudioJob]:
        """List what is still to do, oldest first."""
        return [_job(row) for row in self._connection.execute(_UNFINISHED)]

    def list_with_picture(self) -> list[str]:
        """List the ids whose picture must still be there."""
        rows = self._connection.execute("SELECT id FROM jobs WHERE state = 'completed'")
        return [row["id"] for row in rows]

    def count_unfinished(self) -> tuple[int, int]:
        """Count the waiting and the running jobs."""
        waiting, running = self._connection.execute(_COUNT).fetchone()
        return waiting, running

    def start(self, job_id: str) -> StudioJob:
        """Note that a worker takes a job."""
        return _job(self._connection.execute(_START, {"id": job_id}).fetchone())

    def give_back(self, job_id: str) -> None:
        """Note that a started job was put down without fault of its own."""
        self._connection.execute(_GIVE_BACK, {"id": job_id})

    def count_crash(self, job_id: str) -> int:
        """Note that a worker died of a job, and say how often that happened."""
        return int(self._connection.execute(_CRASHED, {"id": job_id}).fetchone()["crashes"])

    def complete(self, job_id: str, *, at: float, understood: str | None) -> None:
        self._finish(job_id, state=JobState.COMPLETED, at=at, understood=understood)

    def fail(self, job_id: str, *, at: float, error: str) -> None:
        self._finish(job_id, state=JobState.FAILED, at=at, error=error)

    def expire(self, *, before: float) -> list[str]:
        """Expire the jobs finished before a time; their ids come back."""
        return [row["id"] for row in self._connection.execute(_EXPIRE, {"before": before})]

    def forget(self, *, before: float) -> None:
        """Forget expired jobs, and with them their idempotency keys."""
        self._connection.execute(_FORGET, {"before": before})

    def _finish(
        self,
        job_id: str,
        *,
        state: JobState,
        at: float,
        error: str | None = None,
        understood: str | None = None,
    ) -> None:
        values = {"id": job_id, "state": state.value, "error": error, "finished_at": at}
        self._connection.execute(_FINISH, {**values, "understood": understood})

    def _one(self, statement: str, value: str) -> StudioJob | None:
        row = self._connection.execute(statement, (value,)).fetchone()
        return None if row is None else _job(row)


def _job(row: sqlite3.Row) -> StudioJob:
    return StudioJob(
        id=row["id"],
        version=APIVersion(row["version"]),
        state=JobState(row["state"]),
        spec=None if row["spec"] is None else load_spec(row["spec"]),
        starts=row["starts"],
        crashes=row["crashes"],
        error=row["error"],
        understood=row["understood"],
        digest=row["digest"],
        finished_at=row["finished_at"],
    )
