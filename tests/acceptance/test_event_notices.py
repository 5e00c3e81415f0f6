"""What is said of an event is posted once, though the program is killed as it says it.

The real program with kill -9 against the stand-in: many events at once, each in its own channel and
before another thing to say, and each held at Discord's door, on the way in or on the way out.
"""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from db.database import Database
from db.event_models import EventState, NoticeKind
from db.event_schema import event_notices
from db.events import EventRepository
from db.migrate import migrate
from tests.acceptance.booth import IN_TIME
from tests.acceptance.conftest import hosted
from tests.support.bot_process import BotProcess
from tests.support.discord import Channel, DiscordStandIn, Guild, Message
from tests.support.discord.components import buttons
from tests.support.events import insert_event, insert_picture, make_plan
from tests.support.scripted_api import ScriptedAPI

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PANEL = "panel"

# What comes to be said first in each state, and words that stand in it and nowhere else.
SAID: dict[str, str] = {
    NoticeKind.ANNOUNCED: "It opens",
    PANEL: ":join",
    NoticeKind.OPENED: "is open until",
    NoticeKind.TIME_WARNING: "Step in while you can",
    NoticeKind.CLOSED: "is over",
    NoticeKind.WINNER: "The winner of",
    NoticeKind.CANCELLED: "was cancelled",
}
CASES = list(itertools.product(SAID, (True, False)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A program that is not running yet, its database and its server."""

    discord: DiscordStandIn
    bot: BotProcess
    guild: Guild

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.bot.data_dir / 'bot.db'}"

    def said(self, channel: Channel, what: str) -> list[Message]:
        return [
            message for message in self.discord.messages(channel) if SAID[what] in words_of(message)
        ]


def words_of(message: Message) -> str:
    """Return all that stands in a message, and the custom ids of its buttons."""
    ids = (str(button.get("custom_id")) for button in buttons(message.components))
    return " ".join([message.text(), *ids])


@pytest.fixture
async def party(discord: DiscordStandIn, api: ScriptedAPI, tmp_path: Path) -> AsyncGenerator[Party]:
    bot = BotProcess(discord, tmp_path, **hosted(api))
    try:
        yield Party(discord=discord, bot=bot, guild=discord.add_guild("Party"))
    finally:
        await bot.close()


async def prepare(database: Database, party: Party, channel: Channel, what: str) -> int:
    """Put an event into the database that is about to have this said; returns its number."""
    now = datetime.now(UTC)
    begins = {"starts_at": now + HOUR, "ends_at": now + 2 * HOUR}
    runs = {"starts_at": now - HOUR, "ends_at": now + HOUR}
    ended = {"starts_at": now - HOUR, "ends_at": now - MINUTE}
    events = EventRepository(database)
    if what == NoticeKind.ANNOUNCED:
        plan = make_plan(channel_id=channel.id, wants_listing=False, **begins)
        return (await events.publish((await events.draft(party.guild.id, 1, plan)).id)).id
    states: dict[str, dict[str, Any]] = {
        PANEL: {**runs, "state": EventState.OPEN},
        NoticeKind.OPENED: {**runs, "state": EventState.SCHEDULED, "opened_at": None},
        NoticeKind.TIME_WARNING: {
            "starts_at": now - 9 * HOUR,
            "ends_at": now + HOUR,
            "state": EventState.OPEN,
        },
        NoticeKind.CLOSED: {**ended, "state": EventState.OPEN},
        NoticeKind.WINNER: {**ended, "state": EventState.CLOSED, "closed_at": now},
        NoticeKind.CANCELLED: {**begins, "state": EventState.SCHEDULED, "opened_at": None},
    }
    event = await insert_event(
        database,
        **{
            "guild_id": party.guild.id,
            "channel_id": channel.id,
            "wants_listing": False,
            "created_at": now - 10 * HOUR,
            "opened_at": now - 9 * HOUR,
            **states[what],
        },
    )
    posted = [NoticeKind.ANNOUNCED, *([NoticeKind.CLOSED] if what == NoticeKind.WINNER else [])]
    rows = [
        {
            "event_id": event.id,
            "kind": kind,
            "due_at": event.created_at,
            "posted_at": event.created_at,
            "channel_id": channel.id,
            "message_id": 1,
        }
        for kind in posted
    ]
    await database.write(lambda c: c.execute(sa.insert(event_notices), rows))
    if what == NoticeKind.WINNER:
        picture = {"job_id": event.id, "gallery_channel_id": 1, "gallery_message_id": 1}
        await insert_picture(database, event.id, votes=2, **picture)
        row = {"event_id": event.id, "kind": NoticeKind.WINNER, "due_at": now}
        await database.write(lambda c: c.execute(sa.insert(event_notices), row))
    if what == NoticeKind.CANCELLED:
        await events.cancel(event.id)
    return event.id


async def test_killed_as_it_says_something_it_is_said_once(party: Party) -> None:
    discord = party.discord
    channels = [discord.add_text_channel(party.guild, f"c{n}") for n in range(len(CASES))]
    async with Database.open(party.database_url) as database:
        await migrate(database)
        for channel, (what, _) in zip(channels, CASES, strict=True):
            await prepare(database, party, channel, what)
    held = [
        discord.hold("POST", f"/channels/{channel.id}/messages", before=before)
        for channel, (_, before) in zip(channels, CASES, strict=True)
    ]
    await party.bot.start()
    for each in held:
        await each.arrived()
    await party.bot.kill()
    for each in held:
        each.drop()
    arrived = [bool(party.said(c, what)) for c, (what, _) in zip(channels, CASES, strict=True)]
    assert arrived == [not before for _, before in CASES]

    discord.limits.nonce_window = timedelta(0)  # the bot was away for longer than a nonce
    await party.bot.start()
    await discord.until(
        lambda: all(party.said(c, what) for c, (what, _) in zip(channels, CASES, strict=True)),
        within=IN_TIME,
    )
    await discord.until(lambda: not unposted(party), within=IN_TIME)
    assert await party.bot.stop() == 0

    for channel, (what, _) in zip(channels, CASES, strict=True):
        assert len(party.said(channel, what)) == 1, what
        for other in SAID:
            assert len(party.said(channel, other)) <= 1, (what, other)
    assert "Traceback" not in party.bot.log


async def test_a_copy_that_was_put_back_says_nothing_twice(party: Party, tmp_path: Path) -> None:
    discord, copy = party.discord, tmp_path / "copy.db"
    whats = (NoticeKind.ANNOUNCED, NoticeKind.OPENED, NoticeKind.TIME_WARNING, NoticeKind.CLOSED)
    channels = [discord.add_text_channel(party.guild, what) for what in whats]
    async with Database.open(party.database_url) as database:
        await migrate(database)
        numbers = [
            await prepare(database, party, channel, what)
            for channel, what in zip(channels, whats, strict=True)
        ]
    code, said = await party.bot.command("db", "backup", str(copy))
    assert code == 0, said
    await party.bot.start()
    await discord.until(
        lambda: all(party.said(c, what) for c, what in zip(channels, whats, strict=True)),
        within=IN_TIME,
    )
    await discord.until(lambda: all(party.said(c, PANEL) for c in channels[:3]), within=IN_TIME)
    await discord.until(lambda: not unposted(party), within=IN_TIME)
    await party.bot.kill()

    for name in ("bot.db-wal", "bot.db-shm"):
        (party.bot.data_dir / name).unlink(missing_ok=True)
    shutil.copy(copy, party.bot.data_dir / "bot.db")
    _, said = await party.bot.command("doctor", "--after-restore")
    assert f"events under way in the copy: {', '.join(map(str, numbers))}" in said
    discord.limits.nonce_window = timedelta(0)
    await party.bot.start()
    await discord.until(lambda: not unposted(party), within=IN_TIME)
    await discord.until(lambda: panels_known(party) == len(channels) - 1, within=IN_TIME)
    assert await party.bot.stop() == 0
    for channel, what in zip(channels, whats, strict=True):
        assert len(party.said(channel, what)) == 1, what
        assert len(party.said(channel, PANEL)) == (what is not NoticeKind.CLOSED)
    async with Database.open(party.database_url) as database:
        events = EventRepository(database)
        draft = await events.draft(party.guild.id, 1, make_plan())
    assert draft.id > 100_000  # lower numbers may stand on panels and name folders


def unposted(party: Party) -> list[tuple[int]]:
    with closing(sqlite3.connect(party.bot.data_dir / "bot.db")) as connection:
        query = "SELECT event_id FROM event_notices WHERE posted_at IS NULL"
        return connection.execute(query).fetchall()


def panels_known(party: Party) -> int:
    with closing(sqlite3.connect(party.bot.data_dir / "bot.db")) as connection:
        query = "SELECT count(*) FROM events WHERE panel_message_id IS NOT NULL"
        (count,) = connection.execute(query).fetchone()
    return int(count)
