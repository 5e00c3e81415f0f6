"""What a user fills in: command options, select values and modal fields, checked as a client does.

A wrong value is the test's mistake, so it ends in AssertionError and never reaches the bot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.discord.files import StoredFile, Upload
from tests.support.discord.payloads import (
    attachment_payload,
    channel_payload,
    member_payload,
    role_payload,
    user_payload,
)
from tests.support.discord.people import Channel, Guild, Role, User
from tests.support.discord.permissions import Permission

Json = dict[str, Any]

STRING, INTEGER, BOOLEAN, NUMBER, ATTACHMENT = 3, 4, 5, 10, 11
_PLAIN: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
}
_THINGS: dict[int, tuple[type, ...]] = {
    6: (User,),
    7: (Channel,),
    8: (Role,),
    9: (User, Role),
    ATTACHMENT: (Upload,),
}


class NotPossible(AssertionError):
    """Discord's client would not let the user do this."""


@dataclass(slots=True, kw_only=True)
class Resolver:
    """Collects what an interaction refers to by id, in the form of `resolved`."""

    channel: Channel
    user: User
    store: Callable[[Upload], StoredFile]
    resolved: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def guild(self) -> Guild | None:
        return self.channel.guild

    def __call__(self, thing: Any) -> str:
        """Note the thing and return its id."""
        if isinstance(thing, Upload):
            file = self.store(thing)
            return self._note("attachments", file.id, attachment_payload(file))
        if isinstance(thing, User):
            member = self.guild.members.get(thing.id) if self.guild else None
            if member is not None:
                may = {"permissions": str(int(self.channel.permissions(thing)))}
                self._note("members", thing.id, member_payload(member, with_user=False) | may)
            return self._note("users", thing.id, user_payload(thing))
        if isinstance(thing, Role):
            return self._note("roles", thing.id, role_payload(thing))
        may = {"permissions": str(int(thing.permissions(self.user)))}
        return self._note("channels", thing.id, channel_payload(thing) | may)

    def part(self) -> Json:
        """`resolved` for the interaction's data; Discord leaves it out where there is nothing."""
        return {"resolved": self.resolved} if self.resolved else {}

    def _note(self, kind: str, thing_id: int, payload: Json) -> str:
        self.resolved.setdefault(kind, {})[str(thing_id)] = payload
        return str(thing_id)


def fill_options(definition: Json, given: dict[str, Any], resolver: Resolver) -> list[Json]:
    """The `options` of a command, after every check that the client makes."""
    options = {option["name"]: option for option in definition.get("options") or []}
    unknown = set(given) - set(options)
    if unknown:
        raise NotPossible(f"no option {sorted(unknown)}; there are {sorted(options)}")
    missing = [name for name, o in options.items() if o.get("required") and name not in given]
    if missing:
        raise NotPossible(f"required options {missing} are missing")
    return [
        {
            "name": name,
            "type": options[name]["type"],
            "value": _value(options[name], value, resolver),
        }
        for name, value in given.items()
    ]


def _value(option: Json, value: Any, resolver: Resolver) -> Any:
    kind, name = option["type"], option["name"]
    if kind in _THINGS:
        if not isinstance(value, _THINGS[kind]):
            raise NotPossible(f"{name} does not take {value!r}")
        if isinstance(value, Channel):
            _check_offered(name, value, kinds=option.get("channel_types"), resolver=resolver)
        return resolver(value)
    value = _chosen(option, value)
    if not _fits(kind, value):
        raise NotPossible(f"{name} (type {kind}) does not take {value!r}")
    if kind == STRING:
        _check_range(name, len(value), option.get("min_length"), option.get("max_length"))
    elif kind != BOOLEAN:
        _check_range(name, value, option.get("min_value"), option.get("max_value"))
    return value


def _check_offered(
    name: str, channel: Channel, *, kinds: list[int] | None, resolver: Resolver
) -> None:
    """The client offers channels of this server that the user sees, of the kinds asked for."""
    if kinds and channel.kind not in kinds:
        raise NotPossible(f"{name} takes channels of kinds {kinds}, not {channel.kind!r}")
    if channel.guild is not resolver.guild:
        raise NotPossible(f"{name}: {channel.name} is in another server")
    if Permission.VIEW_CHANNEL not in channel.permissions(resolver.user):
        raise NotPossible(f"{name}: {resolver.user.name} does not see {channel.name}")


def _fits(kind: int, value: object) -> bool:
    is_right = isinstance(value, _PLAIN[kind])
    return is_right and isinstance(value, bool) is (kind == BOOLEAN)  # a bool is an int, too


def _chosen(option: Json, value: Any) -> Any:
    """A choice by its name or its value; anything where there are no choices."""
    choices = option.get("choices")
    if not choices:
        return value
    for choice in choices:
        if value in (choice["name"], choice["value"]):
            return choice["value"]
    names = [choice["name"] for choice in choices]
    raise NotPossible(f"{option['name']} has no choice {value!r}; there are {names}")


def _check_range(name: str, size: float, low: float | None, high: float | None) -> None:
    if (low is not None and size < low) or (high is not None and size > high):
        raise NotPossible(f"{name}: {size} is not between {low} and {high}")


def check_count(component: Json, count: int) -> None:
    """Both bounds of a menu or an upload are 1 unless it says otherwise (null says nothing)."""
    low, high = component.get("min_values"), component.get("max_values")
    _check_range(
        f"number of values of {component['custom_id']}",
        count,
        1 if low is None else low,
        1 if high is None else high,
    )


_OF_SELECT: dict[int, tuple[type, ...]] = {
    5: (User,),
    6: (Role,),
    7: (User, Role),
    8: (Channel,),
}


def _check_thing(select: Json, value: Any, resolver: Resolver) -> None:
    if not isinstance(value, _OF_SELECT[select["type"]]):
        raise NotPossible(f"{select['custom_id']} does not take {value!r}")
    if isinstance(value, Channel):
        kinds = select.get("channel_types")
        _check_offered(select["custom_id"], value, kinds=kinds, resolver=resolver)


def pick(select: Json, given: Any, resolver: Resolver) -> list[str]:
    """The `values` of a select menu, of any kind."""
    values = list(given) if isinstance(given, list | tuple) else [given]
    check_count(select, len(values))
    if "options" not in select:
        for value in values:
            _check_thing(select, value, resolver)
        return [resolver(value) for value in values]
    by_word = {option["label"]: option["value"] for option in select["options"]}
    by_word |= {option["value"]: option["value"] for option in select["options"]}
    missing = [value for value in values if value not in by_word]
    if missing:
        raise NotPossible(f"{select['custom_id']} has no {missing}; there are {list(by_word)}")
    return [by_word[value] for value in values]
