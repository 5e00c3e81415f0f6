"""Jobs as rows of the database, for tests of what is said and shown of them."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime

from db.models import Job, JobKind, JobState

HOSTILE_NAMES = [
    "**bold** __under__ ~~struck~~ ||hidden|| `code`",
    "```\nblock\n```",
    "@everyone @here <@1> <@&2> <#3> </faceswap:4> <t:0:R> <:emoji:5>",
    "[click me](https://example.org) https://example.org <https://example.org>",
    "# Heading\n> quote\n- list\n1. list\n-# small",
    "\\*\\* \\\\",
    "\u202egnorw si siht\u202c \u2066x\u2069",
    "\u200b\u200b\u200b",
    "zero\u200bwidth\x00null\x1b[31m",
    "line\nline\r\nline\u2028line",
    "x" * 5000,
    "*" * 5000,
    "@everyone " * 500,
    "🚀" * 3000,
    "Z̸̢̛" * 500,
    "",
]

_MENTION = re.compile(r"@(?:everyone|here)|https?://")
_MARKUP = re.compile(r"[`*_~|<\[\]]")

_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
_JOB = Job(
    id=7,
    interaction_id=1,
    user_id=11,
    guild_id=21,
    channel_id=31,
    event_id=None,
    kind=JobKind.FILTER,
    filter_id="12",
    filter_name="Cyberpunk Neon",
    gender=1,
    ratio="square",
    quality="v6",
    prompt="a lighthouse at dawn",
    note=None,
    caption=None,
    private=False,
    spoiler=False,
    locale="en-GB",
    state=JobState.QUEUED,
    failure=None,
    cost=2,
    priority=0,
    fair_tag=0.0,
    weight=1.0,
    attempts=0,
    not_before=None,
    backend=None,
    api_version=None,
    idempotent=False,
    submit_token=None,
    remote_id=None,
    submitted_at=None,
    deadline_at=None,
    photo=None,
    photo_delete_at=None,
    picture=None,
    picture_delete_at=None,
    interaction_token=None,
    token_expires_at=None,
    card_channel_id=31,
    card_message_id=41,
    message_id=None,
    result_channel_id=None,
    told=None,
    created_at=_NOW,
    updated_at=_NOW,
    finished_at=None,
    cancel_wished_at=None,
)


def make_job(**fields: object) -> Job:
    """Return a queued job, but for these fields."""
    return dataclasses.replace(_JOB, **fields)  # type: ignore[arg-type]


def visible_markup(text: str) -> list[str]:
    """Return what Discord would not show as it stands: markup, mentions and links."""
    literal = re.sub(r"\\(?:[^\w\s]|_)", "", text)
    return [*_MARKUP.findall(literal), *_MENTION.findall(text)]
