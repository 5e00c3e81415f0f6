"""Files offered for a while behind a link that nobody can guess; a link survives a restart.

Each is a note beside the others, named by a digest of its token: who reads the folder learns no
link. The file belongs to its link, and goes with it.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.errors import NoWall
from db.clock import Clock, utc_now

_TOKEN_BYTES = 32
_LONGEST_TOKEN = 64

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file on offer."""

    path: Path
    filename: str  # as it is saved
    expires_at: datetime


class Downloads:
    """What is offered; `base_url` is where the wall's server is reached, None: nowhere."""

    def __init__(self, folder: Path, *, base_url: str | None, clock: Clock = utc_now) -> None:
        self._folder = folder
        self._base_url = base_url
        self._clock = clock

    @property
    def is_available(self) -> bool:
        """Say whether links can be offered at all; otherwise `offer` raises NoWall."""
        return self._base_url is not None

    async def offer(self, path: Path, *, filename: str, lives: timedelta) -> str:
        """Offer a file that exists; returns its link. When the link expires the file is deleted."""
        if self._base_url is None:
            raise NoWall
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        expires_at = self._clock() + lives
        download = Download(path=path, filename=filename, expires_at=expires_at)
        await asyncio.to_thread(_write, self._note(token), download)
        return f"{self._base_url}/d/{token}"

    async def find(self, token: str) -> Download | None:
        """Return what a token offers at this moment."""
        if len(token) > _LONGEST_TOKEN:
            return None
        download = await asyncio.to_thread(_read, self._note(token))
        return download if download is not None and self._clock() < download.expires_at else None

    async def sweep(self) -> int:
        """Delete what has expired, files and links; count them."""
        return await asyncio.to_thread(self._sweep)

    def _note(self, token: str) -> Path:
        return self._folder / f"{hashlib.sha256(token.encode()).hexdigest()}.json"

    def _sweep(self) -> int:
        now, swept = self._clock(), 0
        for note in self._folder.glob("*.json"):
            download = _read(note)
            if download is not None and now < download.expires_at:
                continue
            if download is not None:
                download.path.unlink(missing_ok=True)
            note.unlink(missing_ok=True)
            swept += 1
        return swept


def _write(note: Path, download: Download) -> None:
    note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = note.with_suffix(".part")
    unfinished.write_text(
        json.dumps(
            {
                "path": str(download.path.absolute()),
                "filename": download.filename,
                "expires_at": download.expires_at.isoformat(),
            }
        ),
        encoding="utf-8",
    )
    unfinished.replace(note)


def _read(note: Path) -> Download | None:
    try:
        read = json.loads(note.read_text(encoding="utf-8"))
        return Download(
            path=Path(read["path"]),
            filename=read["filename"],
            expires_at=datetime.fromisoformat(read["expires_at"]),
        )
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        _log.warning("The note of a download cannot be read: %s", note.name)
        return None
