"""A server for a row about permissions: its people, its event, and how they try something."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.conftest import House
from tests.support.discord import (
    BOT_DEFAULT,
    Channel,
    Guild,
    Interaction,
    Message,
    Permission,
    Role,
    Upload,
    User,
)
from tests.support.discord import components as ui
from tests.support.waiting import until
from tests.support.workshop import photo_bytes
from tests.tables.permission_row import Who

IN_TIME = 20.0
AGREE = "I agree, go on"
POWERS = {
    Who.MODERATOR: Permission.MANAGE_MESSAGES,
    Who.MODERATORS_ROLE: Permission(0),
    Who.ORGANISER: Permission.MANAGE_EVENTS,
    Who.ORGANISERS_ROLE: Permission(0),
    Who.MANAGER: Permission.MANAGE_GUILD,
}
_STATE = """
    SELECT id, state, name, guest_limit, caption, frame, logo, wall_key
    FROM events WHERE guild_id = ?1
"""
_PICTURES = """
    SELECT p.id, p.state FROM event_pictures p JOIN events e ON e.id = p.event_id
    WHERE e.guild_id = ?1
"""
_VOTES = """
    SELECT v.picture_id, v.user_id FROM event_votes v JOIN event_pictures p ON p.id = v.picture_id
    JOIN events e ON e.id = p.event_id WHERE e.guild_id = ?1
"""
_BLOCKS = """
    SELECT b.user_id FROM event_blocks b JOIN events e ON e.id = b.event_id WHERE e.guild_id = ?1
