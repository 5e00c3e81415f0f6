"""Whether jobs may be sent just now, and if not, why."""

from __future__ import annotations

import enum
import logging
import time

SHORTEST_PAUSE = 1.0  # seconds; doubles with each failure in a row
LONGEST_PAUSE = 60.0

_log = logging.getLogger(__name__)


class Pause(enum.Enum):
    """Why nothing is sent."""

    API_DOWN = "the API cannot be reached"
    RATE_LIMITED = "the API asks us to slow down"
    KEY_REFUSED = "the API refuses the key: check FACESWAP_API_KEY and its header settings"
    OUT_OF_CREDITS = "the API says that the account is out of credits"

    @property
    def needs_operator(self) -> bool:
        return self in {Pause.KEY_REFUSED, Pause.OUT_OF_CREDITS}


class Gate:
    """Stands before submissions; after a failure it is closed, and then tried with one job."""

    def __init__(self) -> None:
        self.pause: Pause | None = None
        self._until = 0.0
        self._failures = 0

    def close(self, pause: Pause, *, seconds: float | None = None) -> float:
        """Stop sending for `seconds`, or for longer with each failure; returns how long."""
        if not self.seconds_closed:  # jobs that were under way together fail as one
            self._failures += 1
        if seconds is None:
            seconds = min(LONGEST_PAUSE, SHORTEST_PAUSE * 2 ** (self._failures - 1))
        if pause is not self.pause:  # once, not at every try
            level = logging.CRITICAL if pause.needs_operator else logging.WARNING
            _log.log(level, "No jobs are sent: %s.", pause.value)
        self.pause = pause
        self._until = time.monotonic() + seconds
        return seconds

    def open(self) -> None:
        """Note that the API answered: everything is well."""
        if self.pause is not None:
            _log.warning("Jobs are sent again.")
        self.pause = None
        self._failures = 0
        self._until = 0.0

    @property
    def refuses_orders(self) -> bool:
        """Tell whether a new order would only wait for the operator.

        Once a pause is over the next order is taken: it finds out whether all is well again.
        """
        return self.pause is not None and self.pause.needs_operator and self.seconds_closed > 0

    @property
    def at_once(self) -> int | None:
        """How many jobs may be sent together: one to try whether all is well; None: any number."""
        return None if self.pause is None else 1

    @property
    def seconds_closed(self) -> float:
        return max(0.0, self._until - time.monotonic())
