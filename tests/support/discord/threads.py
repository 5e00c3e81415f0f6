"""Threads and posts: opening them, who is in them, closing them and listing them."""

from __future__ import annotations

from typing import Any

from tests.support.discord import compose
from tests.support.discord.errors import DiscordError, invalid
from tests.support.discord.payloads import (
    channel_payload,
    message_payload,
    open_threads,
    thread_member_payload,
)
from tests.support.discord.people import Channel, ChannelKind, Guild, User
from tests.support.discord.permissions import Permission
from tests.support.discord.records import Message, MessageFlag, Notice
from tests.support.discord.rest import announce, need, reachable_guild, visible_channel
from tests.support.discord.routing import NO_CONTENT, Call, Reply, Routes
from tests.support.discord.world import World

Json = dict[str, Any]

CREATED = 201
_KINDS = {
    ChannelKind.TEXT: {ChannelKind.THREAD, ChannelKind.PRIVATE_THREAD},
    ChannelKind.ANNOUNCEMENT: {ChannelKind.ANNOUNCEMENT_THREAD},
}


class Threads:
    """Serves what the bot's token does with threads."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, routes: Routes) -> None:
        base = "/channels/{channel}"
        routes.add("POST", base + "/threads", self._open)
        routes.add("POST", base + "/messages/{message}/threads", self._open_from_message)
        routes.add("GET", base + "/threads/archived/public", self._archived)
        routes.add("GET", base + "/threads/archived/private", self._archived_private)
        routes.add("GET", base + "/thread-members", self._members)
        for method, handler in (("PUT", self._join), ("DELETE", self._leave)):
            routes.add(method, base + "/thread-members/@me", handler)
            routes.add(method, base + "/thread-members/{user}", handler)
        routes.add("GET", "/guilds/{guild}/threads/active", self._active)

    # -- opening

    def _open(self, call: Call) -> Reply:
        parent = visible_channel(self._world, call)
        if parent.kind.holds_posts:
            return self._post(parent, call)
        if "message" in call.json:
            raise DiscordError(50024)
        kind = self._kind_asked_for(parent, call.json)
        is_private = kind is ChannelKind.PRIVATE_THREAD
        need(
            self._world,
            parent,
            Permission.CREATE_PRIVATE_THREADS if is_private else Permission.CREATE_PUBLIC_THREADS,
        )
        thread = open_thread(
            self._world, parent, call.json["name"], kind=kind, owner=self._world.bot
        )
        thread.archives_after = call.json.get("auto_archive_duration") or thread.archives_after
        if not is_private:
            notice(self._world, parent, Notice.THREAD_OPENED, about=thread, words=thread.name)
        return Reply(CREATED, channel_payload(thread) | self._own_membership(thread))

    def _kind_asked_for(self, parent: Channel, body: Json) -> ChannelKind:
        kind = ChannelKind(body.get("type") or ChannelKind.PRIVATE_THREAD)
        if parent.kind not in _KINDS:
            raise DiscordError(50024)
        if kind not in _KINDS[parent.kind]:
            raise invalid("type", f"{kind} is no thread of a channel of type {parent.kind}")
        return kind

    def _post(self, parent: Channel, call: Call) -> Reply:
        """A post: a thread and its first message, which share their id."""
        need(self._world, parent, Permission.SEND_MESSAGES)
        if call.files:
            need(self._world, parent, Permission.ATTACH_FILES)
        body = call.json.get("message")
        if body is None:
            raise invalid("message", "This field is required", code="BASE_TYPE_REQUIRED")
        thread = make_thread(
            self._world, parent, call.json["name"], kind=ChannelKind.THREAD, owner=self._world.bot
        )
        message = compose.create(
            self._world, thread, body, call.files, author=self._world.bot, message_id=thread.id
        )
        _register(self._world, thread)
        announce(self._world, "MESSAGE_CREATE", message)
        whole = channel_payload(thread) | {"message": message_payload(message)}
        return Reply(CREATED, whole | self._own_membership(thread))

    def _open_from_message(self, call: Call) -> Reply:
        parent = visible_channel(self._world, call)
        if parent.kind not in _KINDS:
            raise DiscordError(50024)
        need(self._world, parent, Permission.CREATE_PUBLIC_THREADS)
        message = self._world.message(parent, call.id("message"))
        if message.thread is not None:
            raise DiscordError(160004)
        if message.notice is not None:
            raise DiscordError(50021)
        is_news = parent.kind is ChannelKind.ANNOUNCEMENT
        thread = make_thread(
            self._world,
            parent,
            call.json["name"],
            kind=ChannelKind.ANNOUNCEMENT_THREAD if is_news else ChannelKind.THREAD,
            owner=self._world.bot,
            thread_id=message.id,
        )
        _register(self._world, thread)
        message.thread = thread
        message.flags |= MessageFlag.HAS_THREAD
        announce(self._world, "MESSAGE_UPDATE", message)
        return Reply(CREATED, channel_payload(thread) | self._own_membership(thread))

    def _own_membership(self, thread: Channel) -> Json:
        return {"member": thread_member_payload(thread, self._world.bot)}

    # -- who is in it

    def _thread(self, call: Call) -> Channel:
        thread = visible_channel(self._world, call)
        if not thread.kind.is_thread:
            raise DiscordError(50024)
        return thread

    def _concerned(self, call: Call) -> User:
        user = self._world.users.get(int(call.params.get("user", self._world.bot.id)))
        if user is None:
            raise DiscordError(10013)
        return user

    def _join(self, call: Call) -> Reply:
        thread, user = self._thread(call), self._concerned(call)
        if thread.archived:
            raise DiscordError(50083)
        need(self._world, thread, thread.to_post)
        assert thread.guild is not None
        if user.id not in thread.guild.members:
            raise DiscordError(10007)
        thread.invited.add(user.id)
        self._world.changes.note(f"{user.name} is in the thread {thread.name}")
        return NO_CONTENT

    def _leave(self, call: Call) -> Reply:
        thread, user = self._thread(call), self._concerned(call)
        if user is not self._world.bot:
            need(self._world, thread, Permission.MANAGE_THREADS)
        thread.invited.discard(user.id)
        return NO_CONTENT

    def _members(self, call: Call) -> Reply:
        thread = self._thread(call)
        users = [self._world.users[user_id] for user_id in sorted(thread.invited)]
        return Reply(200, [thread_member_payload(thread, user) for user in users])

    # -- lists

    def _active(self, call: Call) -> Reply:
        guild = reachable_guild(self._world, call)
        return self._listed(open_threads(guild, seen_by=self._world.bot))

    def _archived(self, call: Call) -> Reply:
        return self._archived_of(call, private=False)

    def _archived_private(self, call: Call) -> Reply:
        need(self._world, visible_channel(self._world, call), Permission.MANAGE_THREADS)
        return self._archived_of(call, private=True)

    def _archived_of(self, call: Call, *, private: bool) -> Reply:
        parent = visible_channel(self._world, call)
        need(self._world, parent, Permission.READ_MESSAGE_HISTORY)
        guild: Guild | None = parent.guild
        assert guild is not None
        found = [
            thread
            for thread in guild.threads
            if thread.parent is parent
            and thread.archived
            and (thread.kind is ChannelKind.PRIVATE_THREAD) is private
        ]
        newest = sorted(found, key=lambda thread: thread.id, reverse=True)
        return self._listed(newest[: int(call.query.get("limit", 50))])

    def _listed(self, threads: list[Channel]) -> Reply:
        bot = self._world.bot
        mine = [thread_member_payload(t, bot) for t in threads if bot.id in t.invited]
        return Reply(
            200,
            {"threads": list(map(channel_payload, threads)), "members": mine, "has_more": False},
        )


def make_thread(
    world: World,
    parent: Channel,
    name: str,
    *,
    kind: ChannelKind,
    owner: User,
    thread_id: int | None = None,
) -> Channel:
    """A thread that nobody has heard of yet."""
    return Channel(
        id=thread_id or world.clock.snowflake(),
        name=name,
        guild=parent.guild,
        kind=kind,
        parent=parent,
        owner=owner,
        invited={owner.id},
        opened_at=world.clock.now(),
    )


def open_thread(
    world: World, parent: Channel, name: str, *, kind: ChannelKind, owner: User
) -> Channel:
    """A new thread, told to the gateway."""
    thread = make_thread(world, parent, name, kind=kind, owner=owner)
    _register(world, thread)
    return thread


def _register(world: World, thread: Channel) -> None:
    assert thread.guild is not None
    thread.guild.threads.append(thread)
    world.channels[thread.id] = thread
    world.emit("THREAD_CREATE", channel_payload(thread) | {"newly_created": True}, thread.guild)
    world.changes.notify()


def notice(
    world: World, channel: Channel, kind: Notice, *, about: Message | Channel, words: str = ""
) -> None:
    """The line that Discord itself writes below what the bot did."""
    message = Message(
        id=world.clock.snowflake(),
        channel=channel,
        author=world.bot,
        created_at=world.clock.now(),
        content=words,
        notice=kind,
        about=about,
    )
    world.keep(message)
    announce(world, "MESSAGE_CREATE", message)
