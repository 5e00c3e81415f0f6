"""The disk and the database at their worst: a clear answer each time, and work goes on after."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from tests.acceptance.booth import PhotoBooth
from tests.acceptance.conftest import hosted, open_booth
from tests.support.bot_process import BotProcess
from tests.support.discord import DiscordStandIn
from tests.support.scripted_api import ScriptedAPI

DELIVERED = ("delivered", "spent", "spent")
SMALL = "size=16m"


async def run(*command: str) -> bool:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
    return await process.wait() == 0


@asynccontextmanager
async def mounted(folder: Path) -> AsyncGenerator[Path]:
    """A small disk of its own, which only root may have."""
    folder.mkdir()
    if not await run("mount", "-t", "tmpfs", "-o", SMALL, "tmpfs", str(folder)):
        pytest.skip("this user may not mount a small disk to fill")
    try:
        yield folder
    finally:
        assert await run("umount", "--lazy", str(folder))


def fill(file: Path) -> None:
    """Take every byte that is left."""
    with file.open("wb", buffering=0) as filler:
        for piece in (2**16, 2**12, 1):
            try:
                while True:
                    filler.write(bytes(piece))
            except OSError:
                continue


async def test_another_program_keeps_the_database_locked(
    booth: PhotoBooth, api: ScriptedAPI
) -> None:
    api.finishes, api.blocks = True, False
    await booth.picture(await booth.order())
    await booth.accounted(DELIVERED)
    asked = await booth.ask(user=booth.bob)
    photos = booth.photos()

    with closing(sqlite3.connect(booth.bot.data_dir / "bot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for refused in (await booth.order(), await booth.agree(asked)):
            answer = await booth.text(refused, "I cannot save anything just now.")
            assert answer.ephemeral
        assert "done" in await booth.jobs_page()  # who only reads is not disturbed
        other.execute("ROLLBACK")

    assert booth.photos() == photos
    assert booth.accounts() == [DELIVERED]
    await booth.picture(await booth.order())
    await booth.accounted(DELIVERED, DELIVERED)
    await booth.picture(await booth.order(user=booth.bob))
    assert api.paid == 3


async def test_a_full_disk(discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path) -> None:
    api.finishes, api.blocks = True, False
    settings = {**hosted(api), "MIN_FREE_MB": "0"}  # the disk is to be full before the bot knows
    async with mounted(tmp_path / "data"), open_booth(discord, tmp_path, **settings) as booth:
        await booth.picture(await booth.order())
        await booth.accounted(DELIVERED)
        fill(booth.bot.data_dir / "filler")
        for refused in (await booth.order(), await booth.imagine("a lake")):
            answer = await booth.text(refused, "I have no room to save anything just now.")
            assert answer.ephemeral
        assert booth.accounts() == [DELIVERED]

        (booth.bot.data_dir / "filler").unlink()
        await booth.picture(await booth.order())
        await booth.picture(await booth.imagine("a lake"))
        await booth.accounted(DELIVERED, DELIVERED, DELIVERED)
        assert await booth.bot.stop() == 0
        assert (await booth.bot.command("db", "check"))[0] == 0
    assert api.paid == 3


async def test_a_disk_that_is_getting_full_takes_no_orders_but_finishes_those_it_took(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    settings = {**hosted(api), "MIN_FREE_MB": "6"}
    async with mounted(tmp_path / "data"), open_booth(discord, tmp_path, **settings) as booth:
        taken = await booth.order()
        await booth.text(taken, "in its queue")
        filler = booth.bot.data_dir / "filler"
        filler.write_bytes(bytes(11 * 2**20))
        for refused in (await booth.order(), await booth.imagine("a lake")):
            await booth.text(refused, "I have no room to save anything just now.")
        await api.finish("job-1")
        await booth.picture(taken)
        await booth.accounted(DELIVERED)
        assert booth.bot.log.count("Orders are refused") == 1

        filler.unlink()
        await booth.text(await booth.order(), "in its queue")
        assert "There is room on the disk again" in booth.bot.log
    assert api.paid == 2


async def test_a_disk_that_takes_no_more_while_the_bot_runs(
    booth: PhotoBooth, api: ScriptedAPI
) -> None:
    """What a disk does that was mounted read-only after an error: every write fails."""
    api.finishes, api.blocks = True, False
    await booth.picture(await booth.order())
    await booth.accounted(DELIVERED)
    before = resource.prlimit(booth.bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(booth.bot.pid, resource.RLIMIT_FSIZE, (0, before[1]))
    for refused in (await booth.order(), await booth.imagine("a lake")):
        await booth.text(refused, "I cannot save anything just now.")
    assert "done" in await booth.jobs_page()  # who only reads is not disturbed

    resource.prlimit(booth.bot.pid, resource.RLIMIT_FSIZE, before)
    await booth.picture(await booth.order())
    await booth.accounted(DELIVERED, DELIVERED)
    assert await booth.bot.stop() == 0
    assert (await booth.bot.command("db", "check"))[0] == 0
    assert api.paid == 2


async def test_a_disk_that_cannot_be_written(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    async with mounted(tmp_path / "data") as folder:
        if not await run("mount", "-o", f"remount,ro,{SMALL}", str(folder)):
            pytest.skip("this user may not make a disk read-only")
        bot = BotProcess(discord, tmp_path, **hosted(api))
        await bot.launch()
        assert await bot.ended() == 1
    assert plain(bot).startswith("faceswap-bot: the database cannot be written")


async def test_a_second_bot_on_the_same_data(
    booth: PhotoBooth, api: ScriptedAPI, tmp_path: Path
) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    second = BotProcess(booth.discord, folder, **hosted(api), DATA_DIR=str(booth.bot.data_dir))
    await second.launch()
    assert await second.ended() == 1
    assert "only one bot may run on it" in plain(second)
    assert str(booth.bot.pid) in plain(second)
    assert (await booth.page("help")).text()


def plain(bot: BotProcess) -> str:
    """Return what the bot said, which must be one line for people."""
    (line,) = bot.log.splitlines()
    return line
