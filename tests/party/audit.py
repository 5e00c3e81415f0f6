"""Holds a party against what is promised, judging from outside."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.party.archive import read_export
from tests.party.figures import Figures, figures
from tests.party.guests import REFUSED
from tests.party.scene import Scene
from tests.party.told import how_told
from tests.support.discord import Message

OWN_LOGGERS = ("bot.", "db.", "cogs.", "faceswap.", "asyncio")
VANISHES = timedelta(seconds=2)  # on the wall, and what a busy machine adds
BUSY = timedelta(seconds=1)
_NAMED = re.compile(r"picture:([0-9]+):(vote|approve)")


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What came of a run: figures, and whatever broke a promise."""

    figures: Figures
    violations: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Evidence:
    """What the run left behind."""

    scene: Scene
    jobs: dict[int, dict[str, Any]]  # of the event
    pictures: dict[int, dict[str, Any]]
    votes: dict[int, set[int]]  # by picture
    event: dict[str, Any]
    notices: list[dict[str, Any]]
    gallery: dict[int, list[Message]]  # messages of the gallery by picture, deleted ones too
    review: dict[int, list[Message]]

    def approved_at(self, picture_id: int) -> datetime | None:
        """When a moderator first pressed Approve."""
        presses = [
            decision.at
            for decision in self.scene.decisions
            if decision.picture_id == picture_id and decision.verb == "approve"
        ]
        return min(presses, default=None)

    def took_effect(self, verb: str, picture_id: int) -> bool:
        return any(
            decision.verb == verb and decision.answered and decision.picture_id == picture_id
            for decision in self.scene.decisions
        )


async def audit(scene: Scene, *, seconds: float) -> Verdict:
    """Look at everything; the bot is stopped for it."""
    violations = [*scene.problems, *await _stopped(scene)]
    evidence = _gather(scene)
    for look in (
        _limits,
        _approval,
        _wall,
        _gallery,
        _served,
        _votes,
        _payments,
        _notices,
        read_export,
    ):
        violations += list(look(evidence))
    violations += await _ledgers(scene)
    return Verdict(figures=figures(evidence, seconds=seconds), violations=violations)


def _gather(scene: Scene) -> Evidence:
    table = scene.book.table
    votes: defaultdict[int, set[int]] = defaultdict(set)
    for row in table("SELECT picture_id, user_id FROM event_votes"):
        votes[row["picture_id"]].add(row["user_id"])
    posts = _posts(scene)
    return Evidence(
        scene=scene,
        jobs={
            row["id"]: row for row in table("SELECT * FROM jobs WHERE event_id = ?", scene.event_id)
        },
        pictures={row["id"]: row for row in table("SELECT * FROM event_pictures")},
        votes=votes,
        event=table("SELECT * FROM events WHERE id = ?", scene.event_id)[0],
        notices=table("SELECT * FROM event_notices ORDER BY due_at"),
        gallery=posts["vote"],
        review=posts["approve"],
    )


def _posts(scene: Scene) -> dict[str, dict[int, list[Message]]]:
    """Every message that the bot ever posted of a picture, by what its buttons first asked."""
    found: dict[str, dict[int, list[Message]]] = {"vote": {}, "approve": {}}
    for request in scene.discord.requests:
        if request.method != "POST" or not request.path.endswith(("/messages", "/threads")):
            continue
        answer = request.answer if isinstance(request.answer, dict) else {}
        message = scene.discord.find_message(int(answer.get("message", answer).get("id", 0)))
        if message is None:  # it was refused
            continue
        for picture_id, verb in set(_NAMED.findall(json.dumps(request.json))):
            messages = found[verb].setdefault(int(picture_id), [])
            if message not in messages:  # Discord knew the nonce
                messages.append(message)
    return found


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


def _limits(evidence: Evidence) -> Iterator[str]:
    """No guest and not the pot over its limit, by what the kitchen served and by the accounts."""
    scene, plan = evidence.scene, evidence.scene.plan
    guest_of = {a.mark: guest for guest in scene.guests for a in guest.attempts}
    served: Counter[int] = Counter()
    for mark, count in scene.kitchen.served.items():
        served[guest_of[mark].number] += count
    counted: Counter[int] = Counter(
        job["user_id"] for job in evidence.jobs.values() if _counts(job)
    )
    for guest in scene.guests:
        if served[guest.number] > plan.guest_limit:
            yield f"{guest.user.name} was served {served[guest.number]} pictures"
        if counted[guest.user.id] > plan.guest_limit:
            yield f"{guest.user.name} has {counted[guest.user.id]} pictures that count"
    if counted.total() > plan.pot_of_all:
        yield f"{counted.total()} pictures of a pot of {plan.pot_of_all}"
    late = [
        job["id"]
        for job in evidence.jobs.values()
        if job["created_at"] >= evidence.event["ends_at"]
    ]
    if late:
        yield f"jobs {late} were accepted after the end"


