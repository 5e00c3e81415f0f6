"""Who and what a server consists of, and what its people do to it: all that is not talk."""

from __future__ import annotations

from tests.support.discord.payloads import (
    channel_payload,
    guild_create_payload,
    guild_payload,
    member_payload,
    role_payload,
    user_payload,
)
from tests.support.discord.people import Channel, ChannelKind, Guild, Member, Role, User
from tests.support.discord.permissions import BOT_DEFAULT, MEMBER_DEFAULT, Overwrite, Permission
from tests.support.discord.records import Message
from tests.support.discord.rest import remove, remove_channel, remove_many
from tests.support.discord.threads import open_thread
from tests.support.discord.world import World

NOTHING = Permission(0)


class Places:
    """Makes users, servers, roles and channels, and changes them under the bot's feet."""

    _world: World

    # -- who is there

    def add_user(self, name: str, *, locale: str = "en-US", installed: bool = False) -> User:
        """A person; `installed`: they added the app to their own account."""
        user = User(id=self._world.clock.snowflake(), name=name, locale=locale, installed=installed)
        self._world.users[user.id] = user
        return user

    def add_guild(
        self,
        name: str,
        *,
        owner: User | None = None,
        has_bot: bool = True,
        bot_permissions: Permission = BOT_DEFAULT,
        locale: str = "en-US",
    ) -> Guild:
        """A server with an owner and, unless `has_bot` is False, the bot in a role of its own."""
        owner = owner or self.add_user(f"{name} owner")
        guild_id = self._world.clock.snowflake()
        everyone = Role(id=guild_id, name="@everyone", permissions=MEMBER_DEFAULT, position=0)
        guild = Guild(
            id=guild_id,
            name=name,
            owner=owner,
            everyone=everyone,
            has_bot=has_bot,
            locale=locale,
        )
        self._world.guilds[guild.id] = guild
        self.add_member(guild, owner)
        if has_bot:
            role = self.add_role(guild, self._world.bot.name, bot_permissions, tell=False)
            role.bot_id = self._world.bot.id
            self.add_member(guild, self._world.bot, roles=[role])
            payload = guild_create_payload(guild, bot=self._world.bot)
            self._world.emit("GUILD_CREATE", payload, guild)
        return guild

    def add_role(
        self,
        guild: Guild,
        name: str,
        permissions: Permission = NOTHING,
        *,
        mentionable: bool = False,
        for_boosters: bool = False,
        tell: bool = True,
    ) -> Role:
        """A role; `for_boosters`: Discord's own for who boosts the server, with its tag."""
        role = Role(
            id=self._world.clock.snowflake(),
            name=name,
            permissions=permissions,
            position=len(guild.roles) + 1,
            mentionable=mentionable,
            for_boosters=for_boosters,
        )
        guild.roles.append(role)
        if tell:
            payload = {"guild_id": str(guild.id), "role": role_payload(role)}
            self._world.emit("GUILD_ROLE_CREATE", payload, guild)
        return role

    def add_member(self, guild: Guild, user: User, *, roles: list[Role] | None = None) -> Member:
        now = self._world.clock.now()
        boosts = any(role.for_boosters for role in roles or [])
        member = Member(
            user=user, roles=roles or [], joined_at=now, boosts_since=now if boosts else None
        )
        guild.members[user.id] = member
        return member

    def give_role(self, guild: Guild, user: User, role: Role) -> None:
        """The bot is told of others only with an intent it does not have; interactions tell."""
        member = guild.members[user.id]
        member.roles = [*member.roles, role]
        if role.for_boosters:
            member.boosts_since = self._world.clock.now()
        self._member_changed(guild, member)

    def take_role(self, guild: Guild, user: User, role: Role) -> None:
        member = guild.members[user.id]
        member.roles = [kept for kept in member.roles if kept is not role]
        if role.for_boosters:
            member.boosts_since = None
        self._member_changed(guild, member)

    def _member_changed(self, guild: Guild, member: Member) -> None:
        payload = member_payload(member) | {"guild_id": str(guild.id)}
        self._world.emit("GUILD_MEMBER_UPDATE", payload, guild)

    def set_role(self, guild: Guild, role: Role, permissions: Permission) -> None:
        """From now on the role may do exactly this."""
        role.permissions = permissions
        payload = {"guild_id": str(guild.id), "role": role_payload(role)}
        self._world.emit("GUILD_ROLE_UPDATE", payload, guild)

    def bot_role(self, guild: Guild) -> Role:
        """The role that came with the bot."""
        return next(role for role in guild.roles if role.bot_id == self._world.bot.id)

    def delete_role(self, guild: Guild, role: Role) -> None:
        guild.roles.remove(role)
        for member in guild.members.values():
            member.roles = [kept for kept in member.roles if kept is not role]
        payload = {"guild_id": str(guild.id), "role_id": str(role.id)}
        self._world.emit("GUILD_ROLE_DELETE", payload, guild)

    # -- channels

    def add_text_channel(
        self, guild: Guild, name: str, *, kind: ChannelKind = ChannelKind.TEXT
    ) -> Channel:
        """A channel of this kind; voice and announcement channels hold messages, too."""
        channel = Channel(id=self._world.clock.snowflake(), name=name, guild=guild, kind=kind)
        guild.channels.append(channel)
        self._world.channels[channel.id] = channel
        self._world.emit("CHANNEL_CREATE", channel_payload(channel), guild)
        return channel

    def add_thread(
        self, parent: Channel, name: str, *, owner: User | None = None, private: bool = False
    ) -> Channel:
        """A thread of a text channel, or a post of a forum; the server's owner opens it."""
        assert parent.guild is not None
        kind = ChannelKind.PRIVATE_THREAD if private else ChannelKind.THREAD
        return open_thread(self._world, parent, name, kind=kind, owner=owner or parent.guild.owner)

    def archive(self, thread: Channel, *, lock: bool = False) -> None:
        """Close a thread, as time does; locked, only a moderator can open it again."""
        thread.archived, thread.locked = True, lock
        self._world.emit("THREAD_UPDATE", channel_payload(thread), thread.guild)

    def set_permissions(
        self,
        channel: Channel,
        *,
        bot: Permission | None = None,
        user: Permission | None = None,
    ) -> None:
        """Exactly these in this channel: for the bot, and for everyone else."""
        assert channel.guild is not None
        if bot is None:
            bot = channel.permissions(self._world.bot)  # a new rule for everyone must not change it
        channel.set_permissions(self._world.bot.id, bot)
        if user is not None:
            channel.set_permissions(channel.guild.everyone.id, user)
        self._world.emit("CHANNEL_UPDATE", channel_payload(channel), channel.guild)

    def set_overwrite(
        self,
        channel: Channel,
        target: Role | User,
        *,
        allow: Permission = NOTHING,
        deny: Permission = NOTHING,
    ) -> None:
        """An exception of this channel for one role or user; the rest is as elsewhere."""
        channel.overwrites[target.id] = Overwrite(allow, deny)
        self._world.emit("CHANNEL_UPDATE", channel_payload(channel), channel.guild)

    def boost(self, guild: Guild, *, tier: int) -> None:
        """The server is boosted: larger files may be sent there."""
        guild.premium_tier = tier
        self._world.emit("GUILD_UPDATE", guild_payload(guild), guild)

    def close_dms(self, user: User) -> None:
        """From now on the bot cannot write to the user: 50007."""
        user.dms_open = False

    # -- what goes

    def delete_channel(self, channel: Channel) -> None:
        """A channel or thread goes, with its messages and its own threads."""
        remove_channel(self._world, channel)

    def delete_message(self, message: Message) -> None:
        """A moderator (or, if it is ephemeral, its reader) removes it."""
        remove(self._world, message)

    def delete_messages(self, messages: list[Message]) -> None:
        """A moderator removes several of one channel at once."""
        remove_many(self._world, messages)

    def remove_member(self, guild: Guild, user: User) -> None:
        """Somebody leaves, or is thrown out of, the server; the bot may not be told."""
        del guild.members[user.id]
        payload = {"guild_id": str(guild.id), "user": user_payload(user)}
        self._world.emit("GUILD_MEMBER_REMOVE", payload, guild)

    def remove_bot(self, guild: Guild) -> None:
        """The bot is thrown out of the server."""
        del guild.members[self._world.bot.id]
        self._world.emit("GUILD_DELETE", {"id": str(guild.id)}, guild)
        guild.has_bot = False
