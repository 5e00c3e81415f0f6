"""From an order's card to its job: whom a kill cuts off in between is told after the next start."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.services.delivery import Delivery, DeliveryPostponed
from db.errors import StorageUnavailable
from db.models import OpenOrder
from db.open_orders import OpenOrderRepository

if TYPE_CHECKING:
    from bot.services.orders import Caller

FIRST_PAUSE = 2.0  # seconds between tries while Discord does not answer; doubles
LONGEST_PAUSE = 60.0

_log = logging.getLogger(__name__)


class Intake:
    """Opens orders when their card is shown, and tells of those that a kill has cut off."""

    def __init__(self, *, orders: OpenOrderRepository, delivery: Delivery) -> None:
        self._orders = orders
        self._delivery = delivery
        self._left: tuple[OpenOrder, ...] = ()

    async def open(self, caller: Caller) -> None:
        """Note that Discord shows a card for an order; accepting it takes the note away.

        Raises StorageUnavailable: then there can be no job either, and it is better to say so now.
        """
        if caller.card_message_id is None:
            return
        order = OpenOrder(
            interaction_id=caller.interaction_id,
            card_message_id=caller.card_message_id,
            token=caller.token,
            expires_at=caller.token_expires_at,
        )
        await self._orders.open(order)

    async def close(self, interaction_id: int) -> None:
        """Note that an order was answered otherwise than with a job; a note that stays expires."""
        try:
            await self._orders.close(interaction_id)
        except StorageUnavailable as error:
            _log.warning("An order that was answered is still noted as open: %s", error)

    async def find_left(self) -> None:
        """Find what an earlier process left: to be called before a command can come in."""
        self._left = await self._orders.list_all()

    async def tell_left(self) -> None:
        """Tell the members of orders that were cut off; returns once all are told or too old."""
        left, self._left = self._left, ()
        if left:
            _log.info("%d orders were cut off before they were jobs; members are told.", len(left))
        await asyncio.gather(*map(self._tell, left))

    async def _tell(self, order: OpenOrder) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._delivery.tell_cut_off(order)
            except DeliveryPostponed as error:
                _log.warning("A member could not be told yet of an order cut off: %s", error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
            except Exception:  # noqa: BLE001 - one order must not keep the others
                _log.exception("A member could not be told of an order cut off.")
                return
            else:
                await self.close(order.interaction_id)
                return
