from __future__ import annotations

import asyncio
import logging

import pytest

from bot.services.gate import LONGEST_PAUSE, SHORTEST_PAUSE, Gate, Pause
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import Workshop


@pytest.fixture
def gate() -> Gate:
    return Gate()


def let_time_pass(gate: Gate) -> None:
    gate._until = 0.0  # its own clock cannot be moved


def test_an_open_gate_stops_nothing(gate: Gate) -> None:
    assert (gate.pause, gate.seconds_closed, gate.at_once) == (None, 0.0, None)


def test_each_failure_in_a_row_closes_it_for_longer_up_to_a_bound(gate: Gate) -> None:
    pauses = []
    for _ in range(12):
        pauses.append(gate.close(Pause.API_DOWN))
        let_time_pass(gate)
    assert pauses[:4] == [SHORTEST_PAUSE * 2**step for step in range(4)]
    assert set(pauses[6:]) == {LONGEST_PAUSE}


def test_jobs_that_fail_together_count_as_one_failure(gate: Gate) -> None:
    for _ in range(10):
        gate.close(Pause.API_DOWN)
    assert gate.seconds_closed <= SHORTEST_PAUSE


def test_it_is_closed_for_as_long_as_the_api_asks(gate: Gate) -> None:
    assert gate.close(Pause.RATE_LIMITED, seconds=33.0) == 33.0
    assert 32.0 < gate.seconds_closed <= 33.0


def test_when_its_time_is_over_one_job_may_try(gate: Gate) -> None:
    gate.close(Pause.API_DOWN)
    let_time_pass(gate)
    assert (gate.seconds_closed, gate.pause, gate.at_once) == (0.0, Pause.API_DOWN, 1)


def test_an_answer_opens_it_and_forgets_the_failures(gate: Gate) -> None:
    for _ in range(5):
        gate.close(Pause.KEY_REFUSED)
        let_time_pass(gate)
    gate.open()
    assert (gate.pause, gate.seconds_closed, gate.at_once) == (None, 0.0, None)
    assert gate.close(Pause.API_DOWN) == SHORTEST_PAUSE


@pytest.mark.parametrize("pause", Pause)
def test_the_log_tells_of_a_reason_once_and_loudly_where_the_operator_must_act(
    gate: Gate, caplog: pytest.LogCaptureFixture, pause: Pause
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(5):
        gate.close(pause)
    (record,) = caplog.records
    assert pause.value in record.getMessage()
    assert (record.levelno == logging.CRITICAL) is pause.needs_operator
    assert pause.needs_operator is (pause in {Pause.KEY_REFUSED, Pause.OUT_OF_CREDITS})


async def test_the_worker_tries_a_closed_api_with_one_job(
    workshop: Workshop, api: ScriptedAPI
) -> None:
    for _ in range(3):
        await workshop.order()
    workshop.gate.close(Pause.API_DOWN)
    let_time_pass(workshop.gate)
    async with api.hold_submit() as submissions, asyncio.timeout(10):
        worker = asyncio.create_task(workshop.worker.run())
        await submissions.holds(1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(submissions.holds(2), 0.3)
    await asyncio.wait_for(
        api.until(lambda: len(api.calls) >= 3), 10
    )  # all is well: the others follow
    workshop.worker.stop()
    await asyncio.wait_for(worker, 10)
    assert api.paid == 3
