"""Every sentence about quotas and the rules behind them; pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bot.moments import timestamp
from bot.quota_errors import (
    ExportTooLarge,
    NothingChosen,
    NotTogether,
    OnCooldown,
    QuotaUsedUp,
    TooManyToAsk,
    WhomUnclear,
)
from db.models import Ledger, Limit, Scope, Usage, Window

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))

PER = {
    Window.HOUR: "an hour",
    Window.DAY: "a day",
    Window.WEEK: "a week",
    Window.MONTH: "a month",
    Window.EVENT: "in each event",
    Window.TOTAL: "in all",
}
_NOW = {
    Window.HOUR: "this hour",
    Window.DAY: "today",
    Window.WEEK: "this week",
    Window.MONTH: "this month",
    Window.EVENT: "in this event",
    Window.TOTAL: "in all",
}
_WHOSE = {
    Scope.MEMBER: "You",
    Scope.ROLE: "You",
    Scope.SERVER: "This server",
    Scope.COMMUNITY_EVENT: "This event",
    Scope.OPERATOR: "This bot",
}


def duration(period: timedelta) -> str:
    """Write a period of whole seconds in the largest unit that it is a multiple of."""
    seconds = round(period.total_seconds())
    length, name = next(unit for unit in _UNITS if seconds % unit[0] == 0)
    count = seconds // length
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def pause(seconds: int) -> str:
    """Say how long members wait between two pictures."""
    return duration(timedelta(seconds=seconds)) if seconds else "no pause"


def source(limit: Limit) -> str:
    """Say where a rule comes from and how much it gives."""
    if limit.ledger is Ledger.POT:
        return _credits(limit)
    much = f"{limit.amount} {PER[limit.window]}"
    match limit.scope:
        case Scope.ROLE:
            return f"<@&{limit.scope_id}> gives {much}"
        case Scope.SERVER:
            return f"everybody on this server together may make {much}"
        case Scope.COMMUNITY_EVENT:
            return f"this event has {pictures(limit.amount)} for all its guests"
        case Scope.OPERATOR:
            return f"this bot makes {much} for everybody together"
        case _:
            return _for_member(limit, much)


def _for_member(limit: Limit, much: str) -> str:
    if limit.scope_id:
        return f"you were given {much}"
    if limit.event_id:
        return f"this event gives each guest {limit.amount}"
    return f"{'this server' if limit.guild_id else 'this bot'} gives everybody {much}"


def _credits(limit: Limit) -> str:
    if limit.scope is Scope.COMMUNITY_EVENT:
        return f"{limit.amount} credits are set aside for this event"
    who = "this server may use" if limit.guild_id else "each server may use"
    return f"{who} {limit.amount} credits {PER[limit.window]}"


def why(usage: Usage) -> str:
    """Say which rules make a limit."""
    text = " + ".join(source(each) for each in usage.sources or (usage.limit,))
    return f"{text} = {usage.limit.amount}" if len(usage.sources) > 1 else text


def explained(usage: Usage) -> str:
    """Say which rules count, what is left and when it starts again."""
    text = f"{why(usage)}; {usage.remaining} left"
    return f"{text}; resets {timestamp(usage.resets_at)}" if usage.resets_at else text


def line(usage: Usage) -> str:
    """Say what is left under a rule, and why, for a list."""
    what = " credits" if usage.limit.ledger is Ledger.POT else ""
    text = (
        f"{_WHOSE[usage.limit.scope]}: **{usage.remaining} of {usage.limit.amount}**{what} left "
        f"{_NOW[usage.limit.window]}."
    )
    if usage.resets_at is not None:
        text += f" Starts again {timestamp(usage.resets_at)}."
    return f"{text}\n-# Why: {why(usage)}"


def pictures(count: int) -> str:
    """Count pictures in words."""
    return "1 picture" if count == 1 else f"{count} pictures"


def _quota_used_up(error: QuotaUsedUp) -> str:
    usage = error.usage
    limit = usage.limit
    if limit.ledger is Ledger.POT:
        whose = "event" if limit.scope is Scope.COMMUNITY_EVENT else "server"
        return f"This {whose} has used up its credits for now: {explained(usage)}."
    if limit.scope is Scope.COMMUNITY_EVENT:
        return f"The pictures of this event are used up: {explained(usage)}."
    if limit.scope is Scope.SERVER:
        return f"This server has made all the pictures it may for now: {explained(usage)}."
    if limit.amount == 0:
        return _shut(limit)
    count = "your picture" if limit.amount == 1 else f"all {limit.amount} of your pictures"
    return f"You have used {count} for now: {explained(usage)}."


def _shut(limit: Limit) -> str:
    if limit.guild_id:
        return (
            f"You cannot make pictures here just now: {source(limit)}. An organiser of this server "
            "can change that."
        )
    return "Nobody can make pictures here just now: the quota is set to 0."


def _on_cooldown(error: OnCooldown) -> str:
    return (
        f"This server asks everybody to wait {duration(error.cooldown)} between two pictures. You "
        f"can order the next one {timestamp(error.ready_at)}."
    )


def pot_low(usage: Usage) -> str:
    """Tell organisers that a server's credits run low."""
    share = 100 * usage.used // usage.limit.amount
    return f"⚠️ {share} % of this server's credits are used: {explained(usage)}."


def pot_out(usage: Usage) -> str:
    """Tell organisers that a server's credits are used up."""
    return (
        f"⚠️ This server's credits are used up, so I take no orders here: {explained(usage)}. "
        "`/quota pot` changes what the server may use."
    )


DESCRIPTIONS: dict[type[Exception], Callable[[Any], str]] = {
    QuotaUsedUp: _quota_used_up,
    OnCooldown: _on_cooldown,
    WhomUnclear: lambda _: "Please choose one of them: a member, a role or everybody.",
    NotTogether: lambda _: (
        "For all the guests of an event together there is its pot: `/event edit` changes that."
    ),
    NothingChosen: lambda _: (
        "I do not know what you would like to change, or for whom. Please fill in one option more: "
        "how many (or `remove`); a member, a role or `everybody`."
    ),
    TooManyToAsk: lambda error: (
        f"{error.count} members have made pictures here, too many to look at the roles of each. "
        "Reset single members, or choose `everybody`; or use `/quota grant` to give a role more."
    ),
    ExportTooLarge: lambda error: (
        f"The file is larger than the {error.limit // 2**20} MB that Discord takes here. Whoever "
        "runs this bot can read it from the database."
    ),
}
