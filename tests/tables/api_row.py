"""The form of a row about the API."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.scripted_api import PICTURE, Answer, Script
from tests.tables.row import Bot, Outcome, Said, delivered


@dataclass(frozen=True, slots=True, kw_only=True)
class APIRow:
    """What the API does with one order, and what comes of it."""

    does: str
    outcome: Outcome
    script: Script = field(default_factory=Script)
    bot: Bot = Bot.ORDINARY
    words: str | None = None  # an order of /imagine
    order: Mapping[str, object] = field(default_factory=dict)  # options that differ
    unread: Answer | None = None  # given before the photo has come in; needs a bot of its own
    away: float = 0.0  # seconds for which nothing listens when the order is made
    picture: bytes = PICTURE  # which is posted, if one is
    others: tuple[bytes, ...] = ()  # which are posted beside it

    def __str__(self) -> str:
        return self.does


def asked_again(does: str, *answers: Answer, log: str, bot: Bot = Bot.ORDINARY) -> APIRow:
    """Status calls that fail first; the next one has the picture."""
    noted = Said("INFO", f"its status could not be had: {log}")
    return APIRow(
        does=does, script=Script(status=answers), outcome=delivered(log=(noted,)), bot=bot
    )


def encoded(data: bytes) -> str:
    """A file as the API sends it."""
    return base64.b64encode(data).decode()


def said(status: str, **more: object) -> Answer:
    """What the API says of a job by its usual rules."""
    return Answer(body={"id": "{remote_id}", "status": status, **more})


def completed(*images: object, **more: object) -> Answer:
    """What the API says when it is done."""
    return said("COMPLETED", output={"images": list(images)}, **more)
