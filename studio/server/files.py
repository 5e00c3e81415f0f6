"""Photos and pictures on disk: private files named by their job, durable before they are used."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


class JobFiles:
    """The files of the jobs under one data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._photos = data_dir / "photos"
        self._pictures = data_dir / "pictures"
        for directory in (data_dir, self._photos, self._pictures):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    def photo(self, job_id: str) -> Path:
        return self._photos / job_id

    def picture(self, job_id: str) -> Path:
        return self._pictures / f"{job_id}.png"

    def unfinished_picture(self, job_id: str) -> Path:
        """Name the file a worker writes to; only `accept_picture` makes it the picture."""
        return self._pictures / f"{job_id}.part"

    def keep_photo(self, job_id: str, data: bytes) -> None:
        descriptor = os.open(self.photo(job_id), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _sync_directory(self._photos)

    def accept_picture(self, job_id: str) -> None:
        """Make the file a worker has written and synced the job's picture."""
        self.unfinished_picture(job_id).replace(self.picture(job_id))
        _sync_directory(self._pictures)

    def drop_photo(self, job_id: str) -> None:
        self.photo(job_id).unlink(missing_ok=True)

    def drop_picture(self, job_id: str) -> None:
        self.picture(job_id).unlink(missing_ok=True)
        self.unfinished_picture(job_id).unlink(missing_ok=True)

    def tidy(self, *, photos_of: Iterable[str], pictures_of: Iterable[str]) -> None:
        """Delete what a killed studio left behind: every file of no listed job."""
        wanted = {self.photo(job_id) for job_id in photos_of}
        wanted |= {self.picture(job_id) for job_id in pictures_of}
        for directory in (self._photos, self._pictures):
            for path in directory.iterdir():
                if path not in wanted:
                    path.unlink()


def _sync_directory(directory: Path) -> None:
    """Make a new name durable; Windows neither can nor needs to."""
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
