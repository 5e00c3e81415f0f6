"""Holds a crash run against what is promised: every job, every payment, every file, the log."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from tests.crash.evidence import Evidence, gather
from tests.crash.figures import Figures, Table, by_moment, by_state, figures
from tests.crash.history import history
from tests.crash.judge import judge
from tests.crash.moments import FETCHING
from tests.crash.orders import mark_of
from tests.crash.scene import Asked, Scene
from tests.support.discord import Message

SHOWN = 5  # violations are printed with the job's history
AN_INSTANT = 3  # seconds: by then a card that was shown is written down, on a busy machine, too
LIST_UNCONFIRMED = ("jobs", "list", "--state", "unconfirmed", "--limit", "10000", "--json")
OWN_LOGGERS = ("bot.", "db.", "cogs.", "faceswap.", "asyncio")


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What came of a run: figures, whatever broke a promise, and the stories of those jobs."""

    figures: Figures
    moments: Table
    states: Table
    violations: list[str] = field(default_factory=list)
    histories: list[str] = field(default_factory=list)


async def audit(scene: Scene, *, seconds: float) -> Verdict:
    """Look at everything; the bot is stopped for it."""
    violations: list[tuple[int | None, str]] = [(None, problem) for problem in scene.problems]
    violations += [(None, problem) for problem in await _stopped(scene)]
    evidence = gather(scene)
    violations += [(None, problem) for problem in await _operator(evidence)]
    violations += [(None, problem) for problem in _orders(evidence)]
    violations += [(None, problem) for problem in _open_orders(evidence)]
    violations += [(None, problem) for problem in _payments(evidence)]
    violations += [(None, problem) for problem in _files(evidence)]
    for job in evidence.jobs.values():
        violations += [(job["id"], problem) for problem in judge(evidence, job)]
    verdict = Verdict(
        figures=figures(evidence, seconds=seconds),
        moments=by_moment(scene),
        states=by_state(scene),
    )
    for job_id, problem in violations:
        verdict.violations.append(problem if job_id is None else f"job {job_id}: {problem}")
    broken = list(dict.fromkeys(job_id for job_id, _ in violations if job_id is not None))
    verdict.histories = [
        history(scene, evidence.jobs[job_id], evidence.marks.get(job_id))
        for job_id in broken[:SHOWN]
    ]
    return verdict


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


async def _operator(evidence: Evidence) -> list[str]:
    """Ask the program itself whether its accounts add up, and for its unconfirmed jobs."""
    problems = []
    code, output = await evidence.scene.bot.command("db", "check")
    if code != 0:
        problems.append(f"db check: {output}")
    unconfirmed = {job["id"] for job in evidence.jobs.values() if job["state"] == "unconfirmed"}
    _, output = await evidence.scene.bot.command(*LIST_UNCONFIRMED)
    listed = {job["job"] for job in json.loads(output)}
    if listed != unconfirmed:
        problems.append(f"jobs list differs from the unconfirmed by {sorted(listed ^ unconfirmed)}")
    _, output = await evidence.scene.bot.command("doctor")
    named = set(map(int, re.findall(r"job (\d+): nobody knows", output)))
    more = re.search(r"(\d+) more jobs with an unknown outcome", output)
    if not named <= unconfirmed or len(named) + int(more[1] if more else 0) != len(unconfirmed):
        problems.append(f"the doctor does not know the {len(unconfirmed)} unconfirmed: {output}")
    if "quota and credits add up" not in output:
        problems.append(f"the doctor says that the accounts do not add up: {output}")
    return problems


def _orders(evidence: Evidence) -> Iterator[str]:
    """Find commands that got their card and then neither a job nor the truth."""
    scene = evidence.scene
    for asked, card in evidence.unanswered():
        if not _was_not_written_down(scene, asked, card) and not _was_told_too_late(scene, asked):
            yield f"order {asked.order.number} got a card, but neither a job nor an answer"
    for message in scene.discord.every_message():
        if "went wrong on my side" in message.text():
            yield f"a member read: {message.text()!r}"


def _open_orders(evidence: Evidence) -> Iterator[str]:
    """See to it that an order is open from its card to its job, and not beside that."""
    scene = evidence.scene
    for strike in scene.strikes:
        at_a_photo = strike.moment == FETCHING.name and strike.was_reached and strike.kind.is_kill
        if at_a_photo and not strike.found.open_orders:
            yield f"no order was written down before its photo was fetched, at {strike.since}"
    for asked in evidence.cut_off():
        if asked.interaction.id in evidence.accepted:
            yield f"order {asked.order.number} is a job, and its card says that it was lost"
    for interaction_id in scene.book.open_orders() & evidence.accepted:
        yield f"interaction {interaction_id} is a job, and an open order, too"


def _was_not_written_down(scene: Scene, asked: Asked, card: Message) -> bool:
    """Tell whether the bot was killed in the instant in which it answered, by what its file says.

    That is the one case in which nobody can tell the member.
    """
    instant = timedelta(seconds=AN_INSTANT)
    return any(
        strike.since - instant <= card.created_at <= strike.found.at + instant
        and asked.interaction.id not in strike.found.open_orders
        for strike in scene.strikes
        if strike.kind.is_kill
    )


def _was_told_too_late(scene: Scene, asked: Asked) -> bool:
    """Tell whether the bot was away for so long that Discord did not let it edit the card."""
    over = asked.interaction.created_at + scene.discord.limits.token_lifetime
    return any(
        asked.interaction.token in request.path and request.at >= over
        for request in scene.discord.requests
    )


def _payments(evidence: Evidence) -> Iterator[str]:
    """Every paid call belongs to one job, or to an order whose job is unconfirmed."""
    known = {job["remote_id"] for job in evidence.jobs.values()}
    unknown: Counter[str] = Counter(
        evidence.marks[job["id"]] for job in evidence.jobs.values() if job["state"] == "unconfirmed"
    )
    jobs = Counter(evidence.marks.values())
    paid: Counter[str] = Counter()
    for call in evidence.scene.api.submissions:
        if not call.was_paid:
            continue
        mark = mark_of(call)
        paid[mark] += 1
        if call.remote_id not in known:
            unknown[mark] -= 1
            if unknown[mark] < 0:
                yield f"{call.remote_id} was paid, and no job knows of it: {mark}"
    yield from (
        f"{count} paid calls for {jobs[mark]} jobs: {mark}"
        for mark, count in paid.items()
        if count > jobs[mark]
    )


def _files(evidence: Evidence) -> Iterator[str]:
    for folder in ("photos", "pictures"):
        named = {job[folder.removesuffix("s")] for job in evidence.jobs.values()}
        path = evidence.scene.bot.data_dir / folder
        strays = sorted(each.name for each in path.iterdir() if each.is_file())
        yield from (f"{folder}/{name} belongs to no job" for name in strays if name not in named)