def _counts(job: dict[str, Any]) -> bool:
    return job["state"] not in {"failed", "cancelled", "unconfirmed"}


def _approval(evidence: Evidence) -> Iterator[str]:
    """Nothing is shown without a press of Approve before; a no is a no."""
    for picture_id, messages in evidence.gallery.items():
        approved_at = evidence.approved_at(picture_id)
        if approved_at is None:
            yield f"picture {picture_id} is in the gallery, and nobody approved it"
        elif messages[0].created_at < approved_at:
            yield f"picture {picture_id} was in the gallery before it was approved"
        if evidence.took_effect("reject", picture_id) and not evidence.took_effect(
            "approve", picture_id
        ):
            yield f"picture {picture_id} was rejected, and posted"
    for picture_id, messages in evidence.review.items():
        if len(messages) > 1:
            yield f"picture {picture_id} was shown to the moderators {len(messages)} times"
        if any(m.channel is not evidence.scene.venue.review for m in messages):
            yield f"picture {picture_id} was put up for review in another channel"


def _wall(evidence: Evidence) -> Iterator[str]:
    """What the browser showed: only what was approved, and nothing after it was taken down."""
    wall = evidence.scene.wall
    assert wall is not None
    yield from (f"the wall's page complained: {each}" for each in wall.complaints)
    seen = {
        **wall.fetched,
        **{p: min(s.first, wall.fetched.get(p, s.first)) for p, s in wall.sightings.items()},
    }
    for picture_id, first in seen.items():
        approved_at = evidence.approved_at(picture_id)
        if approved_at is None or first < approved_at:
            yield f"the wall showed picture {picture_id} without approval"
    for picture_id, taken_down in evidence.scene.removals.items():
        sighting = wall.sightings.get(picture_id)
        if (
            sighting
            and sighting.last > taken_down + VANISHES + BUSY
            and not _bot_was_away(evidence, taken_down)
        ):
            late = (sighting.last - taken_down).total_seconds()
            yield f"the wall showed picture {picture_id} {late:.1f} s after it was taken down"
    shown = [p for p, row in evidence.pictures.items() if row["state"] == "approved"]
    if shown and not wall.sightings:
        yield "the wall showed nothing at all"


def _bot_was_away(evidence: Evidence, at: datetime) -> bool:
    around = timedelta(seconds=6)
    return any(kill.since - around <= at <= kill.until + around for kill in evidence.scene.kills)


def _gallery(evidence: Evidence) -> Iterator[str]:
    """Each approved picture is posted exactly once, with words for who cannot see it."""
    for picture_id, row in evidence.pictures.items():
        messages = evidence.gallery.get(picture_id, [])
        live = [message for message in messages if not message.deleted]
        if row["state"] == "approved" and len(messages) != 1:
            yield f"picture {picture_id} was posted {len(messages)} times"
        if row["state"] == "approved" and live and not live[0].alt_texts():
            yield f"picture {picture_id} has no alternative text"
        if row["state"] != "approved" and live:
            yield f"picture {picture_id} is {row['state']}, and still in the gallery"
        if len(messages) > 1:
            yield f"picture {picture_id} was posted {len(messages)} times"
    for picture_id in evidence.scene.removals:
        if evidence.pictures[picture_id]["state"] != "removed":
            yield f"picture {picture_id} was taken down, and is not"


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


def _votes(evidence: Evidence) -> Iterator[str]:
    """Votes are those of distinct voters whose last press counted, none for oneself."""
    scene = evidence.scene
    unsure = {picture_id for picture_id, _ in scene.unsure}
    for picture_id, row in evidence.pictures.items():
        voters = evidence.votes.get(picture_id, set())
        if row["user_id"] in voters:
            yield f"picture {picture_id} has a vote of its own guest"
        expected = scene.votes.get(picture_id, set())
        if row["state"] == "approved" and picture_id not in unsure and voters != expected:
            yield f"picture {picture_id} has {len(voters)} votes and not {len(expected)}"
    for picture_id, user_id, text in scene.refused_votes:
        if "yours" not in text and evidence.pictures[picture_id]["user_id"] == user_id:
            yield f"a vote for oneself was answered: {text!r}"


def _payments(evidence: Evidence) -> Iterator[str]:
    """At most one paid call for each job, and none for what was refused."""
    scene = evidence.scene
    job_of = {job["interaction_id"] for job in evidence.jobs.values()}
    attempts = {a.mark: a for guest in scene.guests for a in guest.attempts}
    for mark, count in scene.kitchen.paid().items():
        if count > 1:
            yield f"photo {mark} was paid for {count} times"
        if attempts[mark].sent.id not in job_of:
            yield f"photo {mark} was paid for, and is no job"


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


async def _ledgers(scene: Scene) -> list[str]:
    """Ask the program itself whether its accounts add up."""
    code, output = await scene.bot.command("db", "check")
    return [] if code == 0 else [f"db check: {output}"]
