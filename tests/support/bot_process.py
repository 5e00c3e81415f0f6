"""`faceswap-bot run` as a process of its own, to be stopped and killed like one."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Self

from tests.support.discord import DiscordStandIn

ROOT = Path(__file__).parents[2]
START_SECONDS = 30.0
STOP_SECONDS = 30.0


class BotProcess:
    """One data folder and the processes that use it, one after the other."""

    def __init__(
        self, discord: DiscordStandIn, folder: Path, *, module: str = "bot", **settings: str
    ) -> None:
        self._discord = discord
        self._folder = folder
        self._module = module
        self._process: asyncio.subprocess.Process | None = None
        self.settings = {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.origin,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "DATA_DIR": str(folder / "data"),
            "CARD_EDIT_SECONDS": "1",
            **settings,
        }

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.settings}

    @property
    def data_dir(self) -> Path:
        return self._folder / "data"

    @property
    def log(self) -> str:
        path = self._folder / "bot.log"
        return path.read_text() if path.exists() else ""

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def start(self) -> Self:
        """Start a process and wait until Discord knows its commands."""
        await self.launch()
        await self._discord.ready(within=START_SECONDS)
        return self

    async def launch(self) -> None:
        """Start a process without waiting for it to connect."""
        with (self._folder / "bot.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                "run",
                cwd=self._folder,
                env=self._environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    async def kill(self) -> None:
        """Kill it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()
        await self._discord.until(lambda: not self._discord.gateway.connected)

    def freeze(self) -> None:
        """Stop it in the middle of whatever it does, as a machine does that is suspended."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def stop(self) -> int:
        """Ask it to stop; returns its exit code."""
        self.ask_to_stop()
        return await self.ended()

    def ask_to_stop(self) -> None:
        """Ask it to stop without waiting until it has."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    async def command(self, *words: str) -> tuple[int, str]:
        """Run another of the program's commands beside it; returns exit code and output."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=self._folder,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        return process.returncode or 0, output.decode()

    async def ended(self) -> int:
        """Wait for its end; returns its exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), STOP_SECONDS)

    async def restart(self) -> None:
        """Kill it and start another on the same data."""
        await self.kill()
        await self.start()

    async def close(self) -> None:
        """Leave nothing running behind a test."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
