"""`faceswap-bot demo`, as a newcomer starts it: no account, no settings, no network."""

from __future__ import annotations

import asyncio
import io
import re
import socket
import sys
from pathlib import Path

from aiohttp import ClientSession
from PIL import Image

from tests.support.bot_process import ROOT
from tests.support.demo_process import DemoProcess


async def test_the_demo_makes_a_first_picture_and_ends_cleanly(tmp_path: Path) -> None:
    demo = await DemoProcess.start(tmp_path)
    try:
        await only_this_machine_is_answered(demo.url)
        await the_wall_is_there(demo.wall)
        assert await demo.stop() == (0, "")
    finally:
        await demo.kill()

    said = re.fullmatch(r"First picture: (\S+) \(Space Explorer, \d+\.\d s\)", demo.first)
    assert said is not None, demo.first
    with Image.open(io.BytesIO((tmp_path / said[1]).read_bytes())) as picture:
        assert picture.size == (1800, 1200)
    assert re.fullmatch(r"Demo ready: http://127\.0\.0\.1:\d+/#\S+", demo.ready), demo.ready
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["demo"]


async def only_this_machine_is_answered(url: str) -> None:
    """Another site, or a name that leads here, must not reach the page through the browser."""
    async with ClientSession() as client:
        for headers, status in (
            ({}, 200),
            ({"Host": "photo-booth.example"}, 403),
            ({"Origin": "http://photo-booth.example"}, 403),
        ):
            async with client.get(url, headers=headers) as answer:
                assert answer.status == status
                assert ("/booth.js" in await answer.text()) is (status == 200)


async def the_wall_is_there(url: str) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/w/\S+", url), url
    async with ClientSession() as client, client.get(url) as answer:
        assert answer.status == 200
        assert "Open Studio Night" in await answer.text()


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        demo = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "demo", "--port", str(port)),
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            _, said = await demo.communicate()
    assert demo.returncode == 1
    assert f"port {port} is taken" in said.decode().splitlines()[-1]
