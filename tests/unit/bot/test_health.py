from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.health import BEAT_EVERY, STALE_AFTER, BotState, Heartbeat, find_problem, read


def test_a_beat_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "data" / "heartbeat"
    before = datetime.now(UTC)
    Heartbeat(path).beat(BotState.CONNECTED, latency=0.05)

    beat = read(path)
    assert beat is not None
    assert before <= beat.time <= datetime.now(UTC)
    assert (beat.pid, beat.state, beat.latency) == (os.getpid(), BotState.CONNECTED, 0.05)
    assert [entry.name for entry in path.parent.iterdir()] == ["heartbeat"]


@pytest.mark.parametrize("latency", [float("nan"), float("inf"), None])
def test_an_unknown_latency_is_none(tmp_path: Path, latency: float | None) -> None:
    path = tmp_path / "heartbeat"
    Heartbeat(path).beat(BotState.CONNECTED, latency=latency)

    beat = read(path)
    assert beat is not None
    assert beat.latency is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"time": 5}', "\x00", '{"time": "x"}'])
def test_a_broken_file_is_no_beat(tmp_path: Path, content: str) -> None:
    path = tmp_path / "heartbeat"
    path.write_text(content)

    assert read(path) is None


def test_a_beat_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "data").touch()  # no folder, so nothing can be written into it
    path = tmp_path / "data" / "heartbeat"
    Heartbeat(path).beat(BotState.CONNECTED)
    assert read(path) is None


def test_a_fresh_beat_of_a_connected_bot_is_health(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat"
    Heartbeat(path).beat(BotState.CONNECTED)

    assert find_problem(read(path), now=datetime.now(UTC)) is None
    assert BEAT_EVERY * 2 < STALE_AFTER  # one late beat is no alarm


@pytest.mark.parametrize("state", [BotState.STARTING, BotState.RECONNECTING, BotState.STOPPING])
def test_any_other_state_is_named(tmp_path: Path, state: BotState) -> None:
    path = tmp_path / "heartbeat"
    Heartbeat(path).beat(state)

    assert f"the bot is {state}" in str(find_problem(read(path), now=datetime.now(UTC)))


def test_an_old_beat_and_a_missing_one_are_named(tmp_path: Path) -> None:
    path = tmp_path / "heartbeat"
    Heartbeat(path).beat(BotState.CONNECTED)
    later = datetime.now(UTC) + timedelta(minutes=5)

    assert "300 s old" in str(find_problem(read(path), now=later))
    Heartbeat(path).clear()
    Heartbeat(path).clear()
    assert "not running" in str(find_problem(read(path), now=later))
