"""What is said of events and shown on their panels, on the stand-in, by a clock that is moved."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest

from bot.delivery.cards import Cards
from bot.delivery.events.announcing import FIRST_PAUSE, Announcer
from bot.delivery.events.event_posts import EventCards
from bot.delivery.events.panels import EDIT_EVERY, REFUSED_FOR
from bot.delivery.events.telling import Teller
from bot.services.events.bell import Bell
from bot.services.events.charting import Charting
from bot.services.events.reporting import Reporting
from db.database import Database
from db.event_models import Event, EventState, NoticeKind
from db.event_pictures import EventPictureRepository
from db.events import EventRepository
from db.notices import NoticeRepository
from tests.support.discord import Channel, DiscordStandIn, Message
from tests.support.events import insert_picture, make_plan
from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import MovableClock, Workshop, open_workshop

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ORGANISER = 77


class Hall:
    """An event's channel, its announcer, and the hands of an organiser."""

    def __init__(self, standin: DiscordStandIn, client: discord.Client, workshop: Workshop) -> None:
        self.discord = standin
        self.clock: MovableClock = workshop.clock
        self.database: Database = workshop.database
        self.guild = standin.add_guild("Party")
        self.channel: Channel = standin.add_text_channel(self.guild, "party")
        self.organiser = standin.add_user("olga")
        standin.add_member(self.guild, self.organiser)
        self.events = EventRepository(workshop.database, clock=workshop.clock)
        pictures = EventPictureRepository(workshop.database, clock=workshop.clock)
        cards = Cards(client=client, jobs=workshop.jobs, clock=workshop.clock)
        self.announcer = Announcer(
            client=client,
            events=self.events,
            posts=EventCards(
                events=self.events,
                pictures=pictures,
                planning=workshop.events.planning,
                dressing=workshop.events.dressing,
                reporting=Reporting(pictures=pictures, charting=Charting()),
                folder=workshop.data_dir / "events",
                max_upload_bytes=10 * 2**20,
            ),
            teller=Teller(
                client=client, cards=cards, jobs=workshop.jobs, servers=workshop.events.servers
            ),
            marks=NoticeRepository(workshop.database, clock=workshop.clock),
            bell=Bell(),
            clock=workshop.clock,
        )
        self.event_id = 0

    async def plan(self, **changes: object) -> Event:
        now = self.clock()
        plan = make_plan(
            **{
                "channel_id": self.channel.id,
                "starts_at": now,
                "ends_at": now + HOUR,
                **changes,
            }
        )
        draft = await self.events.draft(self.guild.id, self.organiser.id, plan)
        event = await self.events.publish(draft.id)
        self.event_id = event.id
        return await self.events.advance(event.id)

    async def turn(self, *, later: timedelta = timedelta()) -> None:
        self.clock.advance(later)
        await self.events.advance(self.event_id)
        await self.announcer.turn()

    def said(self, words: str = "") -> list[Message]:
        messages = self.discord.messages(self.channel)
        return [each for each in messages if words in each.text() and not each.deleted]

    async def panel(self) -> Message:
        event = await self.events.get(self.event_id)
        found = self.discord.find_message(event.panel_message_id)
        assert found is not None
        assert not found.deleted
        return found

    def lets_in(self, message: Message) -> bool:
        """Tell whether a message has the way in, and it is open."""
        return any(
            button.get("custom_id") == f"event:{self.event_id}:join" and not button.get("disabled")
            for button in message.buttons()
        )

    def edits(self) -> int:
        path = f"/channels/{self.channel.id}/messages/"
        asked = [each for each in self.discord.requests if each.path.startswith(path)]
        return len([each for each in asked if each.method == "PATCH"])


@pytest.fixture
async def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Hall]:
    async with (
        DiscordStandIn() as standin,
        ScriptedAPI() as api,
        open_workshop(tmp_path, api) as workshop,
        discord.Client(intents=discord.Intents.none()) as client,
    ):
        monkeypatch.setattr(discord.http.Route, "BASE", f"{standin.origin}/api/v10")
        await client.login(standin.token)
        workshop.clock.now = datetime.now(UTC)
        yield Hall(standin, client, workshop)


async def test_an_event_is_announced_with_its_panel(hall: Hall) -> None:
    await hall.plan(ping_role_id=None)
    await hall.turn()
    await hall.turn()
    announcement, panel = hall.said()
    assert "Winter party" in announcement.text()
    assert panel is await hall.panel()
    assert hall.lets_in(panel)
    event = await hall.events.get(hall.event_id)
    assert event.panel_message_id == panel.id
    assert await hall.events.list_unposted_notices() == ()


async def test_the_panel_follows_what_happens_but_not_too_often(hall: Hall) -> None:
    event = await hall.plan()
    await hall.turn()
    await insert_picture(hall.database, event.id, job_id=1)
    await hall.turn(later=EDIT_EVERY - timedelta(microseconds=1))
    assert hall.edits() == 0
    await hall.turn(later=timedelta(microseconds=1))
    assert hall.edits() == 1
    await hall.turn(later=HOUR / 2)
    assert hall.edits() == 1  # nothing has changed
    await hall.events.pause(event.id)
    await hall.turn()
    assert hall.edits() == 2
    assert "Paused" in (await hall.panel()).text()


