from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.support.pngs import png
from tests.support.scripted_api import ScriptedAPI

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(sys.platform != "linux", reason="reads the high-water mark from /proc")
async def test_two_hundred_pictures_at_the_same_instant_need_little_memory(tmp_path: Path) -> None:
    calls, picture_bytes = 200, 2**20
    async with asyncio.timeout(60), ScriptedAPI() as api:
        await api.finish("job", png(at_least_bytes=picture_bytes))
        async with api.hold_status() as gate:
            storm = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.support.status_storm"),
                *(api.url, api.key, str(calls), str(tmp_path)),
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
            )
            await gate.holds(calls)
        printed, _ = await storm.communicate()

    assert storm.returncode == 0
    growth = int(printed)
    assert growth < 80 * 2**20, f"{growth / 2**20:.0f} MB for {calls} pictures"
    assert not any(os.scandir(tmp_path))
