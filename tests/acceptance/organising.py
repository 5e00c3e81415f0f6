"""What an organiser of community events types and sees, in the words of a test."""

from __future__ import annotations

from typing import Any

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.support.discord import Channel, Interaction, Message, Permission, User

MICROSECONDS = 1_000_000  # that times stand in, in the file
WHEN: dict[str, Any] = {"starts": "tomorrow 18:00", "ends": "4h", "timezone": "Europe/Berlin"}
FORM = {"name": "Winter party", "about": "Be kind.", "prize": "A mug"}


def make_organiser(booth: PhotoBooth) -> None:
    """Let alice manage events, and the bot make threads and listings."""
    role = booth.discord.add_role(booth.guild, "crew", Permission.MANAGE_EVENTS)
    booth.discord.give_role(booth.guild, booth.alice, role)
    own = booth.discord.bot_role(booth.guild)
    may = own.permissions | Permission.CREATE_EVENTS | Permission.CREATE_PUBLIC_THREADS
    booth.discord.set_role(booth.guild, own, may)


async def command(
    booth: PhotoBooth, name: str, *, user: User | None = None, **options: Any
) -> Interaction:
    typed = await booth.discord.slash(
        user or booth.alice, booth.channel, f"event {name}", {**options}
    )
    return await typed.responded()


async def said(booth: PhotoBooth, name: str, *, user: User | None = None, **options: Any) -> str:
    """Return what a command answers, which only who typed it may see."""
    typed = await command(booth, name, user=user, **options)
    assert typed.ephemeral
    await booth.discord.until(lambda: typed.original and not typed.original.thinking)
    assert typed.original is not None
    return typed.original.text()


async def preview(booth: PhotoBooth, form: dict[str, Any] = FORM, **options: Any) -> Message:
    """Go as far as the preview."""
    opened = await command(booth, "create", **{**WHEN, **options})
    assert opened.modal is not None, opened.message and opened.message.text()
    return await filled(booth, opened, form)


async def filled(booth: PhotoBooth, opened: Interaction, form: dict[str, Any]) -> Message:
    sent = await booth.discord.submit_modal(opened.user, opened, form)
    await sent.responded()
    assert sent.ephemeral
    await booth.discord.until(
        lambda: sent.original and not sent.original.thinking, within=IN_TIME, what="a preview"
    )
    assert sent.original is not None
    return sent.original


async def created(booth: PhotoBooth, form: dict[str, Any] = FORM, **options: Any) -> int:
    """Make an event and return its number."""
    shown = await preview(booth, form, **options)
    await booth.press(shown, "Create event")
    await booth.discord.until(lambda: "Created" in shown.text(), within=IN_TIME)
    (found,) = booth.query("SELECT max(id) FROM events WHERE guild_id = ?", booth.guild.id)
    return int(found[0])


def row(booth: PhotoBooth, event_id: int | None = None) -> dict[str, Any]:
    """Return an event as it stands in the file; by default the server's latest."""
    columns = [each[1] for each in booth.query("PRAGMA table_info(events)")]
    query = "SELECT * FROM events WHERE guild_id = ? AND ? IN (id, 0) ORDER BY id DESC LIMIT 1"
    (found,) = booth.query(query, booth.guild.id, event_id or 0)
    return dict(zip(columns, found, strict=True))


def for_moderators(booth: PhotoBooth) -> Channel:
    """Make a channel that only the crew and the bot look into."""
    (crew,) = [role for role in booth.guild.roles if role.name == "crew"]
    mods = booth.discord.add_text_channel(booth.guild, "mods")
    booth.discord.set_permissions(mods, user=Permission(0))
    booth.discord.set_overwrite(mods, crew, allow=Permission.VIEW_CHANNEL)
    return mods


def drafts(booth: PhotoBooth) -> int:
    query = "SELECT count(*) FROM events WHERE guild_id = ? AND state = 'draft'"
    return int(booth.query(query, booth.guild.id)[0][0])
