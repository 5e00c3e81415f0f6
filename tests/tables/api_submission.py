"""A submission whose answer cannot be relied on: it is never sent again."""

from __future__ import annotations

import functools
import io
import random
from dataclasses import replace

from PIL import Image

from tests.support.scripted_api import PICTURE, RESET, Answer, Script
from tests.tables.api_row import APIRow, completed, encoded
from tests.tables.row import Bot, Outcome, Said, delivered, refused, unconfirmed

RECEIPT = {"id": "{remote_id}", "status": "IN_QUEUE"}


@functools.cache
def _large_photo() -> bytes:
    """A photo that no socket's buffer holds."""
    out = io.BytesIO()
    noise = Image.frombytes("RGB", (2000, 2000), random.Random(1).randbytes(12_000_000))
    noise.save(out, "JPEG", quality=95)
    return out.getvalue()


def _lost(does: str, answer: Answer, *, log: str) -> APIRow:
    """A row of the hurried bot: each lost answer holds up those that come after it."""
    return APIRow(
        does=does,
        script=Script(submit=(answer,)),
        outcome=unconfirmed(log, paid=not answer.is_refusal),
        bot=Bot.HURRIED,
    )


def _taken(does: str, answer: Answer) -> APIRow:
    return APIRow(does=does, script=Script(submit=(answer,)), outcome=delivered())


_STATUSES = (
    _lost("408: a gateway gave up waiting", Answer(status=408), log="HTTP 408"),
    _lost("500: the server failed", Answer(status=500, body="oops"), log="HTTP 500 oops"),
    _lost("502 as HTML", Answer(status=502, body="<h1>Bad Gateway</h1>"), log="HTTP 502"),
    _lost(
        "503 that asks to wait", Answer(status=503, headers={"Retry-After": "9"}), log="HTTP 503"
    ),
    _lost("504: a gateway's time-out", Answer(status=504), log="HTTP 504"),
    _lost("529: overloaded", Answer(status=529, body={"error": "overloaded"}), log="HTTP 529"),
    _lost(
        "302 to another address: not followed with the photo",
        Answer(status=302, headers={"Location": "/v6/elsewhere"}),
        log="HTTP 302",
    ),
    _lost(
        "307 to itself, for ever",
        Answer(status=307, headers={"Location": "/v6/run/face_swap"}),
        log="HTTP 307",
    ),
    _lost("304 without reason", Answer(status=304), log="HTTP 304"),
)

_RECEIPTS = (
    _lost("200 with HTML", Answer(body="<html>Welcome</html>"), log="JSONDecodeError"),
    _lost("200 without a body", Answer(), log="JSONDecodeError"),
    _lost("204: no content", Answer(status=204), log="JSONDecodeError"),
    _lost("a receipt without id", Answer(body={"status": "IN_QUEUE"}), log="Unreadable: no id"),
    _lost("an empty id", Answer(body={"id": "", "status": "IN_QUEUE"}), log="Unreadable: no id"),
    _lost("an id that is an object", Answer(body={"id": {"a": 1}}), log="Unreadable: no id"),
    _lost("an id of 600 characters", Answer(body={"id": "x" * 600}), log="Unreadable: no id"),
    _lost("a list as receipt", Answer(body=[RECEIPT]), log="Unreadable: not an object"),
    _lost(
        "a receipt of 1 MB",
        Answer(body={"id": "x", "pad": "y" * 2**20}),
        log="ValueError: an answer above 65536 bytes",
    ),
    _lost("a receipt that breaks off", Answer(body=RECEIPT, cut_after=9), log="ClientPayload"),
    APIRow(
        does="a receipt whose id is a number",
        script=Script(
            submit=(Answer(body='{"id": {number}, "status": "IN_QUEUE"}'),),
            status=(completed(encoded(PICTURE), id=None),),
        ),
        outcome=delivered(),
    ),
    _taken("a receipt with an unknown status", Answer(body=RECEIPT | {"status": "DREAMING"})),
    _taken("a receipt without status", Answer(body={"id": "{remote_id}"})),
    _taken("201 in place of 200", Answer(status=201, body=RECEIPT)),
    APIRow(
        does="the id of another member's job, a second time",
        script=Script(submit=(Answer(body={"id": "job-1", "status": "IN_QUEUE"}),)),
        outcome=Outcome(
            state="unconfirmed",
            reads=("I cannot tell whether it arrived",),
            credits="held",
            log=(Said("CRITICAL", "was given the id job-1 of another job"),),
        ),
    ),
)

_CONNECTIONS = (
    _lost("a reset once the photo was sent", RESET, log="Server"),
    _lost(
        "silence until the time-out",
        Answer(body=RECEIPT, seconds=30),
        log="Time",
    ),
    _lost(
        "a receipt that stops in the middle and stays silent",
        Answer(body=RECEIPT, cut_after=5, stalls=True),
        log="Time",
    ),
)

_UNREAD = (
    APIRow(
        does="a reset while the photo is on its way",
        order={"photo": _large_photo()},
        unread=replace(RESET, unread=True),
        outcome=unconfirmed("", paid=0),
        bot=Bot.GATED,
    ),
    APIRow(
        does="413 as soon as the length is known, and the connection closed",
        order={"photo": _large_photo()},
        unread=Answer(status=413, body="too large", headers={"Connection": "close"}, unread=True),
        outcome=refused("The photo is too large", log=(Said("WARNING", "HTTP 413"),)),
        bot=Bot.GATED,
    ),
)

ROWS = (*_STATUSES, *_RECEIPTS, *_CONNECTIONS, *_UNREAD)
