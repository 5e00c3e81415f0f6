"""What people do in Discord's client: commands, buttons, menus, modals, messages."""

from __future__ import annotations

from typing import Any

from tests.support.discord import components as ui
from tests.support.discord import compose
from tests.support.discord.commands import CHAT_INPUT, SUBCOMMAND, CommandBook, leaves
from tests.support.discord.files import StoredFile, Upload
from tests.support.discord.interactions import begin
from tests.support.discord.modals import fill_modal
from tests.support.discord.options import NotPossible, Resolver, fill_options, pick
from tests.support.discord.payloads import message_payload
from tests.support.discord.people import Channel, User
from tests.support.discord.permissions import Permission
from tests.support.discord.records import Interaction, InteractionKind, Message
from tests.support.discord.rest import announce
from tests.support.discord.world import World

Json = dict[str, Any]

USER_MENU, MESSAGE_MENU = 2, 3
GUILD_INSTALL, USER_INSTALL = 0, 1


class Actors:
    """Turns a person's action into an interaction, or into NotPossible as the client would."""

    def __init__(self, world: World, book: CommandBook) -> None:
        self._world = world
        self._book = book

    def slash(
        self, user: User, channel: Channel | None, name: str, options: dict[str, Any]
    ) -> Interaction:
        channel = channel or self._world.dm_channel(user)
        command, leaf = self._find_chat(user, channel, name)
        resolver = self._resolver(channel, user)
        filled = fill_options(leaf, options, resolver)
        data = self._command_data(command, name, filled, resolver)
        return begin(
            self._world, user, channel, InteractionKind.COMMAND, data, name=f"/{name} {options}"
        )

    def autocomplete(
        self,
        user: User,
        channel: Channel | None,
        name: str,
        options: dict[str, Any],
        *,
        focused: str,
    ) -> Interaction:
        channel = channel or self._world.dm_channel(user)
        command, leaf = self._find_chat(user, channel, name)
        known = {option["name"]: option for option in leaf.get("options") or []}
        if not known.get(focused, {}).get("autocomplete"):
            raise NotPossible(f"{focused} of /{name} has no autocomplete")
        resolver = self._resolver(channel, user)
        rest = {key: value for key, value in options.items() if key != focused}
        partial = {"options": [o | {"required": False} for o in known.values()]}
        filled = fill_options(partial, rest, resolver)
        typed = {"name": focused, "type": known[focused]["type"], "focused": True}
        filled.append(typed | {"value": str(options[focused])})
        data = self._command_data(command, name, filled, resolver)
        return begin(
            self._world, user, channel, InteractionKind.AUTOCOMPLETE, data, name=f"/{name}"
        )

    def context_menu(
        self, user: User, channel: Channel, name: str, target: Message | User
    ) -> Interaction:
        kind = MESSAGE_MENU if isinstance(target, Message) else USER_MENU
        command = self._find(user, channel, kind, name)
        resolver = self._resolver(channel, user)
        data: Json = {"id": command["id"], "name": name, "type": kind}
        data["target_id"] = str(target.id)
        if isinstance(target, Message):
            resolver.resolved["messages"] = {str(target.id): message_payload(target)}
        else:
            resolver(target)
        data |= resolver.part()
        return begin(self._world, user, channel, InteractionKind.COMMAND, data, name=name)

    def press(self, user: User, message: Message, which: str) -> Interaction:
        button = _named(message.buttons(), which, "button")
        if "custom_id" not in button:
            raise NotPossible(f"{which!r} is a link, pressing it tells the bot nothing")
        data = {"custom_id": button["custom_id"], "component_type": ui.BUTTON, "id": button["id"]}
        return self._use(user, message, button, data, which)

    def select(self, user: User, message: Message, which: str, values: Any) -> Interaction:
        menus = [c for c in ui.walk(message.components) if c["type"] in ui.SELECTS]
        menu = _named(menus, which, "select")
        resolver = self._resolver(message.channel, user)
        picked = pick(menu, values, resolver)
        data: Json = {"custom_id": menu["custom_id"], "component_type": menu["type"]}
        data |= {"id": menu["id"], "values": picked, **resolver.part()}
        return self._use(user, message, menu, data, f"{which} {picked}")

    def submit_modal(self, user: User, opened: Interaction, values: dict[str, Any]) -> Interaction:
        if opened.modal is None or opened.user is not user:
            raise NotPossible(f"{user.name} sees no modal")
        resolver = self._resolver(opened.channel, user)
        modal = opened.modal
        components = fill_modal(modal, values, resolver)
        data: Json = {"custom_id": modal["custom_id"], "components": components}
        data |= resolver.part()
        return begin(
            self._world,
            user,
            opened.channel,
            InteractionKind.MODAL_SUBMIT,
            data,
            name=f"modal {modal['title']!r}",
            source=opened.source,
            trigger=opened,
        )

    def say(self, user: User, channel: Channel, text: str, files: list[Upload]) -> Message:
        """An ordinary message of a person."""
        if channel.kind.holds_posts or channel.to_post not in channel.permissions(user):
            raise NotPossible(f"{user.name} may not write in {channel.name}")
        uploads = dict(enumerate(files))
        message = compose.create(self._world, channel, {"content": text}, uploads, author=user)
        announce(self._world, "MESSAGE_CREATE", message)
        return message

    def _use(
        self, user: User, message: Message, component: Json, data: Json, which: str
    ) -> Interaction:
        """Use a component of a message that the user can see."""
        if component.get("disabled"):
            raise NotPossible(f"{which!r} is disabled")
        if message.deleted:
            raise NotPossible("the message is deleted")
        if not message.is_visible_to(user):
            raise NotPossible(f"{user.name} does not see this ephemeral message")
        if Permission.VIEW_CHANNEL not in message.channel.permissions(user):
            raise NotPossible(f"{user.name} does not see {message.channel.name}")
        return begin(
            self._world,
            user,
            message.channel,
            InteractionKind.COMPONENT,
            data,
            name=which,
            source=message,
        )

    def _find_chat(self, user: User, channel: Channel, name: str) -> tuple[Json, Json]:
        command = self._find(user, channel, CHAT_INPUT, name.split(maxsplit=1)[0])
        every = dict(leaves(command))
        if name not in every:
            raise NotPossible(f"no /{name}; there are {sorted(every)}")
        return command, every[name]

    def _find(self, user: User, channel: Channel, kind: int, name: str) -> Json:
        offered = {c["name"]: c for c in self._book.visible(channel) if c["type"] == kind}
        if name not in offered:
            raise NotPossible(f"no command {name!r} here; there are {sorted(offered)}")
        command = offered[name]
        self._check_may_use(user, channel, command)
        return command

    def _check_may_use(self, user: User, channel: Channel, command: Json) -> None:
        guild = channel.guild
        contexts = command["contexts"] or ([0, 1, 2] if command["dm_permission"] else [0])
        if (0 if guild else 1) not in contexts:
            raise NotPossible(f"{command['name']} is not offered here (contexts {contexts})")
        installs = command["integration_types"]
        by_guild = GUILD_INSTALL in installs and (guild is None or guild.has_bot)
        if not by_guild and not (USER_INSTALL in installs and user.installed):
            raise NotPossible(f"{command['name']} is installed neither here nor by {user.name}")
        if guild is None:
            return
        if user.id not in guild.members:
            raise NotPossible(f"{user.name} is not a member of {guild.name}")
        needed = Permission.USE_APPLICATION_COMMANDS | _default_needs(command)
        if needed not in channel.permissions(user):
            raise NotPossible(f"{user.name} does not see {command['name']}: needs {needed!r}")

    def _resolver(self, channel: Channel, user: User) -> Resolver:
        def store(upload: Upload) -> StoredFile:
            folder = f"cdn/ephemeral-attachments/{channel.id}"
            return self._world.store(upload, folder=folder, ephemeral=True)

        return Resolver(channel=channel, user=user, store=store)

    def _command_data(
        self, command: Json, name: str, options: list[Json], resolver: Resolver
    ) -> Json:
        """The command's data; subcommands wrap the options, innermost last."""
        names = name.split()[1:]
        for depth, part in reversed(list(enumerate(names))):
            kind = SUBCOMMAND if depth == len(names) - 1 else SUBCOMMAND + 1
            options = [{"name": part, "type": kind, "options": options}]
        data: Json = {"id": command["id"], "name": command["name"], "type": CHAT_INPUT}
        data |= {"options": options, **resolver.part()}
        return data | ({"guild_id": command["guild_id"]} if "guild_id" in command else {})


def _default_needs(command: Json) -> Permission:
    """What members need to see a command; an explicit 0 leaves it to administrators."""
    wanted = command["default_member_permissions"]
    if wanted is None:
        return Permission(0)
    return Permission(int(wanted)) or Permission.ADMINISTRATOR


def _named(components: list[Json], which: str, kind: str) -> Json:
    """The one component of this label, placeholder, emoji or custom_id."""
    found = [component for component in components if which in _names(component)]
    if len(found) != 1:
        there = [_names(component)[0] for component in components]
        raise NotPossible(f"{len(found)} {kind}s named {which!r}; there are {there}")
    return found[0]


def _names(component: Json) -> list[str]:
    emoji = component.get("emoji") or {}
    names = [component.get("label"), component.get("placeholder"), emoji.get("name")]
    return [name for name in [*names, component.get("custom_id")] if name]
