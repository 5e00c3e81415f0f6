"""After an event: the report with its chart in the channel, and all pictures to take home."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from db.database import Database
from db.event_models import EventState, PictureState
from db.migrate import migrate
from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import hosted
from tests.acceptance.organising import command, make_organiser
from tests.support.artwork import decoded
from tests.support.bot_process import BotProcess
from tests.support.discord import DiscordStandIn, Interaction, Message
from tests.support.events import insert_event, insert_picture
from tests.support.party import samples
from tests.support.ports import free_port
from tests.support.scripted_api import ScriptedAPI

PICTURES = 8


@asynccontextmanager
async def after_a_party(
    discord: DiscordStandIn, api: ScriptedAPI, folder: Path, *, padding: int = 0, **settings: str
) -> AsyncGenerator[PhotoBooth]:
    """Start a bot whose event has just come to its end, with pictures of which one waits."""
    bot = BotProcess(discord, folder, **hosted(api), **settings)
    booth = PhotoBooth(discord=discord, bot=bot)
    make_organiser(booth)
    now = datetime.now(UTC)
    async with Database.open(f"sqlite:///{bot.data_dir / 'bot.db'}") as database:
        await migrate(database)
        event = await insert_event(
            database,
            guild_id=booth.guild.id,
            channel_id=booth.channel.id,
            gallery_channel_id=booth.channel.id,
            starts_at=now - timedelta(hours=4),
            opened_at=now - timedelta(hours=4),
            ends_at=now - timedelta(seconds=1),
            state=EventState.OPEN,
            wants_listing=False,
        )
        pictures = bot.data_dir / "events" / str(event.id)
        pictures.mkdir(parents=True)
        for number in range(1, PICTURES + 2):
            name = f"{number}.jpg"
            (pictures / name).write_bytes(samples()[number] + bytes(padding))
            waits = number > PICTURES
            await insert_picture(
                database,
                event.id,
                job_id=number,
                votes=number % 3,
                votes_shown=number % 3,
                file=name,
                caption="=1+1" if number == 1 else "",
                created_at=now - timedelta(minutes=20 * number),
                gallery_channel_id=booth.channel.id,
                gallery_message_id=number,
                **({"state": PictureState.WAITING, "shown_at": None} if waits else {}),
            )
    try:
        await bot.start()
        yield booth
    finally:
        await bot.close()


async def exported(booth: PhotoBooth, **options: Any) -> tuple[Interaction, Message]:
    """Ask for an export; returns the answer when all of it is there."""
    asked = await command(booth, "export", event="Winter party", **options)

    def answer() -> bool:
        return asked.original is not None and "Inside are the pictures" in asked.original.text()

    await booth.discord.until(answer, within=IN_TIME, what="an export")
    assert asked.ephemeral
    assert asked.original is not None
    return asked, asked.original


def tables(archives: list[zipfile.ZipFile]) -> list[dict[str, str]]:
    texts = [archive.read("index.csv").decode("utf-8-sig") for archive in archives]
    return [row for text in texts for row in csv.DictReader(io.StringIO(text, newline=""))]


def zips(booth: PhotoBooth, asked: Interaction) -> list[zipfile.ZipFile]:
    mine = [
        message
        for message in booth.discord.messages(booth.channel)
        if message.ephemeral and message.interaction is asked and message is not asked.original
    ]
    files = [file for message in mine for file in message.attachments]
    return [zipfile.ZipFile(io.BytesIO(file.data)) for file in files]


async def test_without_a_wall_report_files_and_command_line_tell_of_the_same_pictures(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    async with after_a_party(discord, api, tmp_path, padding=1_600_000) as booth:
        await see_report(booth)
        await take_files(booth)
        target = tmp_path / "party.zip"
        code, said = await booth.bot.command("event", "export", "1", str(target))
        assert code == 0, said
        assert f"{PICTURES} pictures" in said
        with zipfile.ZipFile(target) as archive:
            assert len(tables([archive])) == PICTURES
        code, said = await booth.bot.command("event", "export", "77", "other.zip")
        assert code != 0
        assert "no event 77" in said


async def see_report(booth: PhotoBooth) -> None:
    """Wait for the report, which has the chart with it."""

    def report() -> list[Message]:
        return [each for each in booth.posted() if "🏁" in each.text()]

    await booth.discord.until(report, within=IN_TIME, what="the report")
    (posted,) = report()
    text = posted.text()
    assert "**1 guest** · **8 pictures** shown of 9 made" in text
    assert "1 picture still waits for a moderator" in text
    assert "**Most used filters:** Cyberpunk Neon (9)" in text
    assert "**Busiest hour:** <t:" in text
    assert "9 votes were given" in text
    (chart,) = posted.attachments
    assert decoded(chart.data).size == (1200, 630)
    assert "Bar chart: pictures per hour" in str(posted.components)


async def take_files(booth: PhotoBooth) -> None:
    """Export in parts, each of which opens by itself; then the last one again."""
    asked, answer = await exported(booth)
    archives = zips(booth, asked)
    assert len(archives) > 1
    assert all(archive.testzip() is None for archive in archives)
    rows = tables(archives)
    assert len(rows) == PICTURES
    assert [row["caption"] for row in rows if row["caption"]] == ["'=1+1"]
    assert f"parts 1 to {len(archives)} of {len(archives)}" in answer.text()
    again, _ = await exported(booth, part=len(archives), waiting=True)
    assert len(zips(booth, again)) == 1
    assert not list((booth.bot.data_dir / "exports").iterdir())


async def test_with_a_wall_there_is_one_link_for_the_organiser_alone(
    discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path
) -> None:
    port = free_port()
    async with after_a_party(discord, api, tmp_path, WALL_PORT=str(port)) as booth:
        _, answer = await exported(booth)
        (button,) = [each for each in answer.buttons() if each.get("url")]
        async with aiohttp.ClientSession() as session, session.get(button["url"]) as response:
            assert response.status == 200
            assert "winter-party-pictures.zip" in response.headers["Content-Disposition"]
            with zipfile.ZipFile(io.BytesIO(await response.read())) as archive:
                assert len(tables([archive])) == PICTURES
        stranger = await command(booth, "export", user=booth.bob, event="Winter party")
        await booth.discord.until(lambda: stranger.message, within=IN_TIME)
        assert stranger.message is not None
        assert "organiser" in stranger.message.text()
