"""A community event with guests, moderators and a gallery, in the words of a test."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from cogs.ui.events.panel import panel_card
from db.event_models import Event, EventState, GuestCounts, Place
from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.support.discord import (
    Channel,
    Interaction,
    Message,
    MessageFlag,
    Permission,
    Upload,
    User,
)
from tests.support.event_values import make_event
from tests.support.waiting import until
from tests.support.workshop import photo_bytes

MICROSECONDS = 1_000_000
FORM = {"who": "Woman", "consent": True}


@dataclass(slots=True)
class Party:
    """An open event in a booth's server; its moderators meet in a channel of their own."""

    booth: PhotoBooth
    needs_approval: bool = True
    place: Place = Place.CHANNEL
    review: Channel = field(init=False)
    gallery: Channel = field(init=False)
    moderator: User = field(init=False)
    event_id: int = field(init=False)
    panel: Message = field(init=False)

    async def begin(self, **changes: object) -> Party:
        discord, guild = self.booth.discord, self.booth.guild
        self.review = discord.add_text_channel(guild, "moderators")
        self.gallery = discord.add_text_channel(guild, "gallery")
        self.moderator = discord.add_user("mona")
        role = discord.add_role(guild, "Moderators", Permission.MANAGE_MESSAGES)
        discord.add_member(guild, self.moderator, roles=[role])
        self.event_id = self._write(**changes)
        self.panel = await self._post_panel()
        return self

    # --- the event, as its organiser made it

    def _write(self, **changes: object) -> int:
        now = datetime.now(UTC)
        values: dict[str, object] = {
            "guild_id": self.booth.guild.id,
            "organiser_id": self.booth.guild.owner.id,
            "state": EventState.OPEN.value,
            "name": "Summer party",
            "about": "",
            "prize": "",
            "timezone": "UTC",
            "starts_at": now - timedelta(hours=1),
            "ends_at": now + timedelta(hours=2),
            "channel_id": self.booth.channel.id,
            "place": self.place.value,
            "gallery_channel_id": self.gallery.id,
            "review_channel_id": self.review.id if self.needs_approval else None,
            "filters": "[]",
            "ratio": "portrait",
            "guest_limit": 5,
            "set_aside": 0,
            "caption": "",
            "wants_listing": 0,
            "created_at": now,
            "updated_at": now,
            **changes,
        }
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        with self._rows() as rows:
            done = rows.execute(
                f"INSERT INTO events ({names}) VALUES ({marks})",  # noqa: S608
                [_stored(value) for value in values.values()],
            )
            assert done.lastrowid is not None
            self._limit(rows, done.lastrowid, "member", 0, values["guest_limit"])
            if values.get("pot") is not None:
                scope = "community_event"
                self._limit(rows, done.lastrowid, scope, done.lastrowid, values["pot"])
            rows.commit()
        return done.lastrowid

    def _limit(
        self, rows: sqlite3.Connection, event_id: int, scope: str, scope_id: int, amount: object
    ) -> None:
        """Write a limit of the event, as opening it does."""
        columns = "ledger, scope, scope_id, guild_id, event_id, window, amount"
        rows.execute(
            f"INSERT INTO limits ({columns}) VALUES ('quota', ?, ?, ?, ?, 'event', ?)",  # noqa: S608
            (scope, scope_id, self.booth.guild.id, event_id, amount),
        )

    def change(self, **values: object) -> None:
        """Change the event's row, as its organiser or the clock would."""
        names = ", ".join(f"{name} = ?" for name in values)
        with self._rows() as rows:
            rows.execute(
                f"UPDATE events SET {names} WHERE id = ?",  # noqa: S608
                [*map(_stored, values.values()), self.event_id],
            )
            rows.commit()

    def close(self) -> None:
        """End the event, with a winner to be announced, as the conductor would."""
        now = datetime.now(UTC)
        values = {"closing_at": now, "closed_at": now, "files_delete_at": now + timedelta(days=1)}
        self.change(state=EventState.CLOSED.value, **values)
        with self._rows() as rows:
            rows.execute(
                "INSERT INTO event_notices (event_id, kind, due_at) VALUES (?, 'winner', ?)",
                (self.event_id, _stored(now)),
            )
            rows.commit()

    def _rows(self) -> closing[sqlite3.Connection]:
        return closing(sqlite3.connect(self.booth.bot.data_dir / "bot.db", timeout=10))

    async def _post_panel(self) -> Message:
        """Post the panel with the bot's token, as another part of the bot does."""
        discord = self.booth.discord
        event: Event = make_event(
            id=self.event_id,
            guild_id=self.booth.guild.id,
            channel_id=self.booth.channel.id,
            gallery_channel_id=self.gallery.id,
        )
        counts = GuestCounts(guests=0, pictures=0, waiting=0, votes=0)
        components: list[dict[str, Any]] = panel_card(event, counts).to_components()  # type: ignore[no-untyped-call]
        body = {"components": components, "flags": MessageFlag.COMPONENTS_V2}
        url = f"{discord.origin}/api/v10/channels/{self.booth.channel.id}/messages"
        headers = {"Authorization": f"Bot {discord.token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json=body, headers=headers) as answer,
        ):
            posted = discord.find_message(int((await answer.json())["id"]))
        assert posted is not None
        return posted

    # --- what guests do

    async def step_in(self, guest: User, **fields: object) -> Interaction:
        """Press the panel's button, fill in the form, and wait for the first answer."""
        opened = await self.booth.press(self.panel, "Step in", user=guest)
        return await self.send_form(opened, **fields)

    async def send_form(self, opened: Interaction, **fields: object) -> Interaction:
        photo = Upload("me.jpg", photo_bytes(), "image/jpeg")
        form = {"photo": photo, "filter": "Cyberpunk Neon", **FORM, **fields}
        sent = await self.booth.discord.submit_modal(opened.user, opened, form)
        return await sent.responded()

    async def order(self, guest: User, **fields: object) -> Interaction:
        """Step in and agree where the guest is asked to; returns what shows the job."""
        asked = await self.step_in(guest, **fields)
        if asked.message is not None and "Before your first picture" in asked.message.text():
            return await self.booth.agree(asked)
        return asked

    # --- what there is to see

    def pictures(self, what: str = "state") -> list[Any]:
        """Return a column of the event's pictures, in the order they came."""
        query = f"SELECT {what} FROM event_pictures WHERE event_id = ? ORDER BY id"  # noqa: S608
        return [row[0] for row in self.booth.query(query, self.event_id)]

    def files(self) -> list[str]:
        """Return what is kept of the event's pictures."""
        folder = self.booth.bot.data_dir / "events" / str(self.event_id)
        return sorted(path.name for path in folder.glob("*") if path.is_file())

    async def states(self, *wanted: str) -> None:
        """Wait until the event's pictures stand so."""
        await until(lambda: self.pictures() == [*wanted], within=IN_TIME)

    def reviews(self) -> list[Message]:
        """Return the bot's messages to the moderators."""
        return self._ours(self.review)

    def shown(self) -> list[Message]:
        """Return the pictures in the gallery."""
        return self._ours(self.gallery)

    async def reviewed(self, count: int = 1) -> list[Message]:
        """Wait until so many pictures are before the moderators."""
        await self.booth.discord.until(lambda: len(self.reviews()) >= count, within=IN_TIME)
        return self.reviews()

    async def exhibited(self, count: int = 1) -> list[Message]:
        """Wait until so many pictures are in the gallery."""
        await self.booth.discord.until(lambda: len(self.shown()) >= count, within=IN_TIME)
        return self.shown()

    async def approve(self, message: Message) -> Interaction:
        return await self.booth.press(message, "Approve", user=self.moderator)

    async def reject(self, message: Message, reason: str = "") -> Interaction:
        opened = await self.booth.press(message, "Reject", user=self.moderator)
        sent = await self.booth.discord.submit_modal(self.moderator, opened, {"reason": reason})
        return await sent.responded()

    def _ours(self, channel: Channel) -> list[Message]:
        messages = self.booth.discord.messages(channel)
        return [each for each in messages if each.author.bot and not each.ephemeral]


def _stored(value: object) -> object:
    """Return a value as the columns hold it."""
    if isinstance(value, datetime):
        return int(value.timestamp() * MICROSECONDS)
    return value
