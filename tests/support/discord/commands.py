"""The application's commands as the bot registered them, with Discord's rules for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.support.discord.errors import DiscordError, invalid
from tests.support.discord.people import Channel
from tests.support.discord.routing import NO_CONTENT, Call, Reply, Routes
from tests.support.discord.world import World

Json = dict[str, Any]

CHAT_INPUT = 1
SUBCOMMAND, GROUP = 1, 2
MAX_COMMANDS = 100
MAX_OPTIONS = 25
MAX_DESCRIPTION = 100
MAX_TOTAL = 8000
_NAME = re.compile(r"[-_'\w]{1,32}")
_GLOBAL = 0


class CommandBook:
    """Commands by place (a guild's id, or 0 for everywhere); also serves their routes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._places: dict[int, list[Json]] = {}
        self.syncs = 0  # how often the bot wrote commands

    def add_routes(self, routes: Routes) -> None:
        for base in (
            "/applications/{app}/commands",
            "/applications/{app}/guilds/{guild}/commands",
        ):
            routes.add("GET", base, self._list)
            routes.add("PUT", base, self._replace)
            routes.add("POST", base, self._upsert)
            routes.add("GET", base + "/{command}", self._get)
            routes.add("PATCH", base + "/{command}", self._patch)
            routes.add("DELETE", base + "/{command}", self._delete)

    def visible(self, channel: Channel) -> list[Json]:
        """What the picker offers in a channel; a guild's own command hides the global one."""
        place = channel.guild.id if channel.guild else _GLOBAL
        here = [*self._places.get(place, []), *self._places.get(_GLOBAL, [])]
        unique = {(command["type"], command["name"]): command for command in reversed(here)}
        return list(unique.values())

    def all(self) -> list[Json]:
        return [command for place in self._places.values() for command in place]

    def _place(self, call: Call) -> int:
        if call.id("app") != self._world.application_id:
            raise DiscordError(50001)
        place = int(call.params.get("guild", _GLOBAL))
        if place and not (place in self._world.guilds and self._world.guilds[place].has_bot):
            raise DiscordError(50001)
        return place

    def _list(self, call: Call) -> Reply:
        return Reply(200, self._places.get(self._place(call), []))

    def _replace(self, call: Call) -> Reply:
        place = self._place(call)
        wanted: list[Json] = call.body.json or []
        check_all(wanted)
        self._places[place] = [self._registered(command, place) for command in wanted]
        self._synced()
        return Reply(200, self._places[place])

    def _upsert(self, call: Call) -> Reply:
        place = self._place(call)
        command = self._registered(call.json, place)
        others = [c for c in self._places.get(place, []) if _key(c) != _key(command)]
        check_all([*others, call.json])
        self._places[place] = [*others, command]
        self._synced()
        return Reply(200 if len(others) < len(self._places[place]) - 1 else 201, command)

    def _get(self, call: Call) -> Reply:
        return Reply(200, self._find(call))

    def _patch(self, call: Call) -> Reply:
        command = self._find(call)
        changed = command | call.json
        check_all([changed])
        command.update(changed, version=str(self._world.clock.snowflake()))
        self._synced()
        return Reply(200, command)

    def _delete(self, call: Call) -> Reply:
        self._places[self._place(call)].remove(self._find(call))
        self._synced()
        return NO_CONTENT

    def _find(self, call: Call) -> Json:
        for command in self._places.get(self._place(call), []):
            if command["id"] == call.params["command"]:
                return command
        raise DiscordError(10063)

    def _registered(self, command: Json, place: int) -> Json:
        """Add what Discord adds; a command known by name keeps its id."""
        known = {_key(c): c["id"] for c in self._places.get(place, [])}
        full: Json = {
            "type": CHAT_INPUT,
            "description": "",
            "default_member_permissions": None,
            "nsfw": False,
            "integration_types": [0],
            "contexts": None,
            "dm_permission": True,
        } | {key: value for key, value in command.items() if value is not None}
        if full["default_member_permissions"] is not None:
            full["default_member_permissions"] = str(full["default_member_permissions"])
        full["id"] = known.get(_key(full)) or str(self._world.clock.snowflake())
        full["version"] = str(self._world.clock.snowflake())
        full["application_id"] = str(self._world.application_id)
        return full | {"guild_id": str(place)} if place else full

    def _synced(self) -> None:
        self.syncs += 1
        self._world.changes.note(f"commands are now {[c['name'] for c in self.all()]}")


def _key(command: Json) -> tuple[int, str]:
    return command.get("type", CHAT_INPUT), command["name"]


def check_all(commands: list[Json]) -> None:
    """Raise 50035 for what Discord's rules forbid, beyond what its document can say."""
    chat = [command for command in commands if command.get("type", CHAT_INPUT) == CHAT_INPUT]
    if len(chat) > MAX_COMMANDS:
        raise invalid("", f"at most {MAX_COMMANDS} commands")
    keys = [_key(command) for command in commands]
    if len(set(keys)) < len(keys):
        raise invalid(
            "", "Application command names must be unique", code="APPLICATION_COMMANDS_DUPLICATE"
        )
    for index, command in enumerate(chat):
        _check_named(command, str(index))
        if _text_length(command) > MAX_TOTAL:
            raise invalid(str(index), f"Combined size must be {MAX_TOTAL} or fewer")


def _check_named(node: Json, path: str) -> None:
    name = node["name"]
    if not _NAME.fullmatch(name) or name != name.lower():
        raise invalid(f"{path}.name", f"Command name {name!r} is invalid")
    if not 1 <= len(node.get("description") or "") <= MAX_DESCRIPTION:
        raise invalid(f"{path}.description", f"Must be between 1 and {MAX_DESCRIPTION} in length.")
    options = node.get("options") or []
    if len(options) > MAX_OPTIONS:
        raise invalid(f"{path}.options", f"Must be {MAX_OPTIONS} or fewer in length.")
    names = [option["name"] for option in options]
    if len(set(names)) < len(names):
        raise invalid(f"{path}.options", "Option names must be unique")
    required = [bool(option.get("required")) for option in options]
    if sorted(required, reverse=True) != required:
        raise invalid(f"{path}.options", "Required options must be placed before non-required")
    for index, option in enumerate(options):
        _check_option(option, f"{path}.options.{index}")


def _check_option(option: Json, path: str) -> None:
    _check_named(option, path)
    choices = option.get("choices") or []
    if len(choices) > MAX_OPTIONS:
        raise invalid(f"{path}.choices", f"Must be {MAX_OPTIONS} or fewer in length.")
    if choices and option.get("autocomplete"):
        raise invalid(f"{path}.choices", "Choices and autocomplete exclude each other")
    names = [choice["name"] for choice in choices]
    if len(set(names)) < len(names):
        raise invalid(f"{path}.choices", "Choice names must be unique")


def _text_length(node: Json) -> int:
    choices = (str(c["name"]) + str(c["value"]) for c in node.get("choices") or [])
    return (
        len(node["name"])
        + len(node.get("description") or "")
        + sum(map(len, choices))
        + sum(map(_text_length, node.get("options") or []))
    )


def leaves(command: Json) -> Iterator[tuple[str, Json]]:
    """Each thing that can be run, by its full name: "event create" is a leaf of "event"."""
    inner = [o for o in command.get("options") or [] if o["type"] in {SUBCOMMAND, GROUP}]
    if not inner:
        yield command["name"], command
    for option in inner:
        for name, leaf in leaves(option):
            yield f"{command['name']} {name}", leaf
