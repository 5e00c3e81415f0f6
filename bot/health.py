"""The heartbeat: a file that the running bot touches and `faceswap-bot health` reads."""

from __future__ import annotations

import enum
import json
import logging
import math
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.services.gate import Closed, Pause

BEAT_EVERY = timedelta(seconds=15)
LOOK_EVERY = timedelta(seconds=1)  # what has changed is said sooner
STALE_AFTER = timedelta(seconds=60)

_log = logging.getLogger(__name__)


class BotState(enum.StrEnum):
    """What the bot says of itself."""

    STARTING = "starting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One reading of the file."""

    time: datetime
    pid: int
    state: BotState
    latency: float | None  # seconds to the gateway and back; None: not known
    closed: tuple[Closed, ...] = ()  # back ends that nothing is sent to


class Heartbeat:
    """Writes the file whole or not at all; a reader never sees half of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def beat(
        self, state: BotState, *, latency: float | None = None, closed: tuple[Closed, ...] = ()
    ) -> None:
        """Say that the process is alive; a disk that is full must not end it.

        discord.py's latency is NaN before the first answer.
        """
        known = latency is not None and math.isfinite(latency)
        content = {
            "time": datetime.now(UTC).isoformat(),
            "pid": os.getpid(),
            "state": state.value,
            "latency": latency if known else None,
            "closed": [
                {
                    "backend": each.backend,
                    "pause": each.pause.name,
                    "since": each.since.isoformat(),
                }
                for each in closed
            ],
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._path.with_name(f"{self._path.name}.part")
            unfinished.write_text(json.dumps(content), encoding="utf-8")
            unfinished.replace(self._path)
        except OSError as error:
            _log.warning("The heartbeat could not be written: %s", error.strerror)

    def clear(self) -> None:
        """Remove the file at an orderly end."""
        self._path.unlink(missing_ok=True)


def read(path: Path) -> Beat | None:
    """Return the last beat; None where there is none, or none that can be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Beat(
            time=datetime.fromisoformat(content["time"]),
            pid=content["pid"],
            state=BotState(content["state"]),
            latency=content["latency"],
            closed=tuple(
                Closed(
                    backend=each["backend"],
                    pause=Pause[each["pause"]],
                    since=datetime.fromisoformat(each["since"]),
                )
                for each in content.get("closed", [])
            ),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_problem(beat: Beat | None, *, now: datetime) -> str | None:
    """Say why the bot is not healthy; None: it is."""
    if beat is None:
        return "no heartbeat: the bot is not running, or uses another DATA_DIR"
    age = now - beat.time
    if abs(age) > STALE_AFTER:
        return f"the last heartbeat is {age.total_seconds():.0f} s old (process {beat.pid})"
    if beat.state is not BotState.CONNECTED:
        return f"the bot is {beat.state} (process {beat.pid})"
    return None
