from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from bot.services.backends import Backend, Backends
from bot.services.catalogue import Catalogue
from bot.services.gate import (
    LONG_OUTAGE,
    LONGEST_LOST_PAUSE,
    LONGEST_PAUSE,
    SHORTEST_PAUSE,
    SILENT_CALLS,
    TRY_ANYWAY,
    Closed,
    Gate,
    Gates,
    Pause,
)
from bot.services.probing import Prober
from faceswap.client import FaceSwapClient
from faceswap.models import APIVersion, Filter
from tests.support.scripted_api import Answer, ScriptedAPI
from tests.support.workshop import MovableClock, Workshop

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def gate(clock: MovableClock) -> Gate:
    return Gate("https://api.example", clock=clock)


def let_pause_pass(gate: Gate, clock: MovableClock) -> None:
    clock.advance(timedelta(seconds=gate.seconds_closed))


def test_an_open_gate_stops_nothing(gate: Gate) -> None:
    assert (gate.pause, gate.seconds_closed, gate.at_once) == (None, 0.0, None)
    assert (gate.closed, gate.refuses_orders, gate.wants_probe) == (None, False, False)


def test_each_failure_in_a_row_closes_it_for_longer_up_to_a_bound(
    gate: Gate, clock: MovableClock
) -> None:
    pauses = []
    for _ in range(12):
        pauses.append(gate.close(Pause.API_DOWN))
        let_pause_pass(gate, clock)
    assert pauses[:4] == [SHORTEST_PAUSE * 2**step for step in range(4)]
    assert set(pauses[6:]) == {LONGEST_PAUSE}


def test_where_answers_are_lost_few_jobs_are_risked(gate: Gate, clock: MovableClock) -> None:
    """An API that takes jobs and loses its answers may charge for each: an hour costs few."""
    began, risked = clock(), 0
    while clock() - began < timedelta(hours=1):
        gate.close_for_lost_answer()
        risked += 1
        let_pause_pass(gate, clock)
        gate.pass_probe()
    assert risked <= 9 + timedelta(hours=1) / timedelta(seconds=LONGEST_LOST_PAUSE)


def test_jobs_that_fail_together_count_as_one_failure(gate: Gate) -> None:
    for _ in range(10):
        gate.close(Pause.API_DOWN)
    assert gate.seconds_closed <= SHORTEST_PAUSE


def test_it_is_closed_for_as_long_as_the_api_asks(gate: Gate, clock: MovableClock) -> None:
    assert gate.close(Pause.RATE_LIMITED, seconds=33.0) == 33.0
    assert gate.seconds_closed == 33.0
    clock.advance(timedelta(seconds=33))
    assert (gate.seconds_closed, gate.at_once) == (0.0, 1)  # one job may try


def test_while_the_api_is_down_a_call_that_costs_nothing_comes_first(
    gate: Gate, clock: MovableClock
) -> None:
    gate.close(Pause.API_DOWN)
    assert not gate.wants_probe
    let_pause_pass(gate, clock)
    assert (gate.wants_probe, gate.at_once) == (True, 0)
    gate.fail_probe()
    assert (gate.wants_probe, gate.seconds_closed) == (False, 2 * SHORTEST_PAUSE)
    let_pause_pass(gate, clock)
    gate.pass_probe()
    assert (gate.pause, gate.seconds_closed, gate.at_once) == (None, 0.0, 1)
    gate.open()
    assert gate.at_once is None


def test_a_job_that_fails_after_a_good_probe_does_not_start_from_the_shortest_pause(
    gate: Gate, clock: MovableClock
) -> None:
    gate.close_for_lost_answer()
    let_pause_pass(gate, clock)
    gate.pass_probe()
    assert gate.close_for_lost_answer() == 2 * SHORTEST_PAUSE


def test_an_api_whose_filters_cannot_be_listed_is_tried_with_a_job_in_the_end(
    gate: Gate, clock: MovableClock
) -> None:
    gate.close(Pause.API_DOWN)
    began = clock()
    while gate.at_once == 0:
        let_pause_pass(gate, clock)
        if gate.wants_probe:
            gate.fail_probe()
        clock.advance(SECOND)
    assert TRY_ANYWAY <= clock() - began <= TRY_ANYWAY + timedelta(seconds=LONGEST_PAUSE + 1)
    assert (gate.seconds_closed, gate.at_once) == (0.0, 1)
    gate.close(Pause.API_DOWN)
    assert gate.at_once == 0


def test_an_answer_opens_it_and_forgets_the_failures(gate: Gate, clock: MovableClock) -> None:
    for _ in range(5):
        gate.close(Pause.KEY_REFUSED)
        let_pause_pass(gate, clock)
    gate.open()
    assert (gate.pause, gate.seconds_closed, gate.at_once) == (None, 0.0, None)
    assert gate.close(Pause.API_DOWN) == SHORTEST_PAUSE


def test_status_calls_that_fail_close_it_once_they_are_several_in_a_row(
    gate: Gate, clock: MovableClock
) -> None:
    for _ in range(SILENT_CALLS - 1):
        gate.note_silence()
        clock.advance(SECOND)
    gate.note_answer()
    for _ in range(SILENT_CALLS):
        assert gate.pause is None
        gate.note_silence()
        clock.advance(SECOND)
    assert gate.pause is Pause.API_DOWN