"""
_SERVERS = "SELECT * FROM servers WHERE guild_id = ?1"
_RULES = "SELECT count(*) FROM quota_changes WHERE guild_id = ?1"
_ALL = (_STATE, _PICTURES, _VOTES, _BLOCKS, _SERVERS, _RULES)


@dataclass(slots=True, eq=False)
class Server:
    """One server with its channels, roles and people."""

    house: House
    guild: Guild = field(init=False)
    party: Channel = field(init=False)
    review: Channel = field(init=False)
    manager: User = field(init=False)
    trying: Who = Who.MEMBER  # what the one is who tries
    event_id: int = 0
    picture_id: int = 0
    shown: Interaction | Message | None = None  # what was prepared to be answered
    _roles: dict[Who, Role] = field(default_factory=dict)
    _names: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        discord = self.house.discord
        self.guild = discord.add_guild(
            "Photo Club", bot_permissions=BOT_DEFAULT | Permission.CREATE_EVENTS
        )
        self.party = discord.add_text_channel(self.guild, "party")
        self.review = discord.add_text_channel(self.guild, "review")
        for who, power in POWERS.items():
            self._roles[who] = discord.add_role(self.guild, who.name.lower(), power)
        self.manager = self.newcomer(Who.MANAGER)

    async def open(self) -> None:
        """Say which roles count, as who manages the server does."""
        text = await self.command(
            self.manager,
            "event settings",
            organiser_role=self._roles[Who.ORGANISERS_ROLE],
            moderator_role=self._roles[Who.MODERATORS_ROLE],
        )
        assert "organisers_role" in text or "<@&" in text, text

    # -- people

    def newcomer(self, who: Who) -> User:
        """Somebody new who is this here."""
        if who is Who.OPERATOR:
            user = self.house.discord.operator
        else:
            user = self.house.discord.add_user(f"{who.name.lower()}-{next(self._names)}")
        roles = [self._roles[who]] if who in POWERS else []
        self.house.discord.add_member(self.guild, user, roles=roles)
        return user

    def become(self, user: User, who: Who) -> None:
        """From now on somebody is this here, and nothing else."""
        member = self.guild.members[user.id]
        for role in list(member.roles):
            self.house.discord.take_role(self.guild, user, role)
        if who in POWERS:
            self.house.discord.give_role(self.guild, user, self._roles[who])

    def guest(self, user: User) -> User:
        """Whose picture is in question: that of who tries, if that is a guest."""
        return user if self.trying is Who.GUEST else self.newcomer(Who.MEMBER)

    # -- what people do

    async def command(self, user: User, name: str, **options: Any) -> str:
        """Type a command; returns what its answer says."""
        self.shown = await self.house.discord.slash(user, self.party, name, options)
        return await self.read(self.shown)

    async def press(self, user: User, message: Message | None, which: str) -> str:
        self.shown = await self.house.discord.press(user, message, which)
        return await self.read(self.shown)

    async def submit(self, user: User, opened: Interaction, **fields: Any) -> str:
        self.shown = await self.house.discord.submit_modal(user, opened, fields)
        return await self.read(self.shown)

    async def read(self, interaction: Interaction) -> str:
        """Wait for the answer, and return its words: the latest, where there are several."""
        await interaction.responded()
        if interaction.modal is not None:
            return f"form: {interaction.modal['title']}"
        before = interaction.source.text() if interaction.source else None

        def words() -> str:
            """What is new: an answer of its own, or the message that the button was on, changed."""
            told = [m.text() for m in interaction.messages if not m.deleted and not m.thinking]
            return next((text for text in reversed(told) if text and text != before), "")

        await self.house.discord.until(words, within=IN_TIME, what=f"words for {interaction.name}")
        return words()

    # -- what there is

    async def open_event(self) -> None:
        """Make an event as an organiser does, and wait until guests may step in."""
        form = await self.draft(self.manager)
        await self.submit(self.manager, form, name="Party")
        preview = self.shown
        assert isinstance(preview, Interaction)
        await self.press(self.manager, preview.original, "Create event")
        # The panel of an event that is over may look open for a moment still.
        await until(lambda: self._open_event() > self.event_id, within=IN_TIME)
        self.event_id = self._open_event()

    async def draft(self, user: User) -> Interaction:
        """Type /event create; returns what opened the form."""
        await self.command(
            user, "event create", starts="now", ends="3h", guest_limit=100, approval=self.review
        )
        assert isinstance(self.shown, Interaction)
        return self.shown

    def panel(self) -> Message:
        panel = self._panel()
        assert panel is not None
        return panel

    def _open_event(self) -> int:
        """Tell which event's panel stands last, by its number; 0: none."""
        panel = self._panel()
        ids = _custom_ids(panel) if panel is not None else []
        return next((int(i.split(":")[1]) for i in ids if i.endswith(":join")), 0)

    def _panel(self) -> Message | None:
        for message in reversed(self.house.discord.messages(self.party)):
            joins = [i for i in _custom_ids(message) if i.endswith(":join")]
            if joins and not any(b.get("disabled") for b in message.buttons()):
                return message
        return None

    async def step_in(self, guest: User) -> None:
        """Order a picture, and wait until the moderators have it before them."""
        opened = await self.house.discord.press(guest, self.panel(), "Step in")
        await opened.responded()
        photo = Upload("me.jpg", photo_bytes(), "image/jpeg")
        known = {picture_id for (picture_id,) in self._pictures_of(guest)}
        sent = await self.house.discord.submit_modal(
            guest, opened, {"photo": photo, "filter": "12", "who": "Woman", "consent": True}
        )
        await sent.responded()
        if sent.message is not None and AGREE in sent.message.labels():  # their first picture
            await (await self.house.discord.press(guest, sent.message, AGREE)).responded()
        await until(lambda: len(self._pictures_of(guest)) > len(known), within=IN_TIME)
        self.picture_id = max(picture_id for (picture_id,) in self._pictures_of(guest))
        await self.house.discord.until(
            lambda: self.find("approve") is not None, within=IN_TIME, what="a picture for review"
        )

    def _pictures_of(self, guest: User) -> list[Any]:
        query = "SELECT id FROM event_pictures WHERE user_id = ? AND event_id = ?"
        return self._query(query, guest.id, self.event_id)

    async def approve(self) -> None:
        """Have the picture shown, and wait until it is."""
        await self.press(self.manager, self.find("approve"), f"picture:{self.picture_id}:approve")
        await self.house.discord.until(
            lambda: self.find("vote") is not None, within=IN_TIME, what="a picture in the gallery"
        )

    def find(self, verb: str) -> Message | None:
        """The message whose button does this to the picture in question."""
        wanted = f"picture:{self.picture_id}:{verb}"
        for message in reversed(self.house.discord.every_message()):
            if not message.deleted and wanted in _custom_ids(message):
                return message
        return None

    def _query(self, sql: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.house.bot.data_dir / "bot.db")) as connection:
            return connection.execute(sql, values).fetchall()

    def state(self) -> list[Any]:
        """All that nobody may change without permission."""
        return [self._query(query, self.guild.id) for query in _ALL]


def _custom_ids(message: Message) -> list[str]:
    return [c["custom_id"] for c in ui.walk(message.components) if "custom_id" in c]
