"""What the API's small answers say: receipts, and errors whose shape is not documented."""

from __future__ import annotations

import email.utils
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from faceswap.models import ErrorCode, PhotoProblem, RemoteStatus, Submission

DETAIL_CHARACTERS = 300
_RETRY_AFTER_BOUNDS = (1.0, 3600.0)  # a day's ban by mistake must not need a restart of ours
_DEPTH = 8
_REMOTE_ID_CHARACTERS = 512

# Only these are looked into: some services repeat the request, a member's words included.
_TELLING = ("code", "error", "detail", "message", "msg", "errors", "title", "reason", "type")
_CODE_LIKE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_KNOWN_CODE = re.compile(
    r"(?<![A-Z0-9])("
    + "|".join(code.replace("_", "[ _-]") for code in ErrorCode)
    + r")(?![A-Z0-9])"
)
_ENCODED = re.compile(r"[A-Za-z0-9+/=]{80,}")  # a photo sent back to us has no place in a log
_CREDITS = re.compile(r"(?<![a-z])credits?(?![a-z])", re.IGNORECASE)


class Unreadable(ValueError):
    """An answer, or a part of it, is not what the API promises; it never leaves this package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """What could be found in the body of an error."""

    text: str  # shortened, for the log
    code: str | None = None
    problem: PhotoProblem | None = None
    mentions_credits: bool = False


def shortened(text: str, characters: int = DETAIL_CHARACTERS) -> str:
    """Make any text fit for one line of a log."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * characters]).split())
    return line if len(line) <= characters else line[: characters - 1] + "…"


def read_error(text: str) -> ErrorBody:
    """Find the code wherever it stands; a body that is no JSON may still name one."""
    try:
        answer: object = json.loads(text)
    except (ValueError, RecursionError):
        answer = text
    said = list(_telling(answer, depth=_DEPTH))
    return ErrorBody(
        text=shortened(_ENCODED.sub("…", text)),
        code=_find_code(said),
        problem=_find_problem(answer, depth=_DEPTH),
        mentions_credits=any(_CREDITS.search(words.replace("_", " ")) for words in said),
    )


def read_retry_after(value: str | None, *, now: datetime) -> float | None:
    """Read seconds or an HTTP date, kept within sensible bounds; None if it is neither."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    shortest, longest = _RETRY_AFTER_BOUNDS
    return min(max(seconds, shortest), longest) if seconds == seconds else None  # noqa: PLR0124


def read_submission(body: bytes) -> Submission:
    """Read the receipt of a submission; Unreadable if it holds no usable id."""
    try:
        answer: object = json.loads(body)
    except RecursionError as error:
        raise Unreadable("JSON nested too deeply") from error
    if not isinstance(answer, dict):
        raise Unreadable("not an object")
    remote_id = answer.get("id")
    if isinstance(remote_id, int) and not isinstance(remote_id, bool):
        remote_id = str(remote_id)
    if not isinstance(remote_id, str) or not 0 < len(remote_id.strip()) <= _REMOTE_ID_CHARACTERS:
        raise Unreadable("no id")
    return Submission(remote_id=remote_id.strip(), status=status_of(answer.get("status")))


def status_of(said: object) -> RemoteStatus | None:
    """Recognise a status in any case; None for one we do not know, which is not finished."""
    try:
        return RemoteStatus(said.strip().upper()) if isinstance(said, str) else None
    except ValueError:
        return None


def _telling(answer: object, *, depth: int) -> Iterator[str]:
    """Walk what may name the error, the most telling field first."""
    if isinstance(answer, str):
        yield answer
    elif depth and isinstance(answer, list):
        for entry in answer:
            yield from _telling(entry, depth=depth - 1)
    elif depth and isinstance(answer, dict):
        fields = {name.lower(): value for name, value in answer.items()}
        for name in _TELLING:
            yield from _telling(fields.get(name), depth=depth - 1)


def _find_code(said: list[str]) -> str | None:
    """Prefer a documented code anywhere to an unknown one that merely looks like a code."""
    for words in said:
        if found := _KNOWN_CODE.search(words.upper()):
            return re.sub("[ -]", "_", found[1])
    return next((words[:64] for words in said if _CODE_LIKE.fullmatch(words[:64])), None)


def _find_problem(answer: object, *, depth: int) -> PhotoProblem | None:
    if not depth or not isinstance(answer, dict | list):
        return None
    if isinstance(answer, dict):
        said = answer.get("problem")
        if isinstance(said, str) and said.strip().upper() in set(PhotoProblem):
            return PhotoProblem(said.strip().upper())
    entries = answer.values() if isinstance(answer, dict) else answer
    found = (_find_problem(entry, depth=depth - 1) for entry in entries)
    return next((problem for problem in found if problem), None)
