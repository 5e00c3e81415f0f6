"""A submission that the API refuses: whatever it says, nobody pays, and the member knows why."""

from __future__ import annotations

from tests.support.scripted_api import Answer, Script
from tests.tables.api_row import APIRow
from tests.tables.row import Outcome, Said, refused

GENERAL = "did not accept the request"
BAD_PHOTO = "The photo could not be used"
BLOCKED = "does not work for this choice of who"
GONE = "This filter is no longer available"
HUGE = "<p>" + "no luck " * 20_000


def _row(does: str, status: int, body: object, *reads: str, log: str | None = None) -> APIRow:
    warned = f"was refused by the API: HTTP {status}" if log is None else log
    return APIRow(
        does=does,
        script=Script(submit=(Answer(status=status, body=body),)),
        outcome=_no(*reads, log=warned),
    )


def _no(*reads: str, log: str) -> Outcome:
    return refused(*reads, log=(Said("WARNING", log),))


_STATUSES = (
    _row("400 without a body", 400, b"", GENERAL),
    _row("404: no such address", 404, {"detail": "Not Found"}, GENERAL),
    _row("405: POST is not allowed", 405, {"detail": "Method Not Allowed"}, GENERAL),
    _row("409: conflict", 409, {"error": "conflict"}, GENERAL),
    _row("410: this version is gone", 410, {"message": "v6 was retired"}, GENERAL),
    _row("415: media type", 415, "unsupported", GENERAL),
    _row("418: a joke", 418, "I am a teapot", GENERAL),
    _row("413: too large, as HTML of a proxy", 413, "<h1>413</h1>", "The photo is too large"),
    _row(
        "413 that mentions credits",
        413,
        {"detail": "too large for your credits"},
        "The photo is too large",
    ),
    _row(
        "422 of a validator: which field is wrong",
        422,
        {"detail": [{"loc": ["body", "ratio"], "msg": "unexpected value", "type": "enum"}]},
        GENERAL,
    ),
    _row("451: not allowed in this country", 451, {"detail": "Unavailable"}, GENERAL),
)

_SHAPES = (
    _row("400, code in `error`", 400, {"error": "INVALID_IMAGE"}, BAD_PHOTO),
    _row("400, code in `code`", 400, {"code": "INVALID_IMAGE", "message": "empty"}, BAD_PHOTO),
    _row("422, code as `detail`", 422, {"detail": "FILTER_BLOCKED"}, BLOCKED),
    _row("422, code in an object", 422, {"error": {"code": "FILTER_BLOCKED"}}, BLOCKED),
    _row("422, code in a list", 422, {"detail": [{"type": "FILTER_BLOCKED"}]}, BLOCKED),
    _row("422, code amid a sentence", 422, "Sorry: FILTER_BLOCKED for groups.", BLOCKED),
    _row("422, code in lower case with spaces", 422, {"error": "filter blocked"}, BLOCKED),
    _row("400, a number as body", 400, 17, GENERAL),
    _row("400, null as body", 400, None, GENERAL),
    _row("400, a list as body", 400, ["INVALID_IMAGE"], BAD_PHOTO),
    _row("400, 160 kB of HTML", 400, HUGE, GENERAL),
    _row("400, broken JSON", 400, '{"error": "INVALID_', GENERAL),
    _row("400, bytes that are no text", 400, bytes(range(128, 256)), GENERAL),
    _row("400, JSON nested 100,000 times", 400, "[" * 100_000, GENERAL),
    APIRow(
        does="400 whose body breaks off",
        script=Script(
            submit=(Answer(status=400, body={"error": "INVALID_IMAGE", "x": 1}, cut_after=26),)
        ),
        outcome=_no(BAD_PHOTO, log="HTTP 400 INVALID_IMAGE"),
    ),
)

_CODES = (
    _row("400: no face", 400, {"error": "INVALID_IMAGE", "problem": "NO_FACE"}, "not find a face"),
    _row(
        "400: face too small",
        400,
        {"error": "INVALID_IMAGE", "problem": "FACE_TOO_SMALL"},
        "The face is too small",
    ),
    _row(
        "400: too many faces",
        400,
        {"error": "INVALID_IMAGE", "problem": "TOO_MANY_FACES"},
        "more faces than this filter has room for",
    ),
    _row("422: filter not found", 422, {"code": "FILTER_NOT_FOUND"}, GONE),
    _row(
        "422: filter cannot be loaded",
        422,
        {"error": "WORKFLOW_FETCH_FAILED"},
        "cannot be loaded just now",
    ),
    _row("422: quality not known", 422, {"error": "INVALID_QUALITY_MODE"}, GENERAL),
    _row("403 that is about the filter", 403, {"error": "FILTER_BLOCKED"}, BLOCKED),
)

ROWS = (*_STATUSES, *_SHAPES, *_CODES)
