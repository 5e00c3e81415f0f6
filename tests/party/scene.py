"""Everything that a party consists of, and what was seen of it from outside."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.crash.book import Book
from tests.party.facts import Facts
from tests.party.kitchen import Kitchen
from tests.party.plan import Kind, Plan
from tests.party.wall import WallWatch
from tests.support.bot_process import BotProcess
from tests.support.discord import Channel, DiscordStandIn, Guild, Interaction, Message, User
from tests.support.scripted_api import ScriptedAPI


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One form that a guest sent in, by its photo's mark."""

    mark: int
    sent: Interaction
    expects: str  # what it is to come to, in the harness's words
    at: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Guest:
    """Somebody who takes part, and what they did."""

    number: int
    user: User
    kind: Kind
    attempts: list[Attempt] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)  # of presses of Step in
    presses: list[Interaction] = field(default_factory=list)  # of Step in
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A press of a moderator, and whether the bot answered it."""

    picture_id: int
    verb: str
    at: datetime  # when it was pressed
    by: User
    answered: bool
    answered_at: datetime
    guest_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One kill -9: at which moment, and how long the bot was away."""

    moment: str
    was_reached: bool
    since: datetime
    until: datetime
    open_orders: frozenset[int]  # interactions that were written down then, and no jobs yet


@dataclass(slots=True, kw_only=True, eq=False)
class Venue:
    """The server and its channels."""

    guild: Guild
    party: Channel  # panel, announcements and gallery
    review: Channel
    gallery: Channel | None  # None: a thread that the bot opens
    organiser: User
    moderators: list[User]


@dataclass(slots=True, kw_only=True, eq=False)
class Scene:
    """The parts of a run."""

    plan: Plan
    discord: DiscordStandIn
    api: ScriptedAPI
    bot: BotProcess
    book: Book
    facts: Facts
    kitchen: Kitchen
    venue: Venue
    wall_port: int
    rng: random.Random
    wall: WallWatch | None = None
    event_id: int = 0
    ends_at: datetime | None = None
    panel: Message | None = None
    guests: list[Guest] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    removals: dict[int, datetime] = field(default_factory=dict)  # pictures taken down: when
    votes: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    unsure: set[tuple[int, int]] = field(default_factory=set)  # votes whose answer was lost
    refused_votes: list[tuple[int, int, str]] = field(default_factory=list)
    by_hand: set[int] = field(default_factory=set)  # pictures whose messages people deleted
    settled: set[int] = field(default_factory=set)  # messages of the review that are decided
    kills: list[Kill] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    memory: list[int] = field(default_factory=list)  # bytes of the bot's process, each second
    export: bytes = b""

    @property
    def seconds_left(self) -> float:
        assert self.ends_at is not None
        return (self.ends_at - now()).total_seconds()

    @property
    def is_over(self) -> bool:
        return self.seconds_left <= 0


def now() -> datetime:
    """Return the time, as the bot and both stand-ins have it."""
    return datetime.now(UTC)
