"""The crash harness in its short form: every moment once, and sending with an idempotent API.

In full: `make crash`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.moments import MOMENTS
from tests.crash.run import run
from tests.crash.scene import Plan

JOBS_FOR_EACH_KILL = 4
EVERY = frozenset(moment.name for moment in MOMENTS)
SENDING = frozenset({"sent, not arrived", "sent and paid", "being made", "picture in the channel"})


@pytest.mark.parametrize(
    ("honours_keys", "moments"), [(False, EVERY), (True, SENDING)], ids=["hosted", "studio"]
)
async def test_no_kill_loses_repeats_or_charges_twice(
    tmp_path: Path, honours_keys: bool, moments: frozenset[str]
) -> None:
    plan = Plan(
        seed=1,
        jobs=JOBS_FOR_EACH_KILL * len(moments),
        kills=len(moments),
        honours_keys=honours_keys,
        members=12,
        keep_minutes=0,
        moments=moments,
    )
    verdict = await run(plan, tmp_path)

    assert verdict.violations == [], "\n\n".join(verdict.histories)
    assert int(verdict.figures["jobs"]) >= plan.jobs
    assert int(verdict.figures["kills"]) >= plan.kills
    assert int(verdict.figures["delivered"]) > plan.jobs / 4
    assert set(verdict.moments) >= moments
