"""Making and editing messages: what Discord keeps of a request body, and what it refuses."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from tests.support.discord import components as ui
from tests.support.discord.errors import DiscordError, invalid
from tests.support.discord.files import StoredFile, Upload
from tests.support.discord.mentions import apply_mentions
from tests.support.discord.people import Channel, User
from tests.support.discord.records import Interaction, Message, MessageFlag
from tests.support.discord.world import World

Json = dict[str, Any]

MAX_CONTENT = 2000
MAX_EMBEDS = 10
MAX_EMBED_TEXT = 6000
MAX_FILES = 10
SETTABLE_NEW = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.COMPONENTS_V2
    | MessageFlag.EPHEMERAL
)
SETTABLE_EDIT = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2


@dataclass(slots=True, kw_only=True)
class Parts:
    """What a message is about to consist of; nothing is changed until all of it is checked."""

    content: str
    embeds: list[Json]
    components: list[Json]
    attachments: list[StoredFile]
    flags: MessageFlag


def create(
    world: World,
    channel: Channel,
    body: Json,
    files: dict[int, Upload],
    *,
    author: User,
    interaction: Interaction | None = None,
    reply_to: Message | None = None,
    message_id: int | None = None,
) -> Message:
    """A new message; raises before anything is stored if Discord would refuse it."""
    asked = MessageFlag(body.get("flags") or 0) & SETTABLE_NEW
    if interaction is None:
        asked &= ~MessageFlag.EPHEMERAL
    message = Message(
        id=message_id or world.clock.snowflake(),
        channel=channel,
        author=author,
        created_at=world.clock.now(),
        flags=asked,
        nonce=None if body.get("nonce") is None else str(body["nonce"]),
        interaction=interaction,
        reply_to=reply_to,
    )
    _commit(message, _parts(world, message, body, files))
    apply_mentions(message, allowed=body.get("allowed_mentions"), users=world.users)
    if message.ephemeral and interaction is not None:
        message.pings &= {interaction.user}
    world.keep(message)
    return message


def edit(world: World, message: Message, body: Json, files: dict[int, Upload]) -> None:
    """Change a message; an edit notifies nobody and ends "thinking"."""
    asked = MessageFlag(body.get("flags") or 0) & SETTABLE_EDIT
    before = message.flags
    message.flags |= asked
    try:
        parts = _parts(world, message, body, files)
    except DiscordError:
        message.flags = before
        raise
    was_thinking = message.thinking
    _commit(message, parts)
    message.flags &= ~MessageFlag.LOADING
    pings = message.pings
    apply_mentions(message, allowed=body.get("allowed_mentions"), users=world.users)
    message.pings = pings
    message.edits += 1
    if not was_thinking:
        message.edited_at = world.clock.now()


def _commit(message: Message, parts: Parts) -> None:
    message.content = parts.content
    message.embeds = parts.embeds
    message.components = parts.components
    message.attachments = parts.attachments
    message.flags = parts.flags
    message.said.append(message.text())


def _parts(world: World, message: Message, body: Json, files: dict[int, Upload]) -> Parts:
    v2 = MessageFlag.COMPONENTS_V2 in message.flags
    content = (body.get("content", message.content)) or ""
    embeds = (body.get("embeds", message.embeds)) or []
    components = (body.get("components", message.components)) or []
    _check_words(content, embeds, v2=v2)
    ui.check(components, v2=v2)
    if not (content or embeds or components or files or _keeps_files(message, body)):
        raise DiscordError(50006)
    attachments = _attachments(world, message, body, files)
    media = _Media(world=world, attachments=attachments)
    return Parts(
        content=content,
        embeds=[_resolve_embed(embed, media=media) for embed in embeds],
        components=ui.resolve(components, media=media)
        if "components" in body
        else message.components,
        attachments=attachments,
        flags=message.flags,
    )


def _check_words(content: str, embeds: list[Json], *, v2: bool) -> None:
    if v2 and (content or embeds):
        raise invalid(
            "content" if content else "embeds",
            "The 'content' and 'embeds' fields cannot be used with IS_COMPONENTS_V2.",
            code="MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        )
    if len(content) > MAX_CONTENT:
        raise invalid("content", f"Must be {MAX_CONTENT} or fewer in length.")
    if len(embeds) > MAX_EMBEDS:
        raise invalid("embeds", f"Must be {MAX_EMBEDS} or fewer in length.")
    if sum(map(_embed_length, embeds)) > MAX_EMBED_TEXT:
        raise invalid("embeds", f"Embed size exceeds maximum size of {MAX_EMBED_TEXT}")


def _embed_length(embed: Json) -> int:
    parts = [embed.get("title"), embed.get("description")]
    parts += [embed.get("author", {}).get("name"), embed.get("footer", {}).get("text")]
    for item in embed.get("fields", []):
        parts += [item.get("name"), item.get("value")]
    return sum(len(part) for part in parts if part)


def _keeps_files(message: Message, body: Json) -> bool:
    return bool(message.attachments) and body.get("attachments", True) != []


def _attachments(
    world: World, message: Message, body: Json, files: dict[int, Upload]
) -> list[StoredFile]:
    """Files kept by id and files uploaded, described by index; in the order of Discord."""
    listed: list[Json] | None = body.get("attachments")
    existing = {str(file.id): file for file in message.attachments}
    kept = list(existing.values())
    described: dict[int, Json] = {}
    if listed is not None:
        kept = [existing[str(entry["id"])] for entry in listed if str(entry["id"]) in existing]
        rest = [entry for entry in listed if str(entry["id"]) not in existing]
        described = {int(entry["id"]): entry for entry in rest}
        missing = set(described) - set(files)
        if missing:
            raise invalid("attachments", f"no file and no attachment with id {sorted(missing)}")
    if len(kept) + len(files) > MAX_FILES:
        raise invalid("attachments", f"Must be {MAX_FILES} or fewer in length.")
    folder = "ephemeral-attachments" if message.ephemeral else "attachments"
    uploaded = []
    for index, upload in sorted(files.items()):
        entry = described.get(index, {})
        named = Upload(entry.get("filename") or upload.filename, upload.data)
        file = world.store(
            named,
            folder=f"cdn/{folder}/{message.channel.id}",
            description=entry.get("description"),
            ephemeral=message.ephemeral,
        )
        file.spoiler = file.spoiler or bool(entry.get("is_spoiler"))
        uploaded.append(file)
    return [*kept, *uploaded]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Media:
    """Looks up what a component or an embed shows: attachment://name, or any URL."""

    world: World
    attachments: list[StoredFile]

    def __call__(self, url: str) -> Json:
        for file in self.attachments:
            if url in {f"attachment://{file.filename}", file.url}:
                return self._of_file(file)
        if url.startswith("attachment://"):
            raise invalid(
                "components",
                f"Referenced attachment {url} was not found.",
                code="UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
            )
        if not url.startswith(("http://", "https://")):
            raise invalid("components", f"{url} is not a URL", code="URL_TYPE_INVALID_SCHEME")
        return {"id": str(self.world.clock.snowflake()), "url": url, "proxy_url": url}

    @staticmethod
    def _of_file(file: StoredFile) -> Json:
        width, height = file.size or (None, None)
        return {
            "id": str(file.id),
            "url": file.url,
            "proxy_url": file.url,
            "width": width,
            "height": height,
            "content_type": file.content_type,
            "attachment_id": str(file.id),
        }


def _resolve_embed(embed: Json, *, media: _Media) -> Json:
    embed = copy.deepcopy(embed) | {"type": embed.get("type", "rich")}
    for key in ("image", "thumbnail"):
        if key in embed:
            found = media(embed[key]["url"])
            embed[key] = {k: v for k, v in found.items() if k in _EMBED_IMAGE and v is not None}
    for key in ("author", "footer"):
        url = embed.get(key, {}).get("icon_url")
        if url is not None:
            embed[key]["icon_url"] = media(url)["url"]
    return embed


_EMBED_IMAGE = {"url", "proxy_url", "width", "height", "content_type"}
