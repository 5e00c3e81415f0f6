"""INTERACTION_CREATE: the event that tells the bot what a user did."""

from __future__ import annotations

import secrets
from typing import Any

from tests.support.discord.payloads import (
    channel_payload,
    integration_owners,
    member_payload,
    message_payload,
    user_payload,
)
from tests.support.discord.people import Channel, User
from tests.support.discord.records import Interaction, InteractionKind, Message
from tests.support.discord.world import World

Json = dict[str, Any]

GUILD_CONTEXT, BOT_DM_CONTEXT = 0, 1
PATIENCE_MARGIN = 0.5


def begin(
    world: World,
    user: User,
    channel: Channel,
    kind: InteractionKind,
    data: Json,
    *,
    name: str,
    source: Message | None = None,
    trigger: Interaction | None = None,
) -> Interaction:
    """Register the interaction and send it to the bot."""
    interaction = Interaction(
        id=world.clock.snowflake(),
        token=secrets.token_urlsafe(32),
        kind=kind,
        user=user,
        channel=channel,
        created_at=world.clock.now(),
        changes=world.changes,
        patience=world.limits.response_seconds + PATIENCE_MARGIN,
        name=name,
        source=source,
        trigger=trigger,
    )
    world.interactions[interaction.token] = interaction
    world.changes.note(f"{user.name} {kind.name.lower()} {name}")
    world.emit("INTERACTION_CREATE", _payload(world, interaction, data), channel.guild)
    return interaction


def _payload(world: World, interaction: Interaction, data: Json) -> Json:
    channel, user = interaction.channel, interaction.user
    payload: Json = {
        "id": str(interaction.id),
        "application_id": str(world.application_id),
        "type": int(interaction.kind),
        "data": data,
        "token": interaction.token,
        "version": 1,
        "channel_id": str(channel.id),
        "channel": channel_payload(channel) | {"permissions": str(int(channel.permissions(user)))},
        "app_permissions": str(int(channel.permissions(world.bot))),
        "locale": user.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": integration_owners(channel, user),
        "context": BOT_DM_CONTEXT if channel.guild is None else GUILD_CONTEXT,
        "attachment_size_limit": world.limits.named_bytes or world.file_limit(channel.guild),
    }
    if interaction.source is not None:
        payload["message"] = message_payload(interaction.source)
    guild = channel.guild
    if guild is None:
        return payload | {"user": user_payload(user)}
    permissions = {"permissions": str(int(channel.permissions(user)))}
    return payload | {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "guild_locale": guild.locale,
        "member": member_payload(guild.members[user.id]) | permissions,
    }
