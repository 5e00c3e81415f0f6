"""One kind of work of the curator: what is due is read from the database, and done one by one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
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
Carry = Callable[[EventPicture], Awaitable[timedelta | None]]

_log = logging.getLogger(__name__)


class Lane:
    """Lists what is due, but for events that are to be left alone, and carries it out.

    `carry` says for how long the picture's event is to be left alone, since its place takes
    nothing; None: it is done. `rest_seconds` pass between two looks at least.
    """

    def __init__(
        self,
        name: str,
        *,
        list_due: ListDue,
        carry: Carry,
        clock: Callable[[], datetime],
        rest_seconds: float = 0.0,
    ) -> None:
        self._name = name
        self._list_due = list_due
        self._carry = carry
        self._clock = clock
        self._rest_seconds = rest_seconds
        self._bell = asyncio.Event()
        self._stuck: dict[int, datetime] = {}  # until when, by event

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
            due = await self._list_due(self._left_alone())
            for picture in due:
                if picture.event_id not in self._left_alone():
                    await self._do(picture)
            if len(due) < BATCH:
                return

    async def _do(self, picture: EventPicture) -> None:
        try:
            leave_alone = await self._carry(picture)
        except DeliveryPostponed:
            raise
        except Exception:  # noqa: BLE001 - one event must not keep the others
            _log.exception("Picture %d (%s): a step failed.", picture.id, self._name)
            leave_alone = AFTER_A_FAILURE
        if leave_alone is not None:
            self._stuck[picture.event_id] = self._clock() + leave_alone

    def _left_alone(self) -> frozenset[int]:
        now = self._clock()
        self._stuck = {event_id: until for event_id, until in self._stuck.items() if until > now}
        return frozenset(self._stuck)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(TICK_SECONDS):
                await self._bell.wait()
        except TimeoutError:
            return
