"""`faceswap-bot demo`, as a newcomer starts it: no account, no settings, no network."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import sys
from pathlib import Path

import psutil
from PIL import Image

from tests.support.bot_process import ROOT

READY = 120.0  # seconds; the engine's first picture loads its models


async def test_the_demo_makes_a_first_picture_and_ends_cleanly(tmp_path: Path) -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert demo.stdout is not None
    assert demo.stderr is not None
    try:
        async with asyncio.timeout(READY):
            first = (await demo.stdout.readline()).decode()
            ready = (await demo.stdout.readline()).decode()
        family = psutil.Process(demo.pid).children(recursive=True)
        demo.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(demo.wait(), 30) == 0, (await demo.stderr.read()).decode()
    finally:
        if demo.returncode is None:
            demo.kill()
            await demo.wait()

    said = re.fullmatch(r"First picture: (\S+) \(Vintage Portrait, \d+\.\d s\)\n", first)
    assert said is not None, first
    with Image.open(io.BytesIO((tmp_path / said[1]).read_bytes())) as picture:
        assert picture.size == (1800, 1200)
    assert re.fullmatch(r"Demo ready: http://127\.0\.0\.1:\d+/#\S+\n", ready), ready
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []
    assert (await demo.stderr.read()) == b""
