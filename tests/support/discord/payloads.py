"""The wire format of what the world holds, as Discord writes it."""

from __future__ import annotations

from typing import Any

from tests.support.discord.files import StoredFile
from tests.support.discord.people import Channel, ChannelKind, Guild, Member, Role, User
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
        "premium_since": None,
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
        "managed": role.bot_id is not None,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return payload if role.bot_id is None else payload | {"tags": {"bot_id": str(role.bot_id)}}


def channel_payload(channel: Channel) -> Json:
    if channel.guild is None:
        recipients = [user_payload(channel.recipient)] if channel.recipient else []
        return {"id": str(channel.id), "type": 1, "flags": 0, "recipients": recipients}
    guild = channel.guild
    if channel.kind is ChannelKind.THREAD:
        return _thread_payload(channel)
    return {
        "id": str(channel.id),
        "type": int(channel.kind),
        "guild_id": str(guild.id),
        "name": channel.name,
        "position": guild.channels.index(channel),
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
        "permission_overwrites": [
            {
                "id": str(target),
                "type": 0 if target == guild.everyone.id else 1,
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
}


def _thread_payload(thread: Channel) -> Json:
    assert thread.guild is not None
    assert thread.parent is not None
    return {
        "id": str(thread.id),
        "type": int(ChannelKind.THREAD),
        "guild_id": str(thread.guild.id),
        "parent_id": str(thread.parent.id),
        "owner_id": str(thread.guild.owner.id),
        "name": thread.name,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "flags": 0,
        "message_count": 0,
        "member_count": 1,
        "total_message_sent": 0,
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": thread.guild.members[thread.guild.owner.id].joined_at.isoformat(),
            "auto_archive_duration": 1440,
            "locked": thread.locked,
        },
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
        "threads": [channel_payload(thread) for thread in guild.threads if not thread.archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


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
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
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
    return payload


def _message_type(message: Message) -> int:
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


def _reply_fields(target: Message) -> Json:
    reference: Json = {
        "type": 0,
        "message_id": str(target.id),
        "channel_id": str(target.channel.id),
    }
    if target.channel.guild is not None:
        reference["guild_id"] = str(target.channel.guild.id)
    whole = message_payload(target)
    whole.pop("referenced_message", None)
    return {"message_reference": reference, "referenced_message": whole}


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
