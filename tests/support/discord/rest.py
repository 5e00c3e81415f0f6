"""The REST routes that the bot's own token opens: itself, guilds, channels, messages."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.support.discord import compose
from tests.support.discord.errors import DiscordError, invalid
from tests.support.discord.payloads import (
    channel_payload,
    guild_payload,
    member_payload,
    message_payload,
    role_payload,
    user_payload,
)
from tests.support.discord.people import Channel, Guild, User
from tests.support.discord.permissions import Permission
from tests.support.discord.records import Message
from tests.support.discord.routing import NO_CONTENT, Call, Reply, Routes
from tests.support.discord.world import World

Json = dict[str, Any]

HISTORY_DEFAULT = 50


class Rest:
    """Answers for the bot's token, with the permission checks of Discord."""

    def __init__(self, world: World, *, gateway_url: str) -> None:
        self._world = world
        self._gateway_url = gateway_url
        self._old_edits: Counter[int] = Counter()  # by channel

    def add_routes(self, routes: Routes) -> None:
        routes.add("GET", "/gateway", self._gateway, public=True)
        routes.add("GET", "/gateway/bot", self._gateway)
        routes.add("GET", "/users/@me", self._me)
        routes.add("GET", "/users/{user}", self._user)
        routes.add("POST", "/users/@me/channels", self._open_dm)
        routes.add("GET", "/oauth2/applications/@me", self._application)
        routes.add("GET", "/applications/@me", self._application)
        routes.add("GET", "/guilds/{guild}", self._guild)
        routes.add("GET", "/guilds/{guild}/channels", self._guild_channels)
        routes.add("GET", "/guilds/{guild}/roles", self._guild_roles)
        routes.add("GET", "/guilds/{guild}/members/{user}", self._guild_member)
        routes.add("GET", "/channels/{channel}", self._channel)
        routes.add("POST", "/channels/{channel}/typing", self._typing)
        routes.add("GET", "/channels/{channel}/messages", self._history)
        routes.add("POST", "/channels/{channel}/messages", self._send)
        routes.add("GET", "/channels/{channel}/messages/{message}", self._get_message)
        routes.add("PATCH", "/channels/{channel}/messages/{message}", self._edit)
        routes.add("DELETE", "/channels/{channel}/messages/{message}", self._delete)

    def _gateway(self, _call: Call) -> Reply:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return Reply(200, {"url": self._gateway_url, "shards": 1, "session_start_limit": limit})

    def _me(self, _call: Call) -> Reply:
        private = {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}
        return Reply(200, user_payload(self._world.bot) | private)

    def _user(self, call: Call) -> Reply:
        user = self._world.users.get(call.id("user"))
        if user is None:
            raise DiscordError(10013)
        return Reply(200, user_payload(user))

    def _application(self, _call: Call) -> Reply:
        return Reply(200, application_payload(self._world))

    def _open_dm(self, call: Call) -> Reply:
        user = self._world.users.get(int(call.json.get("recipient_id", 0)))
        if user is None or user.bot:
            raise DiscordError(50033)
        return Reply(200, channel_payload(self._world.dm_channel(user)))

    def _guild(self, call: Call) -> Reply:
        return Reply(200, guild_payload(reachable_guild(self._world, call)))

    def _guild_channels(self, call: Call) -> Reply:
        return Reply(200, [channel_payload(c) for c in reachable_guild(self._world, call).channels])

    def _guild_roles(self, call: Call) -> Reply:
        guild = reachable_guild(self._world, call)
        return Reply(200, [role_payload(role) for role in [guild.everyone, *guild.roles]])

    def _guild_member(self, call: Call) -> Reply:
        member = reachable_guild(self._world, call).members.get(call.id("user"))
        if member is None:
            raise DiscordError(10007)
        return Reply(200, member_payload(member) | {"banner": None})

    def _channel(self, call: Call) -> Reply:
        return Reply(200, channel_payload(visible_channel(self._world, call)))

    def _typing(self, call: Call) -> Reply:
        channel = visible_channel(self._world, call)
        need(self._world, channel, channel.to_post)
        return NO_CONTENT

    def _history(self, call: Call) -> Reply:
        shown = [
            m
            for m in self._world.live_messages(visible_channel(self._world, call))
            if not m.ephemeral
        ]
        before, after = call.query.get("before"), call.query.get("after")
        shown = [m for m in shown if before is None or m.id < int(before)]
        shown = [m for m in shown if after is None or m.id > int(after)]
        limit = int(call.query.get("limit", HISTORY_DEFAULT))
        # After a message come those next to it, otherwise the latest; newest first in either case.
        page = shown[:limit] if after is not None else shown[-limit:]
        return Reply(200, [message_payload(m) for m in reversed(page)])

    def _get_message(self, call: Call) -> Reply:
        message = self._world.message(visible_channel(self._world, call), call.id("message"))
        return Reply(200, message_payload(message))

    def _send(self, call: Call) -> Reply:
        channel = visible_channel(self._world, call)
        self._may_post(channel, call)
        repeated = self._same_nonce(channel, call.json)
        if repeated is not None:
            return Reply(200, message_payload(repeated))
        message = compose.create(
            self._world,
            channel,
            call.json,
            call.files,
            author=self._world.bot,
            reply_to=self._reply_target(channel, call.json.get("message_reference")),
        )
        announce(self._world, "MESSAGE_CREATE", message)
        return Reply(200, message_payload(message))

    def _may_post(self, channel: Channel, call: Call) -> None:
        if channel.recipient is not None:
            self._may_write_to(channel.recipient)
        if channel.kind.holds_posts:
            raise DiscordError(50008)
        need(self._world, channel, channel.to_post)
        if channel.locked and Permission.MANAGE_THREADS not in channel.permissions(self._world.bot):
            raise DiscordError(160005)
        channel.archived = False  # as a new message does on Discord
        if call.files:
            need(self._world, channel, Permission.ATTACH_FILES)
        if call.json.get("embeds"):
            need(self._world, channel, Permission.EMBED_LINKS)

    def _may_write_to(self, user: User) -> None:
        if not user.dms_open:
            raise DiscordError(50007)
        if not self._world.shares_server(user):
            raise DiscordError(50278)

    def _same_nonce(self, channel: Channel, body: Json) -> Message | None:
        """With `enforce_nonce`, the message of the same nonce of the past few minutes."""
        if not body.get("enforce_nonce") or body.get("nonce") is None:
            return None
        oldest = self._world.clock.now() - self._world.limits.nonce_window
        for message in self._world.live_messages(channel):
            if (
                message.author is self._world.bot
                and message.nonce == str(body["nonce"])
                and message.created_at >= oldest
            ):
                return message
        return None

    def _reply_target(self, channel: Channel, reference: Json | None) -> Message | None:
        if not reference or "message_id" not in reference:
            return None
        try:
            return self._world.message(channel, int(reference["message_id"]))
        except DiscordError:
            if reference.get("fail_if_not_exists", True):
                raise invalid(
                    "message_reference", "Unknown message", code="REPLIES_UNKNOWN_MESSAGE"
                ) from None
            return None

    def _edit(self, call: Call) -> Reply:
        channel = visible_channel(self._world, call)
        message = self._world.message(channel, call.id("message"))
        if message.author is not self._world.bot:
            raise DiscordError(50005)
        if channel.archived:
            raise DiscordError(50083)
        if call.files:
            need(self._world, channel, Permission.ATTACH_FILES)
        self._count_old_edit(message)
        compose.edit(self._world, message, call.json, call.files)
        announce(self._world, "MESSAGE_UPDATE", message)
        return Reply(200, message_payload(message))

    def _count_old_edit(self, message: Message) -> None:
        if self._world.clock.now() - message.created_at < self._world.limits.old_after:
            return
        if self._old_edits[message.channel.id] >= self._world.limits.old_edits:
            raise DiscordError(30046)
        self._old_edits[message.channel.id] += 1

    def _delete(self, call: Call) -> Reply:
        channel = visible_channel(self._world, call)
        message = self._world.message(channel, call.id("message"))
        if channel.archived:
            raise DiscordError(50083)
        if message.author is not self._world.bot:
            need(self._world, channel, Permission.MANAGE_MESSAGES)
        remove(self._world, message)
        return NO_CONTENT


