"""The program as an operator runs it: a process of its own, Discord and API on loopback."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.settings import variable_names
from tests.support.discord import DiscordStandIn
from tests.support.scripted_api import ScriptedAPI

SECONDS = 45


async def start(folder: Path, **environ: str) -> asyncio.subprocess.Process:
    clean = {name: value for name, value in os.environ.items() if name not in variable_names()}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "bot", "run"),
        cwd=folder,
        env=clean | {"PYTHONPATH": str(Path(__file__).parents[2]), "LOG_LEVEL": "DEBUG"} | environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_the_bot_connects_and_a_signal_ends_it_in_good_order(tmp_path: Path) -> None:
    async with DiscordStandIn() as discord, ScriptedAPI() as api:
        discord.add_guild("Party")
        process = await start(
            tmp_path,
            DISCORD_TOKEN=discord.token,
            DISCORD_API_URL=discord.origin,
            DISCORD_GATEWAY_URL=discord.gateway_url,
            FACESWAP_API_URL=api.url,
            FACESWAP_API_KEY=api.key,
        )
        try:
            await discord.ready(within=SECONDS)
            await discord.until(lambda: discord.commands, within=SECONDS)
        finally:
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(SECONDS):
                out, err = await process.communicate()

    log = err.decode()
    assert process.returncode == 0, log
    assert out == b""
    assert "Traceback" not in log
    assert discord.token not in log
    assert api.key not in log
    assert not (tmp_path / "data" / "heartbeat").exists()


async def test_a_wrong_token_is_one_plain_line_and_exit_code_1(tmp_path: Path) -> None:
    async with DiscordStandIn() as discord, ScriptedAPI() as api:
        process = await start(
            tmp_path,
            DISCORD_TOKEN="the-wrong-token",
            DISCORD_API_URL=discord.origin,
            DISCORD_GATEWAY_URL=discord.gateway_url,
            FACESWAP_API_URL=api.url,
            FACESWAP_API_KEY=api.key,
            LOG_LEVEL="WARNING",
        )
        async with asyncio.timeout(SECONDS):
            _, err = await process.communicate()

    assert process.returncode == 1
    assert "refuses DISCORD_TOKEN" in err.decode()
    assert "the-wrong-token" not in err.decode()
    assert "Traceback" not in err.decode()
