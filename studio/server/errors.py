"""Why a studio cannot start, and why a request is refused.

StudioError           the operator can do something about it
├ EngineUnavailable   the engine does not start in a worker process
├ DataDirUnusable     the data directory is in use, unreadable or from a newer version
└ AddressUnavailable  host and port cannot be listened on
Refusal               one request is answered with an error
"""

from __future__ import annotations

import math
from pathlib import Path

from faceswap.models import ErrorCode, PhotoProblem


class StudioError(Exception):
    """Base of what keeps a studio from starting; its text is for the operator."""


class EngineUnavailable(StudioError):
    """The engine does not start; `reason` is what its process said."""

    def __init__(self, engine: str, reason: str) -> None:
        super().__init__(f"The studio's engine {engine} does not start: {reason}")
        self.engine = engine
        self.reason = reason


class DataDirUnusable(StudioError):
    """The data directory cannot be used; `reason` says why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The studio cannot use {path}: {reason}")
        self.path = path
        self.reason = reason


class AddressUnavailable(StudioError):
    """Nobody can be served at this address; `reason` is the system's."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"The studio cannot listen on {host} port {port}: {reason}")
        self.host = host
        self.port = port
        self.reason = reason


class Refusal(Exception):
    """An error answer: HTTP status, code, one sentence, and what a program can use of it."""

    def __init__(
        self,
        detail: str,
        *,
        status: int,
        code: str,
        field: str | None = None,
        problem: PhotoProblem | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.code = code
        self.field = field
        self.problem = problem
        self.retry_after = retry_after

    def body(self) -> dict[str, str]:
        """Give the JSON body."""
        extra = {"problem": self.problem and self.problem.value, "field": self.field}
        named = {name: value for name, value in extra.items() if value is not None}
        return {"error": self.code, "detail": self.detail, **named}

    def headers(self) -> dict[str, str]:
        """Give the headers that belong to the status."""
        headers = {}
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_after)))
        if self.status == 401:  # noqa: PLR2004
            headers["WWW-Authenticate"] = 'Bearer realm="faceswap-studio"'
        return headers


def documented(code: ErrorCode, detail: str) -> Refusal:
    """Refuse with one of the API's documented codes."""
    return Refusal(detail, status=code.http_status, code=code.value)


def invalid_image(detail: str, problem: PhotoProblem | None = None) -> Refusal:
    """Refuse a photo."""
    code = ErrorCode.INVALID_IMAGE
    return Refusal(detail, status=code.http_status, code=code.value, problem=problem)


def invalid_field(field: str, detail: str) -> Refusal:
    """Refuse a field of the body, by name."""
    return Refusal(detail, status=422, code="INVALID_REQUEST", field=field)


def busy(detail: str, *, retry_after: float) -> Refusal:
    """Refuse for now: nothing was accepted, and asking again helps."""
    return Refusal(detail, status=429, code="QUEUE_FULL", retry_after=retry_after)


def stopping() -> Refusal:
    """Refuse because the studio is going down."""
    detail = "The studio is stopping; nothing was accepted."
    return Refusal(detail, status=503, code="STOPPING", retry_after=5)


def job_not_found() -> Refusal:
    """Refuse to tell about a job: unknown, expired, or submitted at another version."""
    detail = "There is no job of this id at this version, or its picture has been deleted."
    return Refusal(detail, status=404, code="JOB_NOT_FOUND")
