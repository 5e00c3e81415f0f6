"""The wire format of what the world holds, as Discord writes it."""

from __future__ import annotations

from typing import Any

from tests.support.discord.files import StoredFile
from tests.support.discord.people import Channel, ChannelKind, Guild, Member, Role, User
from tests.support.discord.permissions import Permission
from tests.support.discord.records import Interaction, InteractionKind, Message

Json = dict[str, Any]

ATTACHMENT_IS_SPOILER = 1 << 3


def user_payload(user: User) -> Json:
    payload: Json = {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.bot else user.name.title(),
        "discriminator": "0000" if user.bot else "0",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }
    return payload | {"bot": True} if user.bot else payload


def member_payload(member: Member, *, with_user: bool = True) -> Json:
    payload: Json = {
        "roles": [str(role.id) for role in member.roles],
        "joined_at": member.joined_at.isoformat(),
        "nick": None,
        "avatar": None,
        "premium_since": member.boosts_since.isoformat() if member.boosts_since else None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    return payload | {"user": user_payload(member.user)} if with_user else payload


def role_payload(role: Role) -> Json:
    payload: Json = {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": role.bot_id is not None or role.for_boosters,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    tags: Json = {} if role.bot_id is None else {"bot_id": str(role.bot_id)}
    if role.for_boosters:
        tags["premium_subscriber"] = None  # that it is there says it
    return payload | {"tags": tags} if tags else payload


def channel_payload(channel: Channel) -> Json:
    if channel.guild is None:
        recipients = [user_payload(channel.recipient)] if channel.recipient else []
        return {"id": str(channel.id), "type": 1, "flags": 0, "recipients": recipients}
    guild = channel.guild
    if channel.kind.is_thread:
        return _thread_payload(channel)
    return {
        "id": str(channel.id),
        "type": int(channel.kind),
        "guild_id": str(guild.id),
        "name": channel.name,
        "position": guild.channels.index(channel) if channel in guild.channels else 0,
        "parent_id": None,
        "topic": channel.topic,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
        "permission_overwrites": [
            {
                "id": str(target),
                "type": 0 if guild.has_role(target) else 1,
                "allow": str(int(overwrite.allow)),
                "deny": str(int(overwrite.deny)),
            }
            for target, overwrite in channel.overwrites.items()
        ],
        **_OF_KIND.get(channel.kind, {}),
    }


_OF_KIND: dict[ChannelKind, Json] = {
    ChannelKind.VOICE: {"bitrate": 64_000, "user_limit": 0, "rtc_region": None},
    ChannelKind.FORUM: {"available_tags": [], "default_reaction_emoji": None},
    ChannelKind.MEDIA: {"available_tags": [], "default_reaction_emoji": None},
}


def _thread_payload(thread: Channel) -> Json:
    assert thread.guild is not None
    assert thread.parent is not None
    owner = thread.owner or thread.guild.owner
    opened_at = (thread.opened_at or thread.guild.members[owner.id].joined_at).isoformat()
    payload: Json = {
        "id": str(thread.id),
        "type": int(thread.kind),
        "guild_id": str(thread.guild.id),
        "parent_id": str(thread.parent.id),
        "owner_id": str(owner.id),
        "name": thread.name,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "flags": 0,
        "message_count": thread.messages_sent,
        "member_count": min(50, max(1, len(thread.invited))),
        "total_message_sent": thread.messages_sent,
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": opened_at,
            "auto_archive_duration": thread.archives_after,
            "locked": thread.locked,
            "create_timestamp": opened_at,
        },
    }
    return payload | ({"applied_tags": []} if thread.parent.kind.holds_posts else {})


def thread_member_payload(thread: Channel, user: User) -> Json:
    assert thread.guild is not None
    joined_at = thread.opened_at or thread.guild.members[user.id].joined_at
    return {
        "id": str(thread.id),
        "user_id": str(user.id),
        "join_timestamp": joined_at.isoformat(),
        "flags": 0,
    }


def guild_payload(guild: Guild) -> Json:
    """The guild as GET /guilds/{id} gives it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "roles": [role_payload(role) for role in [guild.everyone, *guild.roles]],
        "preferred_locale": guild.locale,
        "features": [],
        "emojis": [],
        "stickers": [],
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": guild.premium_tier,
        "premium_progress_bar_enabled": False,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "application_id": None,
    }


def guild_create_payload(guild: Guild, *, bot: User) -> Json:
    """The guild as GUILD_CREATE gives it: the bot's own member only, as without that intent."""
    return guild_payload(guild) | {
        "joined_at": guild.members[bot.id].joined_at.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_payload(guild.members[bot.id])],
        "channels": [channel_payload(channel) for channel in guild.channels],
        "threads": [channel_payload(thread) for thread in open_threads(guild, seen_by=bot)],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def open_threads(guild: Guild, *, seen_by: User) -> list[Channel]:
    return [
        thread
        for thread in guild.threads
        if not thread.archived and Permission.VIEW_CHANNEL in thread.permissions(seen_by)
    ]


def attachment_payload(file: StoredFile) -> Json:
    payload: Json = {
        "id": str(file.id),
        "filename": file.filename,
        "size": len(file.data),
        "url": file.url,
        "proxy_url": file.url,
        "flags": ATTACHMENT_IS_SPOILER if file.spoiler else 0,
    }
    if file.content_type is not None:
        payload["content_type"] = file.content_type
    if file.size is not None:
        payload["width"], payload["height"] = file.size
    if file.description is not None:
        payload["description"] = file.description
    if file.ephemeral:
        payload["ephemeral"] = True
    return payload


def message_payload(message: Message) -> Json:
    """The message as REST gives it; events add `guild_id` and `member`."""
    payload: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": _message_type(message),
        "author": user_payload(message.author),
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "attachments": [attachment_payload(file) for file in _loose_files(message)],
        "flags": int(message.flags),
        "timestamp": message.created_at.isoformat(),
        "edited_timestamp": message.edited_at.isoformat() if message.edited_at else None,
        "mentions": [user_payload(user) for user in message.mentions],
        "mention_roles": [str(role.id) for role in message.role_mentions],
        "mention_everyone": message.mentions_everyone,
        "pinned": message.pinned,
        "tts": False,
    }
    if message.nonce is not None:
        payload["nonce"] = message.nonce
    if message.interaction is not None:
        # An answer to an interaction is a webhook's message, and the webhook is the application.
        payload["application_id"] = payload["webhook_id"] = str(message.author.id)
        payload["interaction_metadata"] = metadata_payload(message.interaction)
    if message.reply_to is not None:
        payload |= _reply_fields(message.reply_to)
    if message.thread is not None:
        payload["thread"] = channel_payload(message.thread)
    if message.about is not None:
        payload["message_reference"] = _reference(message.about)
    return payload


