"""What a member asks for, before it is a job: who, where, and which picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from db.models import JobKind
from db.rules import Requester
from faceswap.models import Filter, Gender, Quality, Ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, where, and how to answer: what an interaction tells."""

    interaction_id: int
    user_id: int
    guild_id: int | None
    channel_id: int
    card_message_id: int | None
    token: str = field(repr=False)
    token_expires_at: datetime
    locale: str
    role_ids: frozenset[int] = frozenset()  # of the member in this server


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapOrder:
    """A picture wanted from a photo; `chosen` was found in the catalogue."""

    chosen: Filter
    gender: Gender
    ratio: Ratio
    quality: Quality
    private: bool
    spoiler: bool
    event_id: int | None = None  # of the community event that it is ordered in
    caption: str | None = field(default=None, repr=False)  # for its gallery and wall


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptOrder:
    """A picture wanted from words."""

    prompt: str = field(repr=False)
    private: bool
    spoiler: bool


class CallerFields(TypedDict):
    """What every new job has of its caller."""

    interaction_id: int
    user_id: int
    guild_id: int | None
    channel_id: int
    card_channel_id: int
    card_message_id: int | None
    interaction_token: str
    token_expires_at: datetime
    locale: str
    role_ids: frozenset[int]


def fields_of(caller: Caller) -> CallerFields:
    """Return what a new job takes from its caller."""
    return {
        "interaction_id": caller.interaction_id,
        "user_id": caller.user_id,
        "guild_id": caller.guild_id,
        "channel_id": caller.channel_id,
        "card_channel_id": caller.channel_id,
        "card_message_id": caller.card_message_id,
        "interaction_token": caller.token,
        "token_expires_at": caller.token_expires_at,
        "locale": caller.locale,
        "role_ids": caller.role_ids,
    }


def kind_of(order: SwapOrder | PromptOrder) -> JobKind:
    """Say what kind of job an order becomes."""
    return JobKind.PROMPT if isinstance(order, PromptOrder) else JobKind.FILTER


def requester_of(caller: Caller, *, event_id: int | None) -> Requester:
    """Say for whom limits are looked up."""
    return Requester(
        user_id=caller.user_id,
        guild_id=caller.guild_id or 0,
        event_id=event_id or 0,
        role_ids=caller.role_ids,
    )


def fits_groups(chosen: Filter) -> bool:
    """Group photos work with integer filters only, and with those that say so or say nothing."""
    return isinstance(chosen.id, int) and chosen.group is not False
