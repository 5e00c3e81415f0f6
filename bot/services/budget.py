"""What the operator is willing to spend: says in time, and once, how much of it is gone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from db.errors import StorageUnavailable
from db.limits import LimitRepository
from db.models import Job, Usage, Window
from db.notices import NoticeRepository
from db.windows import window_start

WARN_AT = 0.8

_PERIODS = {
    Window.HOUR: "an hour",
    Window.DAY: "a day",
    Window.WEEK: "a week",
    Window.MONTH: "a month",
    Window.EVENT: "an event",
    Window.TOTAL: "in all",
}

_log = logging.getLogger(__name__)


class Budget:
    """Watches the operator's caps on credits; the database alone enforces them."""

    def __init__(
        self,
        *,
        limits: LimitRepository,
        notices: NoticeRepository,
        is_capped: bool,
        clock: Callable[[], datetime],
    ) -> None:
        self._limits = limits
        self._notices = notices
        self._is_capped = is_capped
        self._clock = clock
        self._said: set[str] = set()
        self._stopped_by: Usage | None = None

    @property
    def stops_jobs(self) -> bool:
        """Tell whether all that is in the queue waits for a cap to start again."""
        return self._stopped_by is not None

    async def allowed(self, job: Job | None) -> None:
        """Note that the queue is moving or empty, and look at what a claimed job leaves."""
        self._stopped_by = None
        if job is None or not self._is_capped:
            return
        try:
            for usage in await self._limits.caps():
                await self._note(usage)
        except StorageUnavailable as error:  # the next job looks again
            _log.warning("How much of the caps is used cannot be told: %s", error)

    async def refused(self, usage: Usage) -> None:
        """Note that a cap had no room for a job, waiting or wanted."""
        await self._say(usage, "out", logging.CRITICAL)

    async def stopped(self, usage: Usage) -> None:
        """Note that the queue stands still for want of credits."""
        self._stopped_by = usage
        await self.refused(usage)

    async def _note(self, usage: Usage) -> None:
        if usage.used >= usage.limit.amount:
            await self._say(usage, "out", logging.CRITICAL)
        elif usage.used >= WARN_AT * usage.limit.amount:
            await self._say(usage, "low", logging.WARNING)

    async def _say(self, usage: Usage, what: str, level: int) -> None:
        """Log a warning once in each window, also after a restart; a raised cap is a new one."""
        limit = usage.limit
        begun = window_start(limit.window, self._clock())
        key = f"credits {what} {limit.amount} {limit.window} {begun:%Y-%m-%dT%H}"
        if key in self._said:
            return
        try:
            is_new = await self._notices.say_once(key)
        except StorageUnavailable:
            is_new = True  # rather twice than not at all
        self._said.add(key)
        if is_new:
            _log.log(level, "%s", _sentence(usage, what))


def _sentence(usage: Usage, what: str) -> str:
    cap = f"the cap of {usage.limit.amount} credits {_PERIODS[usage.limit.window]}"
    resets = usage.resets_at
    again = f"; it starts again on {resets:%Y-%m-%d at %H:%M} UTC" if resets else ""
    if what == "low":
        share = 100 * usage.used // usage.limit.amount
        return f"{share} % of {cap} are used ({usage.used}){again}."
    return f"No more pictures are ordered or sent: {cap} is used up ({usage.used} used){again}."
