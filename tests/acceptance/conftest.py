from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.support.bot_process import BotProcess
from tests.support.browser import open_browser
from tests.support.demo_process import DemoProcess
from tests.support.discord import DiscordStandIn, Interaction
from tests.support.scripted_api import ScriptedAPI


@pytest.fixture
async def discord() -> AsyncGenerator[DiscordStandIn]:
    async with DiscordStandIn() as standin:
        yield standin


@pytest.fixture
async def api() -> AsyncGenerator[ScriptedAPI]:
    async with ScriptedAPI(finishes=False, blocks=True) as scripted:
        yield scripted


@asynccontextmanager
async def open_booth(
    discord: DiscordStandIn, folder: Path, **settings: str
) -> AsyncGenerator[PhotoBooth]:
    bot = BotProcess(discord, folder, **settings)
    booth = PhotoBooth(discord=discord, bot=bot)
    try:
        await bot.start()
        yield booth
    finally:
        await bot.close()


def hosted(api: ScriptedAPI) -> dict[str, str]:
    return {"FACESWAP_API_URL": api.url, "FACESWAP_API_KEY": api.key}


@pytest.fixture
async def booth(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> AsyncGenerator[PhotoBooth]:
    """A bot that is running, in a channel with two members."""
    async with open_booth(discord, tmp_path, **hosted(api)) as opened:
        yield opened


@pytest.fixture
async def slow_booth(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> AsyncGenerator[PhotoBooth]:
    """A bot for which every job counts as slow: its picture is posted anew."""
    settings = {**hosted(api), "QUICK_JOB_SECONDS": "0"}
    async with open_booth(discord, tmp_path, **settings) as opened:
        yield opened


@dataclass(frozen=True, slots=True)
class House:
    """One running bot for many tests: each opens a booth of its own there, in a new server."""

    discord: DiscordStandIn
    api: ScriptedAPI
    bot: BotProcess

    def open_booth(self) -> PhotoBooth:
        return PhotoBooth(discord=self.discord, bot=self.bot)

    def personal(self) -> set[str]:
        """Return what must never stand in a log: secrets, names, photos, words, files."""
        said = {self.discord.token, self.api.key, "alice", "Photo Club", "me.jpg", "/cdn/"}
        for request in self.discord.requests:
            if request.path.startswith(("/webhooks/", "/interactions/")):
                said.add(request.path.split("/")[3])  # the interaction's token
        for call in self.api.submissions:
            given = call.fields.get("base64") or call.fields.get("prompt")
            said.add(str(given)[:60])
        return said

    async def under_way(self, booth: PhotoBooth, **options: object) -> tuple[Interaction, str]:
        """Order a picture and wait until the bot waits for it; returns the API's number, too."""
        number = len(booth.accounts()) + 1
        ordered = await booth.order(**options)
        return ordered, await self.followed(booth, number)

    async def followed(self, booth: PhotoBooth, number: int) -> str:
        """Wait until the bot asks the API about alice's nth job; returns the API's number of it."""
        query = "SELECT remote_id FROM jobs WHERE user_id = ? ORDER BY id LIMIT 1 OFFSET ?"

        def asked_about() -> str | None:
            found = booth.query(query, booth.alice.id, number - 1)
            asked = {call.remote_id for call in self.api.status_calls}
            return found[0][0] if found and found[0][0] in asked else None

        async with asyncio.timeout(IN_TIME):
            await self.api.until(asked_about)
        remote_id = asked_about()
        assert remote_id is not None
        return remote_id


@asynccontextmanager
async def open_house(
    folder: Path, *, finishes: bool = True, filters: object = None, **settings: str
) -> AsyncGenerator[House]:
    """Start a bot that writes down all it can; at the end its log must hold nothing personal."""
    async with (
        DiscordStandIn() as discord,
        ScriptedAPI(finishes=finishes, blocks=not finishes) as api,
    ):
        api.filters = filters or api.filters
        bot = BotProcess(discord, folder, **{**hosted(api), "LOG_LEVEL": "DEBUG", **settings})
        try:
            await bot.start()
            house = House(discord, api, bot)
            yield house
            assert [word for word in house.personal() if word in bot.log] == []
        finally:
            await bot.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncGenerator[Browser]:
    async with open_browser() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[DemoProcess]:
    """The demo; it must end with Ctrl-C, without a complaint."""
    # However busy this machine is, a picture appears on its card and not as a new message.
    process = await DemoProcess.start(tmp_path_factory.mktemp("demo"), QUICK_JOB_SECONDS="600")
    try:
        yield process
        assert await process.stop() == (0, "")
    finally:
        await process.kill()


@pytest.fixture(scope="module")
def demo(process: DemoProcess) -> str:
    return process.url
