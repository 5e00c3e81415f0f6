"""What members do and see, in the words of a test."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.support.bot_process import BotProcess
from tests.support.discord import Channel, DiscordStandIn, Guild, Interaction, Message, Upload, User
from tests.support.waiting import until
from tests.support.workshop import photo_bytes

IN_TIME = 20.0
Account = tuple[str, str | None, str | None]


@dataclass(slots=True)
class PhotoBooth:
    discord: DiscordStandIn
    bot: BotProcess
    guild: Guild = field(init=False)
    channel: Channel = field(init=False)
    alice: User = field(init=False)
    bob: User = field(init=False)

    def __post_init__(self) -> None:
        self.guild = self.discord.add_guild("Photo Club")
        self.channel = self.discord.add_text_channel(self.guild, "booth")
        self.alice = self.discord.add_user("alice")
        self.bob = self.discord.add_user("bob")
        for user in (self.alice, self.bob):
            self.discord.add_member(self.guild, user)

    async def ask(
        self,
        *,
        user: User | None = None,
        photo: bytes | None = None,
        filename: str = "me.jpg",
        direct: bool = False,
        **options: object,
    ) -> Interaction:
        """Type /faceswap and wait for the first answer."""
        upload = Upload(filename, photo_bytes() if photo is None else photo, "image/jpeg")
        interaction = await self.discord.slash(
            user or self.alice,
            None if direct else self.channel,
            "faceswap",
            {"photo": upload, "filter": "Cyberpunk Neon", "who": "Woman", **options},
        )
        return await interaction.responded()

    async def imagine(
        self, prompt: str, *, user: User | None = None, **options: object
    ) -> Interaction:
        """Type /imagine and wait for the first answer."""
        who = user or self.alice
        typed = await self.discord.slash(
            who, self.channel, "imagine", {"prompt": prompt, **options}
        )
        return await typed.responded()

    async def press(
        self, message: Message | None, which: str, *, user: User | None = None
    ) -> Interaction:
        """Press a button and wait for the first answer."""
        return await (await self.discord.press(user or self.alice, message, which)).responded()

    async def send_command(self) -> Interaction:
        """Type /faceswap without waiting for an answer."""
        upload = Upload("me.jpg", photo_bytes(), "image/jpeg")
        options = {"photo": upload, "filter": "Cyberpunk Neon", "who": "Woman"}
        return await self.discord.slash(self.alice, self.channel, "faceswap", options)

    def accounts(self, user: User | None = None) -> list[Account]:
        """Return state, quota and credits of each of a member's jobs, as they stand in the file."""
        query = """
            SELECT jobs.state,
                   (SELECT state FROM reservations WHERE job_id = jobs.id AND ledger = 'quota'),
                   (SELECT state FROM reservations WHERE job_id = jobs.id AND ledger = 'credits'
                    ORDER BY attempt DESC)
            FROM jobs WHERE user_id = ? ORDER BY jobs.id
        """
        return self.query(query, (user or self.alice).id)

    async def accounted(self, *wanted: Account, user: User | None = None) -> None:
        """Wait until a member's jobs stand so in the file; it tells nobody when it changes."""
        with suppress(TimeoutError):
            await until(lambda: self.accounts(user) == [*wanted], within=IN_TIME)
        assert self.accounts(user) == [*wanted]

    async def logged(self, words: str) -> None:
        """Wait until the bot's log says this."""
        await until(lambda: words in self.bot.log, within=IN_TIME)

    async def said_of_itself(self, state: str) -> None:
        """Wait until the bot's heartbeat says this."""
        heartbeat = self.bot.data_dir / "heartbeat"
        await until(lambda: state in heartbeat.read_text(), within=IN_TIME)

    def query(self, sql: str, *values: object) -> list[Any]:
        """Ask the bot's database, from outside."""
        with closing(sqlite3.connect(self.bot.data_dir / "bot.db")) as connection:
            return connection.execute(sql, values).fetchall()

    def photos(self) -> list[str]:
        """Return the names of all photos on the disk."""
        return sorted(path.name for path in (self.bot.data_dir / "photos").iterdir())

    async def consented(self) -> None:
        """Have alice agree once, with an order that is refused."""
        ordered = await self.order(photo=b"not a photo")
        await self.text(ordered, "cannot read this file")

    async def page(self, name: str, *, user: User | None = None) -> Message:
        """Type a command without options and return the page that it shows to one person."""
        typed = await self.discord.slash(user or self.alice, self.channel, name)
        await typed.responded()
        assert typed.ephemeral
        await self.discord.until(lambda: typed.original and not typed.original.thinking)
        assert typed.original is not None
        return typed.original

    async def jobs_page(self, user: User | None = None) -> str:
        """Return what /jobs shows."""
        return (await self.page("jobs", user=user)).text()

    async def settled(self) -> None:
        """Wait until the bot has nothing more to do with Discord: it stops in good order."""
        assert await self.bot.stop() == 0

    async def agree(self, asked: Interaction) -> Interaction:
        """Press the button of the consent card."""
        pressed = await self.discord.press(asked.user, asked.message, "I agree, go on")
        return await pressed.responded()

    async def order(self, **options: object) -> Interaction:
        """Order a picture, agreeing first if asked to."""
        asked = await self.ask(**options)  # type: ignore[arg-type]
        if asked.message is not None and "Before your first picture" in asked.message.text():
            return await self.agree(asked)
        return asked

    async def text(self, interaction: Interaction, part: str) -> Message:
        """Wait until a message of the interaction says this."""

        def said() -> Message | None:
            for message in interaction.messages:
                if not message.deleted and part in message.text():
                    return message
            return None

        found = await self.discord.until(said, within=IN_TIME, what=f"the words {part!r}")
        assert found is not None
        return found

    async def picture(self, interaction: Interaction, *, within: float = IN_TIME) -> Message:
        """Wait until the card shows a picture."""
        card = interaction.original
        assert card is not None
        await self.discord.until(lambda: card.files, within=within, what="a picture on the card")
        return card

    def posted(self, channel: Channel | None = None) -> list[Message]:
        """Return the public messages with a picture."""
        messages = self.discord.messages(channel or self.channel)
        return [message for message in messages if message.files and not message.ephemeral]

    def shown(self) -> list[Message]:
        """Return the bot's messages in the channel, ephemeral ones too."""
        messages = self.discord.messages(self.channel)
        return [message for message in messages if message.author is self.discord.bot]

    def asked_of_channel(self) -> list[str]:
        """Return what the bot asked Discord about the booth's channel with its own token."""
        path = f"/channels/{self.channel.id}/"
        return [f"{r.method} {r.path}" for r in self.discord.requests if r.path.startswith(path)]
