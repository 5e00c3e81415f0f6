"""Whom a message mentions and notifies, with `allowed_mentions` respected."""

from __future__ import annotations

import re
from typing import Any

from tests.support.discord.components import texts
from tests.support.discord.errors import invalid
from tests.support.discord.people import Channel, Role, User
from tests.support.discord.permissions import Permission
from tests.support.discord.records import Message, MessageFlag

Json = dict[str, Any]

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
EVERYTHING_ALLOWED: Json = {"parse": ["users", "roles", "everyone"], "replied_user": True}


def apply_mentions(message: Message, *, allowed: Json | None, users: dict[int, User]) -> None:
    """Fill in `mentions`, and `pings` if nothing keeps the message from notifying."""
    allowed = EVERYTHING_ALLOWED if allowed is None else allowed
    text = "\n".join([message.content, *texts(message.components)])
    _check(allowed)
    named = [users[int(i)] for i in dict.fromkeys(_USER.findall(text)) if int(i) in users]
    message.mentions = [user for user in named if _is_allowed(user.id, "users", allowed)]
    message.role_mentions = [
        role
        for role in _named_roles(message.channel, text)
        if _is_allowed(role.id, "roles", allowed)
    ]
    message.mentions_everyone = _reaches_everyone(message, text=text, allowed=allowed)
    pings = set(message.mentions) | _pinged_groups(message)
    reply = message.reply_to
    if reply is not None and allowed.get("replied_user"):
        pings.add(reply.author)
        message.mentions = list(dict.fromkeys([*message.mentions, reply.author]))
    audience = set(message.channel.audience())
    if message.channel.guild is None:
        pings = audience  # every new direct message notifies
    if MessageFlag.SUPPRESS_NOTIFICATIONS not in message.flags:
        message.pings = (pings & audience) - {message.author}


def _is_allowed(target: int, kind: str, allowed: Json) -> bool:
    return kind in (allowed.get("parse") or ()) or str(target) in map(str, allowed.get(kind) or ())


def _check(allowed: Json) -> None:
    """What is named one by one must not be let in wholesale, too."""
    for kind in ("users", "roles"):
        if kind in (allowed.get("parse") or ()) and allowed.get(kind):
            raise invalid(
                "allowed_mentions",
                f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.',
                code="MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
            )


def _may_mention_all(message: Message) -> bool:
    return Permission.MENTION_EVERYONE in message.channel.permissions(message.author)


def _reaches_everyone(message: Message, *, text: str, allowed: Json) -> bool:
    is_asked = _EVERYONE.search(text) and "everyone" in (allowed.get("parse") or ())
    return bool(is_asked) and message.channel.guild is not None and _may_mention_all(message)


def _pinged_groups(message: Message) -> set[User]:
    """Who is reached through a role or @everyone; a role that is not mentionable needs a right."""
    guild = message.channel.guild
    if guild is None:
        return set()
    pinged: set[User] = set(message.channel.audience()) if message.mentions_everyone else set()
    for role in message.role_mentions:
        if role.mentionable or _may_mention_all(message):
            pinged |= {m.user for m in guild.members.values() if role in m.roles}
    return pinged


def _named_roles(channel: Channel, text: str) -> list[Role]:
    ids = set(map(int, _ROLE.findall(text)))
    return [role for role in channel.guild.roles if role.id in ids] if channel.guild else []
