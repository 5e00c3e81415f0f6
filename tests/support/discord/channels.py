"""Channels made, changed and deleted by the bot, and messages pinned in them."""

from __future__ import annotations

from typing import Any

from tests.support.discord.errors import DiscordError
from tests.support.discord.payloads import channel_payload, message_payload
from tests.support.discord.people import Channel, ChannelKind
from tests.support.discord.permissions import Overwrite, Permission
from tests.support.discord.records import Notice
from tests.support.discord.rest import announce, need, reachable_guild, remove_channel
from tests.support.discord.rest import visible_channel as visible
from tests.support.discord.routing import NO_CONTENT, Call, Reply, Routes
from tests.support.discord.threads import notice
from tests.support.discord.world import World

Json = dict[str, Any]

MAX_PINS = 250
_OF_THREADS = {"archived", "locked", "name", "auto_archive_duration"}


class Channels:
    """Serves what it takes Manage Channels, Manage Threads or Pin Messages for."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, routes: Routes) -> None:
        routes.add("POST", "/guilds/{guild}/channels", self._create)
        routes.add("PATCH", "/channels/{channel}", self._patch)
        routes.add("DELETE", "/channels/{channel}", self._delete)
        pins = "/channels/{channel}/messages/pins"
        routes.add("GET", pins, self._pins)
        routes.add("PUT", pins + "/{message}", self._pin)
        routes.add("DELETE", pins + "/{message}", self._unpin)

    def _create(self, call: Call) -> Reply:
        guild = reachable_guild(self._world, call)
        if Permission.MANAGE_CHANNELS not in guild.base_permissions(self._world.bot):
            raise DiscordError(50013)
        channel = Channel(
            id=self._world.clock.snowflake(),
            name=call.json["name"],
            guild=guild,
            kind=ChannelKind(call.json.get("type") or 0),
            topic=call.json.get("topic"),
            overwrites=_overwrites(call.json),
        )
        guild.channels.append(channel)
        self._world.channels[channel.id] = channel
        self._world.emit("CHANNEL_CREATE", channel_payload(channel), guild)
        return Reply(201, channel_payload(channel))

    def _patch(self, call: Call) -> Reply:
        channel = visible(self._world, call)
        if channel.kind.is_thread:
            self._patch_thread(channel, call.json)
        else:
            need(self._world, channel, Permission.MANAGE_CHANNELS)
            channel.name = call.json.get("name") or channel.name
            channel.topic = call.json.get("topic", channel.topic)
            if "permission_overwrites" in call.json:
                need(self._world, channel, Permission.MANAGE_ROLES)
                channel.overwrites = _overwrites(call.json)
        event = "THREAD_UPDATE" if channel.kind.is_thread else "CHANNEL_UPDATE"
        self._world.emit(event, channel_payload(channel), channel.guild)
        self._world.changes.notify()
        return Reply(200, channel_payload(channel))

    def _patch_thread(self, thread: Channel, body: Json) -> None:
        may_manage = Permission.MANAGE_THREADS in thread.permissions(self._world.bot)
        is_own = thread.owner is self._world.bot
        reopens = body.get("archived") is False
        if thread.archived and not reopens:
            raise DiscordError(50083)
        if not may_manage and (not is_own or "locked" in body or thread.locked):
            raise DiscordError(50013)
        thread.archived = bool(body.get("archived", thread.archived))
        thread.locked = bool(body.get("locked", thread.locked))
        thread.name = body.get("name") or thread.name
        thread.archives_after = body.get("auto_archive_duration") or thread.archives_after

    def _delete(self, call: Call) -> Reply:
        channel = visible(self._world, call)
        is_thread = channel.kind.is_thread
        needed = Permission.MANAGE_THREADS if is_thread else Permission.MANAGE_CHANNELS
        need(self._world, channel, needed)
        payload = channel_payload(channel)
        remove_channel(self._world, channel)
        return Reply(200, payload)

    # -- pins

    def _pins(self, call: Call) -> Reply:
        channel = visible(self._world, call)
        pinned = [m for m in self._world.live_messages(channel) if m.pinned]
        items = [
            {"pinned_at": m.created_at.isoformat(), "message": message_payload(m)}
            for m in reversed(pinned)
        ]
        return Reply(200, {"items": items, "has_more": False})

    def _pin(self, call: Call) -> Reply:
        channel = visible(self._world, call)
        need(self._world, channel, Permission.PIN_MESSAGES)
        message = self._world.message(channel, call.id("message"))
        if sum(m.pinned for m in self._world.live_messages(channel)) >= MAX_PINS:
            raise DiscordError(30003)
        if not message.pinned:
            message.pinned = True
            announce(self._world, "MESSAGE_UPDATE", message)
            self._pins_changed(channel)
            notice(self._world, channel, Notice.PINNED, about=message)
        return NO_CONTENT

    def _unpin(self, call: Call) -> Reply:
        channel = visible(self._world, call)
        need(self._world, channel, Permission.PIN_MESSAGES)
        message = self._world.message(channel, call.id("message"))
        message.pinned = False
        announce(self._world, "MESSAGE_UPDATE", message)
        self._pins_changed(channel)
        return NO_CONTENT

    def _pins_changed(self, channel: Channel) -> None:
        guild_part = {"guild_id": str(channel.guild.id)} if channel.guild else {}
        payload = {"channel_id": str(channel.id), "last_pin_timestamp": None} | guild_part
        self._world.emit("CHANNEL_PINS_UPDATE", payload, channel.guild)


def _overwrites(body: Json) -> dict[int, Overwrite]:
    return {
        int(entry["id"]): Overwrite(
            Permission(int(entry.get("allow") or 0)), Permission(int(entry.get("deny") or 0))
        )
        for entry in body.get("permission_overwrites") or []
    }
