"""Running a row of a table: one member's order, and all that can be seen of it from outside."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field

import pytest

from tests.acceptance.booth import PhotoBooth
from tests.support.bot_process import BotProcess
from tests.support.discord import DiscordStandIn, Interaction, Message
from tests.support.waiting import until
from tests.tables.row import NOT_COUNTED, Outcome, Said

ROW_SECONDS = 40.0
_LINE = re.compile(r"^\S+Z (?P<level>[A-Z]+) +(?P<logger>[\w.]+): (?P<words>.*)$")
_WEIGHTY = ("WARNING", "ERROR", "CRITICAL")
_GATE = "Jobs are sent again to "
_DOWN = "the API cannot be reached, or does not answer as it should."
_OPEN = """
    SELECT count(*) FROM jobs WHERE user_id = ?
    AND (state IN ('queued', 'submitting', 'submitted', 'completed') OR told IS NOT state)
"""
_ENDED = """
    SELECT jobs.id, jobs.state,
        (SELECT state FROM reservations WHERE job_id = jobs.id AND ledger = 'quota'),
        (SELECT state FROM reservations WHERE job_id = jobs.id AND ledger = 'credits'
         ORDER BY attempt DESC)
    FROM jobs WHERE user_id = ? ORDER BY jobs.id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the operator's log."""

    number: int
    level: str
    words: str

    def fits(self, said: Said) -> bool:
        return self.level == said.level and said.part in self.words

    def names(self, job_id: int) -> bool:
        return re.search(rf"\b[Jj]ob {job_id}\b", self.words) is not None

    @property
    def is_weighty(self) -> bool:
        """A row has to say it, unless it is the gate's: that closes for many rows at a time."""
        is_the_gates = self.words.startswith(_GATE) or self.words.endswith(_DOWN)
        return self.level in _WEIGHTY and not is_the_gates

    @property
    def names_a_job(self) -> bool:
        return re.search(r"\b[Jj]ob \d+\b", self.words) is not None


@dataclass(slots=True)
class Journal:
    """The log of one bot, and which of its weighty lines a row has accounted for."""

    bot: BotProcess
    accounted: set[int] = field(default_factory=set)

    def lines(self, *, since: int = 0) -> list[Line]:
        found = []
        for number, text in enumerate(self.bot.log.splitlines()):
            if number >= since and (match := _LINE.match(text)):
                found.append(Line(number, match["level"], match["words"]))
        return found

    @property
    def length(self) -> int:
        return len(self.bot.log.splitlines())

    def account(self, job_id: int, wanted: Iterable[Said], *, since: int, alone: bool) -> None:
        """Find every line that a row says, and no weighty line about its job that it does not."""
        lines = self.lines(since=since)
        about = [line for line in lines if alone or line.names(job_id)]
        general = [line for line in lines if not line.names_a_job]
        expected: set[int] = set()
        for said in wanted:
            found = [line for line in [*about, *general] if line.fits(said)]
            found = [line for line in found if line.number not in expected]
            assert found, f"no line {said} among {[line.words for line in about]}"
            expected |= {line.number for line in (found if said.often else found[:1])}
        surplus = [line for line in about if line.is_weighty and line.number not in expected]
        assert surplus == [], surplus
        self.accounted |= expected

    async def account_soon(self, wanted: Iterable[Said], *, since: int) -> None:
        """Wait for the lines of a row that has no job, which nobody else hears of."""
        await until(lambda: self._has(wanted, since=since), within=ROW_SECONDS)
        self.account(0, wanted, since=since, alone=True)

    def _has(self, wanted: Iterable[Said], *, since: int) -> bool:
        lines = self.lines(since=since)
        return all(any(line.fits(said) for line in lines) for said in wanted)

    def unaccounted(self) -> list[Line]:
        return [
            line for line in self.lines() if line.is_weighty and line.number not in self.accounted
        ]


async def see(
    subtests: pytest.Subtests,
    plays: Sequence[tuple[str, Awaitable[None]]],
    journals: Mapping[str, Journal],
) -> None:
    """See each row through to its end, and then that no log says more than the rows do."""
    for does, play in plays:
        with subtests.test(does):
            await play
    for name, journal in journals.items():
        with subtests.test(f"the log of {name} says nothing else"):
            assert journal.unaccounted() == []


@asynccontextmanager
async def ended(booth: PhotoBooth) -> AsyncGenerator[None]:
    """Wait, after the block, until the booth's member has been told how their order ended."""
    yield
    await until(lambda: _job(booth) and not _ask(booth, _OPEN)[0][0], within=ROW_SECONDS)


def _job(booth: PhotoBooth) -> tuple[int, str, str, str] | None:
    found = _ask(booth, _ENDED)
    return found[0] if found else None


def _ask(booth: PhotoBooth, sql: str) -> list[tuple[int, str, str, str]]:
    with closing(sqlite3.connect(booth.bot.data_dir / "bot.db")) as connection:
        return connection.execute(sql, (booth.alice.id,)).fetchall()


def check(
    booth: PhotoBooth,
    ordered: Interaction,
    outcome: Outcome,
    *,
    picture: bytes | None,
    others: tuple[bytes, ...] = (),
    told: bool = True,
    stays: bool = True,
) -> int:
    """Compare all that can be seen with what the row says; returns the job's number.

    `told`: the member can be reached; otherwise all words wait under /jobs. `stays`: what was
    posted is not deleted afterwards.
    """
    job = _job(booth)
    assert job is not None
    wanted = (outcome.state, outcome.quota, outcome.credits)
    assert job[1:] == wanted, f"{job[1:]} in place of {wanted}"
    messages = seen_by_alice(booth, ordered)
    every = "\n".join(said for message in messages for said in message.said)
    for words in outcome.reads if told else ():
        assert words in every, f"{words!r} was never said: {every}"
    live = [message for message in messages if not message.deleted]
    wanted_pictures = None if picture is None else [picture, *others]
    _check_pictures(live, wanted_pictures, how_many=outcome.state == "delivered" and stays)
    now = "\n".join(message.text() for message in live)
    if outcome.state != "delivered" and told:
        assert outcome.reads[-1] in now, now
        assert (NOT_COUNTED in now) is not outcome.is_counted, now
    return job[0]


def _check_pictures(live: list[Message], wanted: list[bytes] | None, *, how_many: int) -> None:
    """One message with pictures if they were delivered, none otherwise; always the row's own."""
    posted = [list(message.files.values()) for message in live if message.files]
    assert len(posted) == how_many, f"{len(posted)} messages with a picture"
    assert wanted is None or posted in ([], [wanted]), "it is another picture"


def seen_by_alice(booth: PhotoBooth, ordered: Interaction) -> list[Message]:
    """Every message about the order that she has ever seen, wherever it stands."""
    discord: DiscordStandIn = booth.discord
    found = list(ordered.messages)
    for channel in (booth.channel, discord.dm_channel(booth.alice)):
        found += [m for m in discord.messages(channel, seen_by=None) if m not in found]
    return [message for message in found if message.is_visible_to(booth.alice)]
