"""Every sentence that refuses something to who organises an event; pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.organising_errors import (
    BotMayNot,
    CallProblem,
    ChannelNeeded,
    Need,
    NotAllowed,
    OnlyOnServers,
    RoleCannotBeCalled,
)
from bot.services.access import Action

_MODERATORS = {Action.APPROVE, Action.REJECT, Action.BLOCK, Action.UNBLOCK, Action.REMOVE_PICTURE}

_NEEDS: dict[Need, str] = {
    Need.PANEL: "announce the event",
    Need.GALLERY: "show the pictures",
    Need.THREAD: "open a thread for the pictures",
    Need.MEDIA: "post the pictures",
    Need.REVIEW: "ask moderators for their approval",
    Need.LOG: "write the log",
}

_OTHERWISE: dict[Need, str] = {
    Need.THREAD: " Or choose a `gallery` channel.",
    Need.MEDIA: " Or choose another `gallery`.",
    Need.GALLERY: " Or choose another `gallery`.",
    Need.REVIEW: " Or choose another channel for `approval`.",
}

_CALLS: dict[CallProblem, str] = {
    CallProblem.EVERYONE: "I do not call everyone. Choose a role that people have asked for.",
    CallProblem.NOT_BY_ORGANISER: (
        "You may not mention {role} yourself, so I do not do it for you. Choose a role that can "
        "be mentioned."
    ),
    CallProblem.NOT_BY_BOT: (
        "I cannot mention {role}. Switch on *Allow anyone to @mention this role* in its settings, "
        "or leave `ping` out."
    ),
}


def _not_allowed(error: NotAllowed) -> str:
    role = f", or the role <@&{error.organiser_role_id}>" if error.organiser_role_id else ""
    if error.action is Action.EVENT_SETTINGS:
        return "Only who has the permission *Manage Server* can change this."
    if error.action in _MODERATORS:
        return (
            "Only moderators of this event can do this: it takes the permission *Manage Messages* "
            "where pictures are approved, or the server's role for moderators."
        )
    if error.action is Action.REMOVE_OWN_PICTURE:
        return "This picture is somebody else's. Moderators can remove it."
    if error.action.value.startswith("quota "):
        return f"Only organisers can do this: it takes the permission *Manage Server*{role}."
    return (
        "Only organisers can do this: it takes the permission *Manage Events* or *Manage Server*"
        f"{role}."
    )


def _bot_may_not(error: BotMayNot) -> str:
    missing = " and ".join(f"*{name}*" for name in error.missing)
    return (
        f"I may not {_NEEDS[error.need]} in <#{error.channel_id}>: I lack {missing}. Allow it in "
        f"the channel's settings, Permissions.{_OTHERWISE.get(error.need, '')}"
    )


DESCRIPTIONS: dict[type[Exception], Callable[[Any], str]] = {
    BotMayNot: _bot_may_not,
    ChannelNeeded: lambda _: (
        "An event is announced in a text channel. Type this in one, or choose one as `channel`."
    ),
    NotAllowed: _not_allowed,
    OnlyOnServers: lambda _: "This works on servers only. Type it in a channel of yours.",
    RoleCannotBeCalled: lambda error: _CALLS[error.problem].format(role=f"<@&{error.role_id}>"),
}
