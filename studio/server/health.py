"""Says how the studio is, for probes and for clients that look for its abilities."""

from __future__ import annotations

import importlib.metadata
from dataclasses import dataclass

from studio.server.pool import WorkerPool
from studio.server.records import Records


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The parts whose state is told."""

    pool: WorkerPool
    records: Records
    queue_limit: int

    async def look(self) -> dict[str, object]:
        """Describe the studio; `degraded` accepts jobs too, but has no worker at the moment."""
        waiting, running = await self.records.count_unfinished()
        status = "ok" if self.pool.ready else "degraded"
        return {
            "status": status,
            "service": "faceswap-studio",
            "version": _version(),
            "idempotency_key": True,
            "queue": {"waiting": waiting, "running": running, "limit": self.queue_limit},
            "workers": {"ready": self.pool.ready, "total": self.pool.size},
        }


def _version() -> str:
    try:
        return importlib.metadata.version("faceswap-bot")
    except importlib.metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return "unknown"
