"""Whether jobs may be sent to a back end just now, and if not, why, and since when."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.clock import utc_now

SHORTEST_PAUSE = 1.0  # seconds; doubles with each failure in a row
LONGEST_PAUSE = 60.0
LONGEST_LOST_PAUSE = 300.0  # after submissions whose answers were lost: each may have cost money
TRY_ANYWAY = timedelta(minutes=5)  # one job, even if what costs nothing is not answered
SILENT_CALLS = 3  # status calls in a row without a usable answer close the gate, too
TOGETHER_SECONDS = 1.0  # failures within count as one: jobs that are under way fail together
LONG_OUTAGE = timedelta(minutes=10)  # new orders wait for so long, then they are refused

_log = logging.getLogger(__name__)


class Pause(enum.Enum):
    """Why nothing is sent."""

    API_DOWN = "the API cannot be reached, or does not answer as it should"
    RATE_LIMITED = "the API asks us to slow down"
    KEY_REFUSED = "the API refuses the key: check FACESWAP_API_KEY and its header settings"
    OUT_OF_CREDITS = "the API says that the account is out of credits"

    @property
    def needs_operator(self) -> bool:
        return self in {Pause.KEY_REFUSED, Pause.OUT_OF_CREDITS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A back end that nothing is sent to."""

    backend: str
    pause: Pause
    since: datetime


class Gate:
    """Stands before one back end; after a failure it is closed, and then tried with one job.

    While the API is down a call that costs nothing is tried first (`bot.services.probing`): a job
    is sent only once that was answered.
    """

    def __init__(self, backend: str = "", *, clock: Callable[[], datetime] = utc_now) -> None:
        self.backend = backend
        self.pause: Pause | None = None
        self.since: datetime | None = None
        self._clock = clock
        self._until: datetime | None = None
        self._failures = 0
        self._on_trial = False  # a probe was answered, a job not yet
        self._silent = 0  # status calls in a row
        self._silent_at: datetime | None = None
        self._tried_at: datetime | None = None  # by a job, in vain
        self._where = f" to {backend}" if backend else ""

    def close(self, pause: Pause, *, seconds: float | None = None) -> float:
        """Stop sending for `seconds`, or for longer with each failure; returns how long."""
        self._tried_at = self._clock()
        return self._close(pause, seconds=seconds, longest=LONGEST_PAUSE)

    def close_for_lost_answer(self) -> float:
        """Stop sending, in the end for longer: the next job may cost money for nothing, too."""
        self._tried_at = self._clock()
        return self._close(Pause.API_DOWN, seconds=None, longest=LONGEST_LOST_PAUSE)

    def note_silence(self) -> None:
        """Note that a status call got no usable answer; several in a row close the gate."""
        now = self._clock()
        if self._silent_at is not None and _seconds(now - self._silent_at) < TOGETHER_SECONDS:
            return
        self._silent, self._silent_at = self._silent + 1, now
        if self._silent >= SILENT_CALLS and self.pause is None:
            self._tried_at = now
            self._close(Pause.API_DOWN, seconds=None, longest=LONGEST_PAUSE)

    def note_answer(self) -> None:
        """Note that a status call was answered."""
        self._silent, self._silent_at = 0, None

    def open(self) -> None:
        """Note that the API took a job, or refused it for a reason: everything is well."""
        self._reopen()
        self._on_trial = False
        self._failures = 0
        self._silent = 0

    def pass_probe(self) -> None:
        """Note that a call that costs nothing was answered: one job may try."""
        if self.pause is Pause.API_DOWN:
            self._reopen()
            self._on_trial = True
            self._silent = 0

    def fail_probe(self, *, seconds: float | None = None) -> None:
        """Note that a call that costs nothing was not answered either."""
        if self.pause is Pause.API_DOWN:
            self._close(Pause.API_DOWN, seconds=seconds, longest=LONGEST_PAUSE)

    def _close(self, pause: Pause, *, seconds: float | None, longest: float) -> float:
        if not self.seconds_closed:  # jobs that were under way together fail as one
            self._failures += 1
        if seconds is None:
            seconds = min(longest, SHORTEST_PAUSE * 2 ** min(self._failures - 1, 20))
        if pause is not self.pause:  # once, not at every try
            level = logging.CRITICAL if pause.needs_operator else logging.WARNING
            _log.log(level, "No jobs are sent%s: %s.", self._where, pause.value)
            self.since = self._clock()
        self.pause = pause
        self._until = self._clock() + timedelta(seconds=seconds)
        return seconds

    def _reopen(self) -> None:
        if self.pause is not None:
            _log.warning("Jobs are sent again%s.", self._where)
        self.pause, self.since, self._until = None, None, None

    @property
    def refuses_orders(self) -> bool:
        """Tell whether a new order would wait for the operator, or for too long.

        Once in a while the next order is taken all the same: it finds out whether all is well.
        """
        if self.pause is Pause.API_DOWN:
            is_long = self.since is not None and self._clock() - self.since >= LONG_OUTAGE
            return is_long and not self._may_try_anyway
        return self.pause is not None and self.pause.needs_operator and self.seconds_closed > 0

    @property
    def wants_probe(self) -> bool:
        """Tell whether it is time to try a call that costs nothing."""
        return self.pause is Pause.API_DOWN and self._seconds_left <= 0

    @property
    def at_once(self) -> int | None:
        """How many jobs may be sent together; None: any number."""
        if self.pause is Pause.API_DOWN:
            return 1 if self._may_try_anyway else 0
        return 1 if self._on_trial or self.pause is not None else None

    @property
    def seconds_closed(self) -> float:
        """For how long no job may be sent; an API that is down may stay so for longer."""
        return 0.0 if self._may_try_anyway else self._seconds_left

    @property
    def closed(self) -> Closed | None:
        """Say what is to be said while nothing is sent."""
        if self.pause is None or self.since is None:
            return None
        return Closed(backend=self.backend, pause=self.pause, since=self.since)

    @property
    def _may_try_anyway(self) -> bool:
        """An API that makes pictures, but whose filters cannot be listed, is found out so."""
        is_down = self.pause is Pause.API_DOWN and self._tried_at is not None
        return is_down and self._clock() - (self._tried_at or self._clock()) >= TRY_ANYWAY

    @property
    def _seconds_left(self) -> float:
        return max(0.0, _seconds(self._until - self._clock())) if self._until else 0.0


class Gates:
    """One gate for each back end, made when it is first asked for."""

    def __init__(self, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._gates: dict[str, Gate] = {}

    def of(self, backend: str | None) -> Gate:
        """Return the gate before a back end."""
        name = backend or ""
        if name not in self._gates:
            self._gates[name] = Gate(name, clock=self._clock)
        return self._gates[name]

    @property
    def closed(self) -> tuple[Closed, ...]:
        """Name the back ends that nothing is sent to."""
        every = (gate.closed for gate in self._gates.values())
        return tuple(closed for closed in every if closed is not None)


def _seconds(period: timedelta) -> float:
    return period.total_seconds()
