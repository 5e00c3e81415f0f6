"""The error answers of Discord's REST API."""

from __future__ import annotations

from typing import Any

MESSAGES = {
    0: "401: Unauthorized",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10007: "Unknown Member",
    10008: "Unknown Message",
    10013: "Unknown User",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    10063: "Unknown application command",
    10070: "Unknown Guild Scheduled Event",
    30003: "Maximum number of pins reached for the channel (250)",
    30038: "Maximum number of uncompleted guild scheduled events reached (100)",
    30046: "Maximum number of edits to messages older than 1 hour reached. Try again later.",
    40005: "Request entity too large",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50005: "Cannot edit a message authored by another user",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50008: "Cannot send messages in a non-text channel",
    50013: "Missing Permissions",
    50021: "Cannot execute action on a system message",
    50024: "Cannot execute action on this channel type",
    50027: "Invalid Webhook Token",
    50033: "Invalid Recipient(s)",
    50035: "Invalid Form Body",
    50083: "Thread is archived",
    50109: "The request body contains invalid JSON.",
    50278: "Cannot send messages to this user due to having no mutual guilds",
    160004: "A thread has already been created for this message",
    160005: "Thread is locked",
    180000: "Cannot update a finished event",
}

TOO_MANY = 429
RETRY_AFTER = 0.05  # seconds; Discord names more, no test has the time

STATUSES = {
    0: 401,
    30003: 400,
    30038: 400,
    30046: 429,
    40005: 413,
    40060: 400,
    50001: 403,
    50005: 403,
    50006: 400,
    50007: 403,
    50008: 400,
    50013: 403,
    50021: 403,
    50024: 400,
    50027: 401,
    50033: 400,
    50035: 400,
    50083: 400,
    50109: 400,
    50278: 403,
    160004: 400,
    160005: 400,
    180000: 400,
}


class DiscordError(Exception):
    """A refusal; codes from 10000 to 19999 ("Unknown …") are 404 as on Discord."""

    def __init__(self, code: int, *, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code} {MESSAGES[code]} {errors or ''}".strip())
        self.status = STATUSES.get(code, 404)
        self.code = code
        self.errors = errors

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"message": MESSAGES[self.code], "code": self.code}
        if self.status == TOO_MANY:
            body |= {"retry_after": RETRY_AFTER, "global": False}
        return body if self.errors is None else body | {"errors": self.errors}


def invalid(path: str, message: str, *, code: str = "BASE_TYPE_BAD") -> DiscordError:
    """50035 with Discord's nested error tree; `path` is dotted, as in "components.0.label"."""
    tree: dict[str, Any] = {"_errors": [{"code": code, "message": message}]}
    for part in reversed([part for part in path.split(".") if part]):
        tree = {part: tree}
    return DiscordError(50035, errors=tree)
