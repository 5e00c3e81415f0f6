from __future__ import annotations

from typing import Any

import pytest

from bot.pending import MOST, PendingOrders, Resume

ALICE, BOB = 11, 12


def order() -> Resume:
    async def resume(_: Any) -> None: ...

    return resume


def test_what_waits_is_given_once_and_to_its_member_only() -> None:
    pending, mine = PendingOrders(), order()
    pending.put(ALICE, mine)
    assert pending.take(BOB) is None
    assert pending.take(ALICE) is mine
    assert pending.take(ALICE) is None


def test_a_later_order_takes_the_place_of_an_earlier_one() -> None:
    pending, first, second = PendingOrders(), order(), order()
    pending.put(ALICE, first)
    pending.put(ALICE, second)
    assert pending.take(ALICE) is second
    assert pending.take(ALICE) is None


def test_an_order_that_waited_too_long_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pending.LIFE_SECONDS", -1.0)
    pending = PendingOrders()
    pending.put(ALICE, order())
    assert pending.take(ALICE) is None


def test_few_are_kept_and_the_oldest_go_first() -> None:
    pending = PendingOrders()
    for member in range(MOST):
        pending.put(member, order())
    pending.put(0, order())  # asked again: now the newest
    pending.put(MOST, order())
    assert pending.take(1) is None
    assert pending.take(0) is not None
    assert pending.take(MOST) is not None
