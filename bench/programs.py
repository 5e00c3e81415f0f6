"""The programs that are measured, as processes: our bot, the bare script, the API under load."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil

from bench.load_api import KEY
from bench.standin import LoadStandIn
from db.clock import utc_now
from db.consents import ConsentRepository
from db.database import Database
from db.migrate import migrate

ROOT = Path(__file__).parents[1]
OURS = ("-m", "bot", "run")
WATCHED = ("-m", "bench.watched")  # and where its report goes, and `run`
FLOOR = (str(ROOT / "bench" / "floor.py"),)
_CONSENT_VERSION = 1
_MB = 2**20


class Program:
    """A process whose use of processor and memory is looked at from outside."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._seen = psutil.Process(process.pid)
        self.log = log

    @property
    def cpu_seconds(self) -> float:
        """Processor time so far, of its ended children too."""
        times = self._seen.cpu_times()
        return float(times.user + times.system + times.children_user + times.children_system)

    @property
    def megabytes(self) -> float:
        return float(self._seen.memory_info().rss) / _MB

    @property
    def peak_megabytes(self) -> float:
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("this system does not tell a process's peak memory")

    async def end(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), 40)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


class APIProcess:
    """The API under load, seen from the one who sets its rules."""

    def __init__(self, url: str, session: aiohttp.ClientSession, folder: Path) -> None:
        self.url = url
        self._session = session
        self._folder = folder

    async def rules(
        self, *, picture: bytes, seconds: tuple[float, float] | None, blocks: bool = True
    ) -> None:
        """Say what a picture is, how long jobs take (None: until `finish`), what a status does."""
        path = self._folder / "picture.png"
        path.write_bytes(picture)
        rules = {"picture": str(path), "seconds": seconds, "blocks": blocks}
        async with self._session.post(f"{self.url}/bench/rules", json=rules) as answer:
            answer.raise_for_status()

    async def finish(self) -> None:
        """End every job at this moment."""
        async with self._session.post(f"{self.url}/bench/finish") as answer:
            answer.raise_for_status()

    async def counts(self) -> dict[str, Any]:
        async with self._session.get(f"{self.url}/bench/counts") as answer:
            counts: dict[str, Any] = await answer.json()
            return counts


@asynccontextmanager
async def api_process(folder: Path) -> AsyncGenerator[APIProcess]:
    """Run the API under load for the length of the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load_api"), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None  # noqa: S101
    try:
        url = (await process.stdout.readline()).decode().strip()
        async with aiohttp.ClientSession() as session:
            yield APIProcess(url, session, folder)
    finally:
        process.kill()
        await process.wait()


@asynccontextmanager
async def program(
    command: tuple[str, ...], discord: LoadStandIn, api: APIProcess, folder: Path, **settings: str
) -> AsyncGenerator[Program]:
    """Run one of the two bots for the length of the block; it may not be connected yet."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.origin,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "FACESWAP_API_URL": api.url,
        "FACESWAP_API_KEY": KEY,
        "DATA_DIR": str(folder / "data"),
        "QUOTA_PER_DAY": "unlimited",
        # A few members order everything here: their limits are not what is measured.
        "WAITING_PER_MEMBER": "unlimited",
        "RUNNING_PER_MEMBER": "unlimited",
        "WAITING_PER_SERVER": "unlimited",
        "WAITING_IN_ALL": "unlimited",
        "QUICK_JOB_SECONDS": "600",
        "LOG_LEVEL": "WARNING",
        **settings,
    }
    log = folder / "program.log"
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=folder, env=environment, stdout=output, stderr=output
        )
    running = Program(process, log)
    try:
        yield running
    finally:
        await running.end()


async def agree_for_all(discord: LoadStandIn, folder: Path) -> None:
    """Write down that every member has agreed, before the bot's first start."""
    async with Database.open(f"sqlite:///{folder / 'data' / 'bot.db'}") as database:
        await migrate(database)
        consents = ConsentRepository(database, clock=utc_now)
        for member in discord.members:
            await consents.give(member.id, _CONSENT_VERSION)
