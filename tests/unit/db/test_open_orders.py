from __future__ import annotations

from datetime import timedelta

import pytest

from db.bounds import Bounds
from db.database import Database
from db.errors import QueueFull
from db.jobs import JobRepository
from db.models import OpenOrder
from db.open_orders import OpenOrderRepository
from db.restoring import after_restore
from db.transitions import Periods
from tests.unit.db.tools import API, START, ManualClock, new_job


@pytest.fixture
def open_orders(database: Database, clock: ManualClock) -> OpenOrderRepository:
    return OpenOrderRepository(database, clock=clock)


def order(interaction_id: int, *, minutes: int = 15) -> OpenOrder:
    return OpenOrder(
        interaction_id=interaction_id,
        card_message_id=2**60 + interaction_id,
        token="secret",
        expires_at=START + timedelta(minutes=minutes),
    )


async def test_what_is_open_is_listed_as_it_was_written(open_orders: OpenOrderRepository) -> None:
    for each in (order(2), order(1), order(2)):
        await open_orders.open(each)
    assert await open_orders.list_all() == (order(1), order(2))
    assert "secret" not in repr(order(1))


async def test_an_order_that_is_answered_is_open_no_more(open_orders: OpenOrderRepository) -> None:
    await open_orders.open(order(1))
    await open_orders.close(1)
    await open_orders.close(1)
    assert await open_orders.list_all() == ()


async def test_accepting_a_job_closes_its_order_and_no_other(
    open_orders: OpenOrderRepository, jobs: JobRepository
) -> None:
    await open_orders.open(order(1))
    await open_orders.open(order(2))
    await jobs.accept(new_job(1))
    assert await open_orders.list_all() == (order(2),)


async def test_an_order_that_is_refused_stays_open_until_that_is_told(
    database: Database, open_orders: OpenOrderRepository
) -> None:
    jobs = JobRepository(database, bounds=Bounds(waiting=1))
    await jobs.accept(new_job(1))
    await open_orders.open(order(2))
    with pytest.raises(QueueFull):
        await jobs.accept(new_job(2))
    assert await open_orders.list_all() == (order(2),)


async def test_orders_are_forgotten_with_their_tokens_life(
    open_orders: OpenOrderRepository, clock: ManualClock
) -> None:
    await open_orders.open(order(1, minutes=5))
    await open_orders.open(order(2, minutes=6))
    assert await open_orders.forget_expired() == 0
    clock.advance(timedelta(minutes=5))
    assert await open_orders.forget_expired() == 1
    assert await open_orders.list_all() == (order(2, minutes=6),)


async def test_a_copy_that_was_put_back_knows_no_open_orders(
    database: Database, open_orders: OpenOrderRepository
) -> None:
    await open_orders.open(order(1))
    periods = Periods(
        short_time=timedelta(minutes=15), undelivered=timedelta(days=7), originals=timedelta(days=1)
    )
    await after_restore(database, backend=API, periods=periods, was_copy=True, clock=lambda: START)
    assert await open_orders.list_all() == ()
