from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.discord import DiscordStandIn


@asynccontextmanager
async def bot_process(standin: DiscordStandIn) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "ignore", "-m", "tests.unit.support.other_process"),
        cwd=Path(__file__).parents[3],
        env={
            "DISCORD_API_URL": standin.origin,
            "DISCORD_GATEWAY_URL": standin.gateway_url,
            "DISCORD_TOKEN": standin.token,
        },
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()
        await standin.offline()


async def test_a_bot_in_another_process_can_be_killed_and_started_again() -> None:
    async with DiscordStandIn() as standin:
        guild = standin.add_guild("Photo Club")
        booth = standin.add_text_channel(guild, "booth")
        alice = standin.add_user("alice")
        standin.add_member(guild, alice)
        async with bot_process(standin):
            await standin.ready(within=30)
            await (await standin.slash(alice, booth, "start")).responded()
        [message] = standin.messages(booth)
        async with bot_process(standin) as second:
            await standin.ready(within=30)
            await (await standin.press(alice, message, "Count")).responded()
            assert message.content == f"counted by {second.pid}"