async def test_a_panel_that_was_deleted_comes_again(hall: Hall) -> None:
    event = await hall.plan()
    await hall.turn()
    hall.discord.delete_message(await hall.panel())
    await hall.events.pause(event.id)
    await hall.turn(later=MINUTE)
    await hall.turn()
    assert "Paused" in (await hall.panel()).text()
    assert len(hall.said()) == 2


async def test_an_event_that_is_over_lets_nobody_in_before_it_is_said(hall: Hall) -> None:
    await hall.plan()
    await hall.turn()
    hall.discord.fail("POST", f"/channels/{hall.channel.id}/messages", status=503, times=None)
    await hall.turn(later=HOUR)
    assert [each.kind for each in await hall.events.list_unposted_notices()] == [NoticeKind.CLOSED]
    assert not hall.lets_in(await hall.panel())


async def test_all_is_said_in_its_order(hall: Hall) -> None:
    await hall.plan(starts_at=hall.clock() + 2 * MINUTE)
    for later in (timedelta(), 2 * MINUTE, 48 * MINUTE, 10 * MINUTE):
        await hall.turn(later=later)
        await hall.turn()
    panel = await hall.panel()
    texts = [message.text() for message in hall.said() if message is not panel]
    for text, words in zip(
        texts, ("It opens", "is open until", "Step in while you can", "is over"), strict=True
    ):
        assert words in text


async def test_an_event_missed_as_a_whole_says_so_and_nothing_else(hall: Hall) -> None:
    event = await hall.plan(starts_at=hall.clock() + MINUTE)
    await hall.turn()
    before = len(hall.said())
    await hall.turn(later=2 * HOUR)
    (last,) = hall.said()[before:]
    assert "I was away" in last.text()
    assert (await hall.events.get(event.id)).state is EventState.CLOSED


async def test_while_discord_does_not_answer_it_is_tried_again(hall: Hall) -> None:
    path = f"/channels/{hall.channel.id}/messages"
    hall.discord.fail("POST", path, status=503, times=2)
    await hall.plan()
    for _ in range(3):
        await hall.turn()
    assert posts(hall) == 1  # and not at every turn
    await hall.turn(later=FIRST_PAUSE)
    assert posts(hall) == 2
    await hall.turn(later=FIRST_PAUSE)
    assert posts(hall) == 2
    await hall.turn(later=FIRST_PAUSE)
    assert len(hall.said()) == 2


def posts(hall: Hall) -> int:
    path = f"/channels/{hall.channel.id}/messages"
    asked = [each for each in hall.discord.requests if each.path == path]
    return len([each for each in asked if each.method == "POST"])


async def test_a_channel_that_takes_nothing_is_told_of_once(hall: Hall) -> None:
    path = f"/channels/{hall.channel.id}/messages"
    hall.discord.fail("POST", path, status=403, code=50013, times=None)
    await hall.plan(starts_at=hall.clock() + 2 * MINUTE)
    for later in (timedelta(), 2 * MINUTE, HOUR):
        await hall.turn(later=later)
    assert hall.said() == []
    (told,) = hall.discord.messages(hall.discord.dm_channel(hall.organiser))
    assert "takes nothing from me" in told.text()
    assert await hall.events.list_unposted_notices() == ()
    assert (await hall.events.get(hall.event_id)).state is EventState.CLOSED


async def test_only_our_own_messages_are_taken_for_ours(hall: Hall, tmp_path: Path) -> None:
    event = await hall.plan()
    await hall.discord.say(hall.organiser, hall.channel, "hello")
    await hall.turn()
    assert len(hall.said()) == 3
    notice = await hall.events.find_notice(event.id, NoticeKind.ANNOUNCED)
    assert notice is not None
    assert notice.message_id == hall.said()[1].id


async def test_an_event_that_cannot_be_drawn_keeps_no_other_back(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    broken = await hall.plan(name="Broken", ratio="no such shape")
    await hall.plan(name="Whole")
    await hall.turn()
    await hall.turn(later=MINUTE)
    assert len(hall.said("Whole")) == 2
    assert (await hall.events.get(broken.id)).panel_message_id is None
    assert f"Event {broken.id}: something could not be posted." in caplog.text


async def test_a_panel_comes_once_its_channel_takes_it(hall: Hall) -> None:
    path = f"/channels/{hall.channel.id}/messages"
    hall.discord.fail("POST", path, status=403, code=50013, times=2)
    await hall.plan()
    await hall.turn()
    await hall.turn(later=MINUTE)
    assert posts(hall) == 2  # the announcement, and the panel once
    await hall.turn(later=REFUSED_FOR)
    (panel,) = hall.said()
    assert hall.lets_in(panel)


async def test_an_event_goes_on_without_its_channel(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    event = await hall.plan()
    await hall.turn()
    hall.discord.delete_channel(hall.channel)
    await hall.events.pause(event.id)
    for _ in range(3):
        await hall.turn(later=MINUTE)
    await hall.turn(later=HOUR)
    assert (await hall.events.get(event.id)).state is EventState.CLOSED
    assert await hall.events.list_unposted_notices() == ()
    (told,) = hall.discord.messages(hall.discord.dm_channel(hall.organiser))
    assert "takes nothing from me" in told.text()
    assert "Traceback" not in caplog.text
