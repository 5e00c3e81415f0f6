"""Which error an HTTP status means, for each kind of call: who is at fault, may it cost money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from faceswap.answers import ErrorBody
from faceswap.errors import (
    CatalogueUnavailable,
    FilterBlocked,
    FilterNotFound,
    FilterUnavailable,
    InvalidPhoto,
    InvalidRequest,
    KeyRefused,
    OutcomeUnknown,
    OutOfCredits,
    PhotoTooLarge,
    RateLimited,
    Refused,
    RemoteJobNotFound,
    StatusUnavailable,
)
from faceswap.models import ErrorCode

RETRY_AFTER_DEFAULT = 30.0

_BY_CODE: Mapping[str, type[Refused]] = {
    ErrorCode.FILTER_BLOCKED: FilterBlocked,
    ErrorCode.FILTER_NOT_FOUND: FilterNotFound,
    ErrorCode.WORKFLOW_FETCH_FAILED: FilterUnavailable,
    ErrorCode.INVALID_QUALITY_MODE: InvalidRequest,
}
_BY_STATUS: Mapping[int, type[Refused]] = {
    HTTPStatus.UNAUTHORIZED: KeyRefused,
    HTTPStatus.PAYMENT_REQUIRED: OutOfCredits,
    HTTPStatus.FORBIDDEN: KeyRefused,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: PhotoTooLarge,
}
# These say more than any code beside them; 403 does not, a filter may be what is forbidden.
_BEFORE_ANY_CODE = frozenset(_BY_STATUS) - {HTTPStatus.FORBIDDEN}
_NO_JOB = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_KEY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An answer that is no success; `retry_after` in seconds where the API said so."""

    status: int
    body: ErrorBody
    retry_after: float | None

    @property
    def detail(self) -> str:
        return f"HTTP {self.status} {self.body.text}".strip()


def is_success(status: int) -> bool:
    """Tell whether the status is one of the 2xx."""
    return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def submit_error(failure: Failure) -> Refused | OutcomeUnknown:
    """Choose the error of a submission: only a 4xx is certain to have cost nothing."""
    refused = HTTPStatus.BAD_REQUEST <= failure.status < HTTPStatus.INTERNAL_SERVER_ERROR
    # A gateway's 408 says that it gave up waiting, not that nobody had heard us.
    if not refused or failure.status == HTTPStatus.REQUEST_TIMEOUT:
        return OutcomeUnknown(failure.detail)
    return _refusal(failure)


def status_error(failure: Failure) -> KeyRefused | RemoteJobNotFound | StatusUnavailable:
    """Choose the error of a status call: nearly always, asking again is right."""
    if failure.status in _KEY:
        return _key_refused(failure)
    if failure.status in _NO_JOB:
        return RemoteJobNotFound(failure.detail)
    return StatusUnavailable(failure.detail, retry_after=failure.retry_after)


def catalogue_error(failure: Failure) -> KeyRefused | CatalogueUnavailable:
    """Choose the error of listing the filters."""
    if failure.status in _KEY:
        return _key_refused(failure)
    return CatalogueUnavailable(failure.detail, retry_after=failure.retry_after)


def _key_refused(failure: Failure) -> KeyRefused:
    return KeyRefused(failure.body.text, status=failure.status, code=failure.body.code)


def _refusal(failure: Failure) -> Refused:
    status, body = failure.status, failure.body
    if status == HTTPStatus.TOO_MANY_REQUESTS and not _is_about_credits(failure):
        wait = RETRY_AFTER_DEFAULT if failure.retry_after is None else failure.retry_after
        return RateLimited(body.text, status=status, code=body.code, retry_after=wait)
    if status not in _BEFORE_ANY_CODE:
        if body.code == ErrorCode.INVALID_IMAGE:
            return InvalidPhoto(body.text, status=status, code=body.code, problem=body.problem)
        if by_code := _BY_CODE.get(body.code or ""):
            return by_code(body.text, status=status, code=body.code)
    by_status = _BY_STATUS.get(status, InvalidRequest)
    kind = OutOfCredits if _is_about_credits(failure) else by_status
    return kind(body.text, status=status, code=body.code)


def _is_about_credits(failure: Failure) -> bool:
    """See whether the message is about money; "10 credits a minute, wait 5 s" is not."""
    if failure.status == HTTPStatus.TOO_MANY_REQUESTS and failure.retry_after is not None:
        return False
    too_large = failure.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    return failure.body.mentions_credits and not too_large
