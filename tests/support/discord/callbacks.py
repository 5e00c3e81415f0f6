"""Answers to interactions: the callback, and the webhook that its token opens afterwards."""

from __future__ import annotations

from typing import Any

from tests.support.discord import compose
from tests.support.discord.errors import DiscordError, invalid
from tests.support.discord.payloads import message_payload
from tests.support.discord.records import (
    Interaction,
    InteractionKind,
    Message,
    MessageFlag,
    ResponseType,
)
from tests.support.discord.rest import announce, remove
from tests.support.discord.routing import NO_CONTENT, Call, Reply, Routes
from tests.support.discord.world import World

Json = dict[str, Any]

MAX_CHOICES = 25
MAX_MODAL_PARTS = 5
_UPDATES = {ResponseType.DEFERRED_UPDATE, ResponseType.UPDATE_MESSAGE}


class Callbacks:
    """Serves /interactions and the interaction's /webhooks."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add_routes(self, routes: Routes) -> None:
        routes.add("POST", "/interactions/{id}/{token}/callback", self._respond, public=True)
        base = "/webhooks/{app}/{token}"
        routes.add("POST", base, self._follow_up, public=True)
        routes.add("GET", base + "/messages/{message}", self._get, public=True)
        routes.add("PATCH", base + "/messages/{message}", self._edit, public=True)
        routes.add("DELETE", base + "/messages/{message}", self._delete, public=True)

    # -- the first response

    def _respond(self, call: Call) -> Reply:
        interaction = self._world.interactions.get(call.params["token"])
        if interaction is None or interaction.id != call.id("id"):
            raise DiscordError(10062)
        if interaction.response_type is not None:
            raise DiscordError(40060)
        age = (self._world.clock.now() - interaction.created_at).total_seconds()
        if age > self._world.limits.response_seconds:
            self._world.changes.note(f"late answer to {interaction.name}: after {age:.1f} s")
            raise DiscordError(10062)
        self._world.channel(interaction.channel.id)
        kind = _response_type(call.json.get("type"), interaction)
        message = self._apply(interaction, kind, call)
        interaction.answer(kind, at=self._world.clock.now())
        self._world.changes.notify()
        if call.query.get("with_response") not in {"1", "true"}:
            return NO_CONTENT
        return Reply(200, _result(interaction, kind, message))

    def _apply(self, interaction: Interaction, kind: ResponseType, call: Call) -> Message | None:
        data: Json = call.json.get("data") or {}
        if kind is ResponseType.AUTOCOMPLETE:
            interaction.choices = _choices(data)
        elif kind is ResponseType.MODAL:
            interaction.modal = _modal(data)
        elif kind in _UPDATES:
            return self._update(interaction, kind, data, call)
        else:
            return self._answer(interaction, kind, data, call)
        return None

    def _answer(
        self, interaction: Interaction, kind: ResponseType, data: Json, call: Call
    ) -> Message:
        if kind is ResponseType.DEFERRED_MESSAGE:
            interaction.original = self._thinking(interaction, data)
        else:
            interaction.original = compose.create(
                self._world,
                interaction.channel,
                data,
                call.files,
                author=self._world.bot,
                interaction=interaction,
            )
        announce(self._world, "MESSAGE_CREATE", interaction.original)
        return interaction.original

    def _thinking(self, interaction: Interaction, data: Json) -> Message:
        flags = MessageFlag(data.get("flags") or 0) & MessageFlag.EPHEMERAL
        message = Message(
            id=self._world.clock.snowflake(),
            channel=interaction.channel,
            author=self._world.bot,
            created_at=self._world.clock.now(),
            flags=flags | MessageFlag.LOADING,
            interaction=interaction,
        )
        self._world.keep(message)
        return message

    def _update(
        self, interaction: Interaction, kind: ResponseType, data: Json, call: Call
    ) -> Message:
        message = interaction.source
        assert message is not None
        if kind is ResponseType.UPDATE_MESSAGE:
            if message.deleted:
                raise DiscordError(10008)
            compose.edit(self._world, message, data, call.files)
            announce(self._world, "MESSAGE_UPDATE", message)
        interaction.original = message
        return message

    # -- afterwards

    def _follow_up(self, call: Call) -> Reply:
        interaction = self._open(call)
        original = interaction.original
        if original is not None and original.thinking and not original.deleted:
            # The first follow-up takes the place of "thinking…", and keeps who can see it.
            compose.edit(self._world, original, call.json, call.files)
            announce(self._world, "MESSAGE_UPDATE", original)
            return Reply(200, message_payload(original))
        message = compose.create(
            self._world,
            interaction.channel,
            call.json,
            call.files,
            author=self._world.bot,
            interaction=interaction,
        )
        interaction.followups.append(message)
        announce(self._world, "MESSAGE_CREATE", message)
        wait = call.query.get("wait") in {"1", "true"}
        return Reply(200, message_payload(message)) if wait else NO_CONTENT

    def _get(self, call: Call) -> Reply:
        return Reply(200, message_payload(self._reachable(call)))

    def _edit(self, call: Call) -> Reply:
        message = self._reachable(call)
        if message.channel.archived:
            raise DiscordError(50083)
        compose.edit(self._world, message, call.json, call.files)
        announce(self._world, "MESSAGE_UPDATE", message)
        return Reply(200, message_payload(message))

    def _delete(self, call: Call) -> Reply:
        remove(self._world, self._reachable(call))
        return NO_CONTENT

    def _open(self, call: Call) -> Interaction:
        """The interaction behind a webhook token, while that token lives."""
        interaction = self._world.interactions.get(call.params["token"])
        known = interaction is not None and call.id("app") == self._world.application_id
        if interaction is None or not known or interaction.response_type is None:
            raise DiscordError(10015)
        if self._world.clock.now() >= interaction.created_at + self._world.limits.token_lifetime:
            raise DiscordError(50027)
        self._world.channel(interaction.channel.id)
        return interaction

    def _reachable(self, call: Call) -> Message:
        interaction = self._open(call)
        wanted = call.params["message"]
        message = interaction.original
        if wanted != "@original":
            reachable = [*interaction.messages, interaction.source]
            message = next((m for m in reachable if m and str(m.id) == wanted), None)
        if message is None or message.deleted:
            raise DiscordError(10008)
        return message


def _response_type(value: Any, interaction: Interaction) -> ResponseType:
    """The type asked for, if this kind of interaction can be answered so."""
    messages = {ResponseType.MESSAGE, ResponseType.DEFERRED_MESSAGE}
    allowed = {
        InteractionKind.AUTOCOMPLETE: {ResponseType.AUTOCOMPLETE},
        InteractionKind.COMMAND: messages | {ResponseType.MODAL},
        InteractionKind.COMPONENT: messages | _UPDATES | {ResponseType.MODAL},
        InteractionKind.MODAL_SUBMIT: messages | (_UPDATES if interaction.source else set()),
    }[interaction.kind]
    if value not in set(map(int, allowed)):
        raise invalid("type", f"{value} cannot answer {interaction.kind.name}")
    return ResponseType(value)


def _choices(data: Json) -> list[Json]:
    choices: list[Json] = data.get("choices") or []
    if len(choices) > MAX_CHOICES:
        raise invalid("data.choices", f"Must be {MAX_CHOICES} or fewer in length.")
    return choices


def _modal(data: Json) -> Json:
    if not 1 <= len(data.get("components") or []) <= MAX_MODAL_PARTS:
        raise invalid("data.components", f"Must be between 1 and {MAX_MODAL_PARTS} in length.")
    return data


def _result(interaction: Interaction, kind: ResponseType, message: Message | None) -> Json:
    about: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    if message is None:
        return {"interaction": about}
    about |= {
        "response_message_id": str(message.id),
        "response_message_loading": message.thinking,
        "response_message_ephemeral": message.ephemeral,
    }
    if kind in {ResponseType.MESSAGE, ResponseType.UPDATE_MESSAGE}:
        resource = {"type": int(kind), "message": message_payload(message)}
        return {"interaction": about, "resource": resource}
    return {"interaction": about}
