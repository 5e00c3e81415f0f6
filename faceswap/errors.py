"""Everything that can go wrong with the API: who is at fault, and may it have been charged.

FaceSwapError                fault, charged
├ GroupNeedsCatalogueFilter  checked before sending                         member    no
├ NotSent                    DNS, refused, TLS: the request never left      api       no
│  └ ClientClosed            the client was used after close(): our bug     bot       no
├ OutcomeUnknown             time-out, reset, 5xx, unreadable on submit     api       maybe
├ CatalogueUnavailable       no usable list of filters: keep the last one   api       no
├ PreviewUnavailable         no usable preview: show the filter without     api       no
├ Refused(status, code)      the API said no
│  ├ InvalidPhoto            400 INVALID_IMAGE                              member    no
│  ├ PhotoTooLarge           413                                            member    no
│  ├ FilterBlocked           422 FILTER_BLOCKED                             member    no
│  ├ FilterNotFound          422 FILTER_NOT_FOUND: catalogue is stale       api       no
│  ├ FilterUnavailable       422 WORKFLOW_FETCH_FAILED                      operator  no
│  ├ InvalidRequest          any other 4xx: our bug                         bot       no
│  ├ KeyRefused              401, 403                                       operator  no
│  ├ OutOfCredits            402, or a message about credits                operator  no
│  └ RateLimited(retry_after)  429                                          api       no
└ StatusError                only from asking for a job's status
   ├ StatusUnavailable       time-out, reset, 5xx, 429, unreadable: ask again  api    yes
   ├ RemoteJobNotFound       404: unknown or expired                        api       yes
   └ NoPicture               COMPLETED, but empty, not base64 or too large  api       yes
"""

from __future__ import annotations

import enum

from faceswap.models import PhotoProblem


class Fault(enum.Enum):
    """Who can do something about it."""

    MEMBER = "member"
    OPERATOR = "operator"
    API = "api"
    BOT = "bot"


class Charged(enum.Enum):
    """Whether the request may have cost the operator credits."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"


class FaceSwapError(Exception):
    """Base of all errors of this package; `detail` is for the log, never for a member."""

    fault = Fault.API
    charged = Charged.NO

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or type(self).__name__)
        self.detail = detail


class GroupNeedsCatalogueFilter(FaceSwapError):
    """Group photos work with integer filters only; nothing was sent."""

    fault = Fault.MEMBER


class NotSent(FaceSwapError):
    """The request certainly never reached the API."""


class ClientClosed(NotSent):
    """The client was used after it had been closed; nothing was sent."""

    fault = Fault.BOT

    def __init__(self) -> None:
        super().__init__("this FaceSwapClient is closed; make a new one")


class OutcomeUnknown(FaceSwapError):
    """The request left, but no usable answer came: it may have been carried out and charged."""

    charged = Charged.MAYBE


class CatalogueUnavailable(FaceSwapError):
    """The list of filters did not come, or is not one; `retry_after` as the API said, if it did."""

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class PreviewUnavailable(FaceSwapError):
    """A filter's preview did not come, is too large, or is no picture."""


class Refused(FaceSwapError):
    """The API answered with an error status; `code` is its error code where one was found."""

    def __init__(self, detail: str = "", *, status: int, code: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code

    def __str__(self) -> str:
        return f"HTTP {self.status} {self.code or ''} {self.detail}".strip()


class InvalidPhoto(Refused):
    """The API could not use the photo; `problem` says why where the API did."""

    fault = Fault.MEMBER

    def __init__(
        self,
        detail: str = "",
        *,
        status: int,
        code: str | None = None,
        problem: PhotoProblem | None = None,
    ) -> None:
        super().__init__(detail, status=status, code=code)
        self.problem = problem


class PhotoTooLarge(Refused):
    """The API does not take a body of this size."""

    fault = Fault.MEMBER


class FilterBlocked(Refused):
    """The filter is not available for one person, or not for a group."""

    fault = Fault.MEMBER


class FilterNotFound(Refused):
    """The API no longer has this integer filter: the catalogue is stale."""


class FilterUnavailable(Refused):
    """A UUID filter could not be loaded: the operator's filter, or a passing fault."""

    fault = Fault.OPERATOR


class InvalidRequest(Refused):
    """The API did not understand the request; that is a bug of ours."""

    fault = Fault.BOT


class KeyRefused(Refused):
    """The API key is missing, wrong or not allowed."""

    fault = Fault.OPERATOR


class OutOfCredits(Refused):
    """The operator's account has no credits left."""

    fault = Fault.OPERATOR


class RateLimited(Refused):
    """Too many requests; ask again after `retry_after` seconds."""

    def __init__(
        self, detail: str = "", *, status: int, code: str | None = None, retry_after: float
    ) -> None:
        super().__init__(detail, status=status, code=code)
        self.retry_after = retry_after


class StatusError(FaceSwapError):
    """Asking for a job's status failed; the job itself was charged when it was submitted."""

    charged = Charged.YES


class StatusUnavailable(StatusError):
    """No usable answer this time: ask again, after `retry_after` seconds where the API said so."""

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class RemoteJobNotFound(StatusError):
    """The API does not know this job, or no longer."""


class NoPicture(StatusError):
    """The job is COMPLETED, but what it holds is empty, not base64, or too large."""