def test_a_hundred_status_calls_that_are_cut_together_are_one_failure(gate: Gate) -> None:
    for _ in range(100):
        gate.note_silence()
    assert gate.pause is None


def test_orders_wait_through_a_short_outage_and_are_refused_in_a_long_one(
    gate: Gate, clock: MovableClock
) -> None:
    gate.close(Pause.API_DOWN)
    began = clock()
    for at in range(0, 40 * 60, 7):
        clock.now = began + timedelta(seconds=at)
        if gate.wants_probe:
            gate.fail_probe()
        if not gate.refuses_orders:
            assert clock() - began < LONG_OUTAGE or gate.at_once == 1  # that order finds out
        if gate.at_once == 1:
            gate.close(Pause.API_DOWN)
    assert gate.refuses_orders
    assert gate.since == began
    let_pause_pass(gate, clock)
    gate.pass_probe()
    assert not gate.refuses_orders


@pytest.mark.parametrize("pause", [Pause.KEY_REFUSED, Pause.OUT_OF_CREDITS])
def test_while_only_the_operator_can_help_orders_are_refused(
    gate: Gate, clock: MovableClock, pause: Pause
) -> None:
    gate.close(pause, seconds=60.0)
    assert gate.refuses_orders
    let_pause_pass(gate, clock)
    assert not gate.refuses_orders


@pytest.mark.parametrize("pause", Pause)
def test_the_log_tells_of_a_change_once_and_loudly_where_the_operator_must_act(
    gate: Gate, clock: MovableClock, caplog: pytest.LogCaptureFixture, pause: Pause
) -> None:
    caplog.set_level(logging.WARNING)
    for _ in range(5):
        gate.close(pause)
        let_pause_pass(gate, clock)
        gate.fail_probe()
    (record,) = caplog.records
    assert pause.value in record.getMessage()
    assert "https://api.example" in record.getMessage()
    assert (record.levelno == logging.CRITICAL) is pause.needs_operator
    assert pause.needs_operator is (pause in {Pause.KEY_REFUSED, Pause.OUT_OF_CREDITS})
    gate.open()
    gate.open()
    assert "Jobs are sent again to https://api.example." in caplog.records[1].getMessage()
    assert len(caplog.records) == 2


def test_each_back_end_has_a_gate_of_its_own(clock: MovableClock) -> None:
    gates = Gates(clock=clock)
    gates.of("one").close(Pause.API_DOWN)
    assert gates.of("one") is gates.of("one")
    assert gates.of("two").pause is None
    assert gates.closed == (Closed(backend="one", pause=Pause.API_DOWN, since=clock()),)


async def test_the_worker_tries_an_api_that_was_down_with_a_probe_and_then_one_job(
    workshop: Workshop, api: ScriptedAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.probing.LOOK_SECONDS", 0.01)
    for _ in range(3):
        await workshop.order()
    workshop.gate.close(Pause.API_DOWN)
    workshop.clock.advance(SECOND)
    api.on_filters(Answer(status=503))
    async with api.hold_submit() as submissions, asyncio.timeout(10):
        worker = asyncio.create_task(workshop.worker.run())
        await api.until(lambda: len(api.calls) == 1)
        while workshop.gate.wants_probe:  # noqa: ASYNC110 - a gate has no event
            await asyncio.sleep(0)
        assert api.submissions == []
        workshop.clock.advance(2 * SECOND)
        await submissions.holds(1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(submissions.holds(2), 0.3)
    async with asyncio.timeout(10):  # all is well: the others follow
        await api.until(lambda: len(api.submissions) == 3)
    workshop.worker.stop()
    await asyncio.wait_for(worker, 10)
    assert [call.path for call in api.calls[:3]] == ["/v1/filters/"] * 2 + ["/v6/run/face_swap"]
    assert api.paid == 3


class StrangeOnce(FaceSwapClient):
    """Fails once in a way that nobody foresaw."""

    failed = False

    async def list_filters(self) -> tuple[Filter, ...]:
        if not self.failed:
            self.failed = True
            raise LookupError("nobody foresaw this")
        return await super().list_filters()


async def test_probes_go_on_after_an_error_nobody_foresaw(
    api: ScriptedAPI, clock: MovableClock
) -> None:
    async with StrangeOnce(url=api.url, key=api.key) as client:
        backend = Backend(name=api.url, client=client, swap_version=APIVersion.V6, idempotent=False)
        gates = Gates(clock=clock)
        gates.of(api.url).close(Pause.API_DOWN)
        let_pause_pass(gates.of(api.url), clock)
        passed = asyncio.Event()
        prober = Prober(backends=Backends(backend), gates=gates, catalogue=Catalogue(client))
        probing = asyncio.create_task(prober.run(passed=passed.set))
        async with asyncio.timeout(10):
            await passed.wait()
        probing.cancel()
        await asyncio.wait([probing])
        assert gates.closed == ()
