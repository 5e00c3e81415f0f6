"""Everything that a crash run consists of, and how much of it is to be ordered by now."""

from __future__ import annotations

import asyncio
import enum
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.crash.book import Book, Found
from tests.crash.maker import Maker
from tests.crash.orders import Order, Orders
from tests.support.bot_process import BotProcess
from tests.support.discord import Channel, DiscordStandIn, Interaction, User
from tests.support.scripted_api import ScriptedAPI


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is to happen. `long_freeze`: seconds of one freeze at the end; 0: none."""

    seed: int
    jobs: int
    kills: int
    honours_keys: bool
    members: int = 24
    keep_minutes: int = 1
    long_freeze: float = 0.0
    moments: frozenset[str] | None = None  # names; None: all

    @property
    def backend(self) -> str:
        return "studio-like" if self.honours_keys else "hosted-like"


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    """Somebody who orders.

    Who dismisses cards orders privately and gets direct messages; a hermit has closed those, too,
    and fetches pictures from /jobs.
    """

    user: User
    channel: Channel
    dismisses: bool = False

    @property
    def is_hermit(self) -> bool:
        return not self.user.dms_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command or a press that is to become a job."""

    order: Order
    interaction: Interaction


class Kind(enum.Enum):
    """What is done to the bot."""

    KILL = "kill -9"
    FREEZE = "frozen for a while"
    FROZEN_KILL = "frozen, then kill -9"
    STOP = "asked to stop"

    @property
    def is_kill(self) -> bool:
        return self in {Kind.KILL, Kind.FROZEN_KILL}

    @property
    def freezes(self) -> bool:
        return self in {Kind.FREEZE, Kind.FROZEN_KILL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """What was done to the bot, when, and what its file said then."""

    kind: Kind
    moment: str
    was_reached: bool
    since: datetime  # when the bot was stopped or killed
    until: datetime  # when it was well again
    found: Found


@dataclass(slots=True, kw_only=True, eq=False)
class Scene:
    """The parts of a run."""

    plan: Plan
    discord: DiscordStandIn
    api: ScriptedAPI
    bot: BotProcess
    book: Book
    orders: Orders
    maker: Maker
    rng: random.Random
    members: list[Member] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    strikes: list[Strike] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # seen while it ran
    in_vain: int = 0  # commands that Discord said failed, since the bot was away
    permits: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    busy: int = 0  # members in the middle of an order
    launches: int = 0

    def permit(self, orders: int) -> None:
        """Let members place so many more orders."""
        for _ in range(orders):
            self.permits.release()


def now() -> datetime:
    """Return the time, as the bot and both stand-ins have it."""
    return datetime.now(UTC)
