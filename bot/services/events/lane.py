"""One kind of work of the curator: what is due is read from the database, and done one by one."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.delivery import DeliveryPostponed
from db.errors import StorageError
from db.event_models import EventPicture
from db.event_picture_lists import BATCH

TICK_SECONDS = 5.0  # what is due is looked for this often even when nobody rings
FIRST_PAUSE = 2.0  # seconds between tries while Discord does not answer; doubles
LONGEST_PAUSE = 60.0
AFTER_A_FAILURE = timedelta(seconds=15)  # that nobody foresaw

ListDue = Callable[[frozenset[int]], Awaitable[tuple[EventPicture, ...]]]
Carry = Callable[[EventPicture], Awaitable["LeaveAlone | None"]]
PlaceOf = Callable[[int], Awaitable[int | None]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveAlone:
    """How long an event is to be left alone, since this place takes nothing of it."""

    lasts: timedelta
    place: int | None = None


class Lane:
    """Lists what is due, but for events that are to be left alone, and carries it out.

    `carry` says whether the picture's event is to be left alone; None: it is done. It is not any
    more once `place_of` names another place. `rest_seconds` pass between two looks at least.
    """

    def __init__(
        self,
        name: str,
        *,
        list_due: ListDue,
        carry: Carry,
        clock: Callable[[], datetime],
        place_of: PlaceOf | None = None,
        rest_seconds: float = 0.0,
    ) -> None:
        self._name = name
        self._list_due = list_due
        self._carry = carry
        self._clock = clock
        self._place_of = place_of
        self._rest_seconds = rest_seconds
        self._bell = asyncio.Event()
        self._stuck: dict[int, tuple[datetime, int | None]] = {}  # until when and where, by event
        self._failures: Counter[int] = Counter()  # by picture: those without come first

    def ring(self) -> None:
        """Say that something may be due."""
        self._bell.set()

    async def run(self) -> None:
        """Work until cancelled."""
        pause = FIRST_PAUSE
        while True:
            self._bell.clear()
            try:
                await self.turn()
            except DeliveryPostponed as error:
                _log.warning("Pictures of events (%s) have to wait: %s", self._name, error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                continue
            except StorageError as error:
                _log.error("Pictures of events (%s) cannot be looked up: %s", self._name, error)
            pause = FIRST_PAUSE
            await asyncio.sleep(self._rest_seconds)
            await self._wait()

    async def turn(self) -> None:
        """Do all that is due now."""
        while True:
            await self._look_at_the_stuck()
            due = await self._list_due(frozenset(self._stuck))
            for picture in sorted(due, key=lambda each: self._failures[each.id]):
                if picture.event_id not in self._stuck:
                    await self._do(picture)
            if len(due) < BATCH:
                return

    async def _do(self, picture: EventPicture) -> None:
        try:
            leave_alone = await self._carry(picture)
        except DeliveryPostponed:
            self._failures[picture.id] += 1
            raise
        except Exception:  # noqa: BLE001 - one event must not keep the others
            _log.exception("Picture %d (%s): a step failed.", picture.id, self._name)
            leave_alone = LeaveAlone(lasts=AFTER_A_FAILURE)
        if leave_alone is None:
            del self._failures[picture.id]
        else:
            self._failures[picture.id] += 1
            until = self._clock() + leave_alone.lasts
            self._stuck[picture.event_id] = until, leave_alone.place

    async def _look_at_the_stuck(self) -> None:
        now = self._clock()
        for event_id, (until, place) in list(self._stuck.items()):
            if until <= now or await self._has_moved(event_id, place):
                del self._stuck[event_id]

    async def _has_moved(self, event_id: int, place: int | None) -> bool:
        if place is None or self._place_of is None:
            return False
        return await self._place_of(event_id) != place

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(TICK_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            return
