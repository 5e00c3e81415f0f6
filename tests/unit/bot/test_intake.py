from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from db.errors import StorageUnavailable
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import Workshop, open_workshop

WAIT = 10.0


async def opened(workshop: Workshop) -> list[int]:
    return [order.interaction_id for order in await workshop.open_orders.list_all()]


async def test_who_was_cut_off_is_told_after_the_next_start(
    tmp_path: Path, api: ScriptedAPI
) -> None:
    async with open_workshop(tmp_path, api) as before:
        callers = [before.caller() for _ in range(3)]
        for caller in callers:
            await before.intake.open(caller)
        left = [caller.interaction_id for caller in callers]
        assert await opened(before) == left

    async with open_workshop(tmp_path, api) as after:
        await after.intake.find_left()
        mine = after.caller()  # comes in before the others are told
        await after.intake.open(mine)
        await after.intake.tell_left()
        assert sorted(after.delivery.cut_off) == left
        assert await opened(after) == [mine.interaction_id]

        await after.intake.tell_left()
        assert sorted(after.delivery.cut_off) == left


async def test_telling_is_tried_until_discord_answers(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.intake.FIRST_PAUSE", 0.001)
    caller = workshop.caller()
    await workshop.intake.open(caller)
    await workshop.intake.find_left()
    workshop.delivery.postpones = 3
    await workshop.intake.tell_left()
    assert workshop.delivery.postponed.is_set()
    assert workshop.delivery.cut_off == [caller.interaction_id]
    assert await opened(workshop) == []


async def test_a_worker_that_stops_leaves_those_not_told_to_the_next(workshop: Workshop) -> None:
    caller = workshop.caller()
    await workshop.intake.open(caller)
    await workshop.intake.find_left()
    workshop.delivery.postpones = 1
    async with asyncio.timeout(WAIT):
        running = asyncio.create_task(workshop.worker.run())
        await workshop.delivery.postponed.wait()
        workshop.worker.stop()
        await running
    assert workshop.delivery.cut_off == []
    assert await opened(workshop) == [caller.interaction_id]


async def test_an_order_whose_card_is_not_known_cannot_be_told_of(workshop: Workshop) -> None:
    await workshop.intake.open(replace(workshop.caller(), card_message_id=None))
    assert await opened(workshop) == []


async def test_an_order_that_cannot_be_written_down_is_refused_and_one_answered_is_not(
    tmp_path: Path, api: ScriptedAPI, caplog: pytest.LogCaptureFixture
) -> None:
    at_once = timedelta(milliseconds=1)
    async with open_workshop(tmp_path, api, busy_timeout=at_once) as workshop:
        caller, answered = workshop.caller(), workshop.caller()
        await workshop.intake.open(answered)
        with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StorageUnavailable):
                await workshop.intake.open(caller)
            await workshop.intake.close(answered.interaction_id)
            other.execute("ROLLBACK")
        assert await opened(workshop) == [answered.interaction_id]
        workshop.clock.advance(timedelta(minutes=15))
        await workshop.open_orders.forget_expired()
        assert await opened(workshop) == []
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert caller.token not in caplog.text
