"""What an operator can set about a studio."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioConfig:
    """A studio's settings; times are in seconds, port 0 takes a free one."""

    data_dir: Path  # jobs, photos and pictures; one studio per directory
    keys: tuple[str, ...] = field(repr=False)  # each opens the whole studio
    host: str = "127.0.0.1"
    port: int = 0
    workers: int = 1
    queue_limit: int = 200  # unfinished jobs; more are refused with 429
    job_timeout: float = 120.0  # from the moment a worker takes the job
    worker_memory_mb: int = 1500
    keep_results: float = 3600.0  # then the picture is deleted and its id answers 404
    allow_urls: bool = True  # photos may be given as public URLs
    engine: str = "studio.engine:create_engine"  # "module:callable"
    status_wait: float = 300.0  # longest wait of a v5 or v6 status call

    def __post_init__(self) -> None:
        if not self.keys or not all(key.strip() for key in self.keys):
            raise ValueError("a studio needs at least one key, and no empty one")
        for name in ("workers", "queue_limit", "job_timeout", "worker_memory_mb", "keep_results"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be more than 0")