def reachable_guild(world: World, call: Call) -> Guild:
    guild = world.guilds.get(call.id("guild"))
    if guild is None or not guild.has_bot:
        raise DiscordError(10004)
    return guild


def visible_channel(world: World, call: Call) -> Channel:
    """The channel that a request is about, if the bot may know of it."""
    channel = world.channel(call.id("channel"))
    if Permission.VIEW_CHANNEL not in channel.permissions(world.bot):
        raise DiscordError(50001)
    return channel


def need(world: World, channel: Channel, permission: Permission) -> None:
    if permission not in channel.permissions(world.bot):
        raise DiscordError(50013)


def announce(world: World, event: str, message: Message) -> None:
    """Tell the gateway of a message; ephemeral ones are told to nobody's gateway."""
    world.changes.notify()
    if message.ephemeral:
        return
    payload = message_payload(message)
    guild = message.channel.guild
    if guild is not None:
        payload["guild_id"] = str(guild.id)
        member = guild.members.get(message.author.id)
        if member is not None:
            payload["member"] = member_payload(member, with_user=False)
    world.emit(event, payload, guild)


def remove(world: World, message: Message) -> None:
    message.deleted = True
    world.changes.notify()
    if not message.ephemeral:
        payload = {"id": str(message.id), "channel_id": str(message.channel.id)}
        guild = message.channel.guild
        guild_part = {"guild_id": str(guild.id)} if guild else {}
        world.emit("MESSAGE_DELETE", payload | guild_part, guild)


def remove_many(world: World, messages: list[Message]) -> None:
    """What a moderator's bulk deletion does: one event for all of them."""
    for message in messages:
        message.deleted = True
    world.changes.notify()
    channel = messages[0].channel
    guild_part = {"guild_id": str(channel.guild.id)} if channel.guild else {}
    payload = {"ids": [str(m.id) for m in messages], "channel_id": str(channel.id)}
    world.emit("MESSAGE_DELETE_BULK", payload | guild_part, channel.guild)


def remove_channel(world: World, channel: Channel) -> None:
    """A channel goes with all that was said in it, and with its threads."""
    guild = channel.guild
    assert guild is not None
    for thread in [t for t in guild.threads if t.parent is channel]:
        remove_channel(world, thread)
    payload = channel_payload(channel)
    (guild.threads if channel.kind.is_thread else guild.channels).remove(channel)
    del world.channels[channel.id]
    for message in world.live_messages(channel):
        message.deleted = True
    event = "THREAD_DELETE" if channel.kind.is_thread else "CHANNEL_DELETE"
    world.emit(event, payload, guild)
    world.changes.notify()


def application_payload(world: World) -> Json:
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_payload(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_payload(next(u for u in world.users.values() if not u.bot)),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}, "1": {}},
    }
