"""Holds a party against what is promised, judging from outside."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.party.accounts import ledgers, limits, payments, votes
from tests.party.archive import read_export
from tests.party.evidence import Evidence, gather
from tests.party.exhibits import approval, gallery, wall
from tests.party.figures import Figures, figures
from tests.party.guests import REFUSED
from tests.party.report import report, winner
from tests.party.scene import Scene
from tests.party.told import how_told

OWN_LOGGERS = ("bot.", "db.", "cogs.", "faceswap.", "asyncio")
LONGEST = 300  # characters of what is reported
_NUMBERS = re.compile(r"\d{6,}")


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What came of a run: figures, and whatever broke a promise."""

    figures: Figures
    reasons: Counter[str]  # what guests read who were not served, each with how often
    violations: list[str] = field(default_factory=list)


async def audit(scene: Scene, *, seconds: float) -> Verdict:
    """Look at everything; the bot is stopped for it."""
    violations = [each[:LONGEST] for each in [*scene.problems, *await _stopped(scene)]]
    evidence = gather(scene)
    for look in _LOOKS:
        violations += list(look(evidence))
    violations += await ledgers(scene)
    return Verdict(
        figures=figures(evidence, seconds=seconds),
        reasons=_reasons(evidence),
        violations=violations,
    )


def _reasons(evidence: Evidence) -> Counter[str]:
    """Count what guests read whose press or form came to no job."""
    jobs = {job["interaction_id"] for job in evidence.jobs.values()}
    found: Counter[str] = Counter()
    for guest in evidence.scene.guests:
        found.update(guest.refusals)
        for attempt in guest.attempts:
            if attempt.sent.id not in jobs and attempt.sent.original is not None:
                found[attempt.sent.original.text()] += 1
    return Counter({_NUMBERS.sub("#", text)[:LONGEST]: count for text, count in found.items()})


async def _stopped(scene: Scene) -> list[str]:
    problems = []
    code = await scene.bot.stop()
    if code != 0:
        problems.append(f"the bot stopped with exit code {code}")
    for line in scene.bot.log.splitlines():
        record = json.loads(line) if line.startswith("{") else {"message": line}
        ours = str(record.get("logger", "")).startswith(OWN_LOGGERS)
        if record.get("level") in {"ERROR", "CRITICAL"} and ours:
            trace = record.get("traceback", "").strip().splitlines()[-1:]
            problems.append(f"log: {record['logger']}: {record['message']} {trace}")
        elif "logger" not in record:
            problems.append(f"log: {line}")
    return problems


def _served(evidence: Evidence) -> Iterator[str]:
    """Every form that was answered came to a picture, or its guest was told why not."""
    scene = evidence.scene
    by_form = {job["interaction_id"]: job for job in evidence.jobs.values()}
    pictures = {row["job_id"]: row for row in evidence.pictures.values()}
    for guest in scene.guests:
        if not guest.done:
            yield f"{guest.user.name} ({guest.kind.name}) was still waiting at the end"
        for attempt in guest.attempts:
            job = by_form.get(attempt.sent.id)
            picture = pictures.get(job["id"]) if job else None
            problem = how_told(evidence, guest, attempt, job, picture)
            if problem is not None:
                yield f"{guest.user.name} ({guest.kind.name}), photo {attempt.mark}: {problem}"
            if attempt.expects is REFUSED and job is not None:
                yield f"{guest.user.name} ({guest.kind.name}) should have been refused"


def _notices(evidence: Evidence) -> Iterator[str]:
    """Everything that is said of an event is said once."""
    scene = evidence.scene
    kinds = {notice["kind"] for notice in evidence.notices}
    wanted = {"announced", "closed"} | ({"winner"} if any(evidence.votes.values()) else set())
    if not wanted <= kinds:
        yield f"nothing was noted of {sorted(wanted - kinds)}"
    for notice in evidence.notices:
        message = scene.discord.find_message(notice["message_id"])
        if notice["posted_at"] is None or message is None or message.deleted:
            yield f"the notice {notice['kind']} is not there"
    texts = Counter(
        message.text()
        for message in scene.discord.messages(scene.venue.party)
        if message.author is scene.discord.bot and message.interaction is None
    )
    twice = {text[:60] for text, count in texts.items() if count > 1 and text}
    if twice:
        yield f"said more than once: {sorted(twice)}"


_LOOKS = (
    limits,
    approval,
    wall,
    gallery,
    _served,
    votes,
    payments,
    _notices,
    report,
    winner,
    read_export,
)
