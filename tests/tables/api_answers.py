"""Status calls that answer, but not with what was agreed."""

from __future__ import annotations

from tests.support.scripted_api import RESET, Answer, Script
from tests.tables.api_row import APIRow, asked_again, said
from tests.tables.row import Bot, Outcome, Said, delivered, failed

LATE = "It took too long, so I stopped waiting"


def _fine(does: str, *answers: Answer, log: tuple[Said, ...] = (), reads: str = "") -> APIRow:
    outcome = delivered(*filter(None, [reads]), log=log)
    return APIRow(does=does, script=Script(status=answers), outcome=outcome)


def _ended(does: str, status: str, reads: str, *, log: str = "", **more: object) -> APIRow:
    return APIRow(
        does=does,
        script=Script(status=(said(status, **more),)),
        outcome=failed(reads, log=(Said("WARNING", log or f"ended as {status} at the API"),)),
    )


_BODIES = (
    asked_again("200 with HTML", Answer(body="<html>Welcome</html>"), log="unreadable"),
    asked_again("200 without a body", Answer(), log="unreadable"),
    asked_again("a list as answer", Answer(body=[{"status": "RUNNING"}]), log="unreadable"),
    asked_again("a number as answer", Answer(body=7), log="unreadable"),
    asked_again("no status", Answer(body={"id": "{remote_id}"}), log="unreadable"),
    asked_again("a number as status", Answer(body={"status": 3}), log="unreadable"),
    asked_again("null as status", Answer(body={"status": None}), log="unreadable"),
    asked_again("JSON that breaks off", Answer(body='{"status": "RUN'), log="unreadable"),
    asked_again("2 MB of JSON without a picture", Answer(body=[[1]] * 500_000), log="unreadable"),
    asked_again("an answer cut off half-way", Answer(body="x" * 99, cut_after=9), log="Client"),
    asked_again("a reset in place of an answer", RESET, log="Server"),
    asked_again(
        "the state of another job",
        Answer(body={"id": "job-of-somebody", "status": "FAILED"}),
        log="unreadable answer: about another job",
    ),
    asked_again(
        "a call held open past its time-out",
        Answer(seconds=30),
        log="Time",
        bot=Bot.HURRIED,
    ),
    asked_again(
        "an answer that stops in the middle and stays silent",
        Answer(body="x" * 99, cut_after=9, stalls=True),
        log="Time",
        bot=Bot.HURRIED,
    ),
)

_WORDS = (
    _fine(
        "IN_QUEUE, RUNNING, then IN_QUEUE again",
        said("IN_QUEUE"),
        said("RUNNING"),
        said("IN_QUEUE"),
    ),
    _fine("the status in lower case", said(" running ")),
    _fine(
        "a status nobody knows: taken as unfinished",
        said("DREAMING"),
        log=(Said("WARNING", "the API knows a status we do not: 'DREAMING'"),),
    ),
    asked_again("a status of 100,000 characters", said("Z" * 100_000), log="unreadable"),
    _ended("FAILED", "FAILED", "could not make this picture"),
    _ended(
        "FAILED with a reason: it goes to the log, not to the member",
        "FAILED",
        "could not make this picture",
        log="CUDA out of memory",
        error="CUDA out of memory",
    ),
    _ended("CANCELLED, though nobody asked", "CANCELLED", "cancelled it. Please try again"),
    _ended("TIMED_OUT", "TIMED_OUT", "The picture service took too long"),
    APIRow(
        does="RUNNING for ever",
        script=Script(for_ever=said("RUNNING")),
        outcome=failed("Your picture is being made", LATE),
        bot=Bot.HURRIED,
    ),
    APIRow(
        does="a status call that never answers, again and again",
        script=Script(for_ever=Answer(seconds=30)),
        outcome=failed(LATE, log=(Said("INFO", "its status could not be had", often=True),)),
        bot=Bot.HURRIED,
    ),
    APIRow(
        does="words: FAILED that repeats them; they are not written down",
        words="a lighthouse that failed",
        script=Script(status=(said("FAILED", error="a lighthouse that failed"),)),
        outcome=failed("could not make this picture", log=(Said("WARNING", "ended as FAILED"),)),
    ),
    APIRow(
        does="words: v2 says QUEUED, then RUNNING at once, then the picture",
        words="a lighthouse at noon",
        script=Script(status=(said("QUEUED"), said("RUNNING"))),
        outcome=delivered(),
    ),
    APIRow(
        does="words: refused as 400",
        words="a lighthouse in fog",
        script=Script(submit=(Answer(status=400, body={"detail": "bad prompt"}),)),
        outcome=Outcome(
            state="failed",
            reads=("did not accept the request",),
            credits="returned",
            paid=0,
            log=(Said("WARNING", "was refused by the API"),),
        ),
    ),
)

_VERSIONS = (
    APIRow(does="v5: IN_QUEUE, then the picture", outcome=delivered(), bot=Bot.V5),
    APIRow(
        does="v5: FAILED",
        script=Script(status=(said("FAILED"),)),
        outcome=failed("could not make this picture", log=(Said("WARNING", "ended as FAILED"),)),
        bot=Bot.V5,
    ),
    APIRow(does="v1: QUEUED, asked for at v2, then the picture", outcome=delivered(), bot=Bot.V1),
    APIRow(
        does="v1: 500 at v2's status once",
        script=Script(status=(Answer(status=500),)),
        outcome=delivered(log=(Said("INFO", "its status could not be had"),)),
        bot=Bot.V1,
    ),
)

ROWS = (*_BODIES, *_WORDS, *_VERSIONS)
