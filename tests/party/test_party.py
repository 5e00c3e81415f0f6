"""A community event with guests, moderators, voters, a wall and a kill, in its short form.

In full: `make party`.
"""

from __future__ import annotations

from pathlib import Path

from tests.party.plan import Plan
from tests.party.run import run


async def test_an_event_keeps_its_promises_though_it_is_killed(tmp_path: Path) -> None:
    verdict = await run(Plan(seed=1, guests=24, kills=2, seconds=30, making=(0.1, 0.6)), tmp_path)

    assert verdict.violations == []
    assert int(verdict.figures["kills"]) == 2
    assert int(verdict.figures["pictures approved"]) > 5
    assert int(verdict.figures["wall: pictures shown"]) > 0