def _message_type(message: Message) -> int:
    if message.notice is not None:
        return int(message.notice)
    if message.reply_to is not None:
        return 19
    command = message.interaction and message.interaction.kind is InteractionKind.COMMAND
    return 20 if command else 0


def _loose_files(message: Message) -> list[StoredFile]:
    """Discord lists no file in `attachments` that a component or an embed shows.

    https://github.com/discord/discord-api-docs/issues/8277 says this is on purpose.
    """
    shown = repr(message.components) + repr(message.embeds)
    return [file for file in message.attachments if file.url not in shown]


def _reference(target: Message | Channel) -> Json:
    channel = target if isinstance(target, Channel) else target.channel
    reference: Json = {"type": 0, "channel_id": str(channel.id)}
    if isinstance(target, Message):
        reference["message_id"] = str(target.id)
    if channel.guild is not None:
        reference["guild_id"] = str(channel.guild.id)
    return reference


def _reply_fields(target: Message) -> Json:
    whole = message_payload(target)
    whole.pop("referenced_message", None)
    return {"message_reference": _reference(target), "referenced_message": whole}


def metadata_payload(interaction: Interaction) -> Json:
    payload: Json = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": user_payload(interaction.user),
        "authorizing_integration_owners": integration_owners(interaction.channel, interaction.user),
    }
    if interaction.kind is InteractionKind.COMPONENT and interaction.source is not None:
        payload["interacted_message_id"] = str(interaction.source.id)
    if interaction.kind is InteractionKind.MODAL_SUBMIT and interaction.trigger is not None:
        payload["triggering_interaction_metadata"] = metadata_payload(interaction.trigger)
    return payload


def integration_owners(channel: Channel, user: User) -> dict[str, str]:
    """Where the app is installed that makes this interaction possible: guild (0), user (1)."""
    owners: dict[str, str] = {}
    if channel.guild is None:
        owners["0"] = "0"
    elif channel.guild.has_bot:
        owners["0"] = str(channel.guild.id)
    if user.installed:
        owners["1"] = str(user.id)
    return owners
