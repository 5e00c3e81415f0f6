"""`faceswap-bot demo` as a process of its own, which needs no settings."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil

from tests.support.bot_process import ROOT

READY_SECONDS = 120.0  # the engine's first picture loads its models
STOP_SECONDS = 30.0


class DemoProcess:
    """One run of the demo; what it says and what it leaves behind."""

    def __init__(self, process: asyncio.subprocess.Process, *, folder: Path) -> None:
        self._process = process
        self._folder = folder
        self.first = ""  # the line that reports the first picture
        self.ready = ""
        self.wall = ""

    @classmethod
    async def start(cls, folder: Path, **settings: str) -> DemoProcess:
        """Start it in this folder and wait until it says that its page is there."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "demo"),
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        demo = cls(process, folder=folder)
        try:
            async with asyncio.timeout(READY_SECONDS):
                demo.first, demo.ready = await demo._line(), await demo._line()
                demo.wall = (await demo._line()).removeprefix("Wall: ")
        except BaseException:
            await demo.kill()
            raise
        return demo

    @property
    def url(self) -> str:
        return self.ready.removeprefix("Demo ready: ")

    @property
    def first_picture(self) -> Path:
        name, _, _ = self.first.removeprefix("First picture: ").partition(" (")
        return self._folder / name

    async def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; returns the exit code and what it complained about. Nothing may be left."""
        family = psutil.Process(self._process.pid).children(recursive=True)
        assert family, "the studio's worker is a process of its own"
        self._process.send_signal(signal.SIGINT)
        async with asyncio.timeout(STOP_SECONDS):
            _, complaints = await self._process.communicate()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert alive == []
        assert self._process.returncode is not None
        return self._process.returncode, complaints.decode()

    async def kill(self) -> None:
        """Leave nothing running behind a test."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _line(self) -> str:
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode().rstrip("\n")
