"""Messages and interactions as they stand: live objects that a test looks at."""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.discord.changes import Changes
from tests.support.discord.components import buttons, gallery_items, texts, walk
from tests.support.discord.files import StoredFile
from tests.support.discord.people import Channel, Role, User

Json = dict[str, Any]


class MessageFlag(enum.IntFlag):
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    COMPONENTS_V2 = 1 << 15


NO_FLAGS = MessageFlag(0)


class Notice(enum.IntEnum):
    """Messages that Discord itself writes, in the name of who did it."""

    PINNED = 6
    THREAD_OPENED = 18


class InteractionKind(enum.IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class ResponseType(enum.IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE_MESSAGE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """A message; edits change this object, deletion sets `deleted`."""

    id: int
    channel: Channel
    author: User
    created_at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[StoredFile] = field(default_factory=list)
    flags: MessageFlag = NO_FLAGS
    nonce: str | None = None
    interaction: Interaction | None = None
    reply_to: Message | None = None
    thread: Channel | None = None  # that was opened from it
    notice: Notice | None = None  # what it tells of, if nobody wrote it
    about: Message | Channel | None = None  # what a notice is about
    pinned: bool = False
    mentions: list[User] = field(default_factory=list)
    role_mentions: list[Role] = field(default_factory=list)
    mentions_everyone: bool = False
    pings: set[User] = field(default_factory=set)  # whom it notified; an edit notifies nobody
    edited_at: datetime | None = None
    edits: int = 0
    deleted: bool = False
    said: list[str] = field(default_factory=list)  # all that it has ever said, one entry a version

    @property
    def ephemeral(self) -> bool:
        return MessageFlag.EPHEMERAL in self.flags

    @property
    def thinking(self) -> bool:
        return MessageFlag.LOADING in self.flags

    def is_visible_to(self, user: User) -> bool:
        """Anyone in the channel sees it, unless it is ephemeral."""
        return not self.ephemeral or (
            self.interaction is not None and self.interaction.user is user
        )

    @property
    def files(self) -> dict[str, bytes]:
        return {file.filename: file.data for file in self.attachments}

    def text(self) -> str:
        """All that can be read: content, embeds and text displays, one per line."""
        parts = [self.content, *map(_embed_text, self.embeds), *texts(self.components)]
        return "\n".join(part for part in parts if part)

    def buttons(self) -> list[Json]:
        return buttons(self.components)

    def labels(self) -> list[str]:
        """The labels of the buttons that can be pressed."""
        return [b.get("label", "") for b in self.buttons() if not b.get("disabled")]

    def alt_texts(self) -> list[str]:
        """Alternative texts of what is shown: gallery items first, then attachments."""
        items = [item.get("description") for item in gallery_items(self.components)]
        every = [*items, *(file.description for file in self.attachments)]
        return list(dict.fromkeys(text for text in every if text))

    def spoilers(self) -> list[str]:
        """Names of the files that are hidden until clicked."""
        hidden = {str(item["media"].get("attachment_id")) for item in _hidden(self.components)}
        return [a.filename for a in self.attachments if a.spoiler or str(a.id) in hidden]


@dataclass(slots=True, kw_only=True, eq=False)
class Interaction:
    """What a user did, and what became of it."""

    id: int
    token: str
    kind: InteractionKind
    user: User
    channel: Channel
    created_at: datetime
    changes: Changes = field(repr=False)
    patience: float  # seconds that Discord's client waits for the first response
    name: str = ""
    source: Message | None = None  # the message whose component was used
    trigger: Interaction | None = None  # the interaction that opened the submitted modal
    response_type: ResponseType | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    answered_at: datetime | None = None
    _answered: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def answer(self, kind: ResponseType, *, at: datetime) -> None:
        """Note the first response."""
        self.response_type, self.answered_at = kind, at
        self._answered.set()

    async def wait_for_answer(self) -> None:
        """Wait for the first response, however long it takes."""
        await self._answered.wait()

    async def responded(self) -> Interaction:
        """Wait for the first response; AssertionError when the user would see it fail."""
        try:
            async with asyncio.timeout(self.patience):
                await self.wait_for_answer()
        except TimeoutError:
            await self.changes.until(
                lambda: self.response_type is not None,
                within=0,
                what=f"a response to {self.user.name}'s {self.name}",
            )
        return self

    @property
    def message(self) -> Message | None:
        """The message this interaction answers with (for an update, the one it came from)."""
        return None if self.original is None or self.original.deleted else self.original

    @property
    def ephemeral(self) -> bool:
        return self.original is not None and self.original.ephemeral

    @property
    def messages(self) -> list[Message]:
        """Every message its token can reach."""
        return [m for m in [self.original, *self.followups] if m is not None]


def _embed_text(embed: Json) -> str:
    parts = [embed.get("author", {}).get("name"), embed.get("title"), embed.get("description")]
    for item in embed.get("fields", []):
        parts += [item["name"], item["value"]]
    parts.append(embed.get("footer", {}).get("text"))
    return "\n".join(part for part in parts if part)


def _hidden(components: list[Json]) -> list[Json]:
    """Gallery items and thumbnails with a spoiler, of their own or of the container around."""
    hidden = [item for item in gallery_items(components) if item.get("spoiler")]
    for container in components:
        if container["type"] == 17 and container.get("spoiler"):
            hidden += gallery_items([container])
    hidden += [{"media": c["file"]} for c in walk(components) if c["type"] == 13 and c["spoiler"]]
    return hidden
