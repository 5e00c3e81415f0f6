"""The FaceSwap HTTP API: its vocabulary, its errors and a typed asynchronous client."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from faceswap.errors import (
    CatalogueUnavailable,
    Charged,
    ClientClosed,
    FaceSwapError,
    Fault,
    FilterBlocked,
    FilterNotFound,
    FilterUnavailable,
    GroupNeedsCatalogueFilter,
    InvalidPhoto,
    InvalidRequest,
    KeyRefused,
    NoPicture,
    NotSent,
    OutcomeUnknown,
    OutOfCredits,
    PhotoTooLarge,
    PreviewUnavailable,
    RateLimited,
    Refused,
    RemoteJobNotFound,
    StatusError,
    StatusUnavailable,
)
from faceswap.models import (
    APIVersion,
    ErrorCode,
    Filter,
    FilterId,
    Gender,
    PhotoProblem,
    Preview,
    PromptRequest,
    Quality,
    Ratio,
    RemoteJob,
    RemoteStatus,
    Submission,
    SwapRequest,
    parse_filter_id,
)
from faceswap.timeouts import Timeouts

if TYPE_CHECKING:
    from faceswap.client import FaceSwapClient

__all__ = [
    "APIVersion",
    "CatalogueUnavailable",
    "Charged",
    "ClientClosed",
    "ErrorCode",
    "FaceSwapClient",
    "FaceSwapError",
    "Fault",
    "Filter",
    "FilterBlocked",
    "FilterId",
    "FilterNotFound",
    "FilterUnavailable",
    "Gender",
    "GroupNeedsCatalogueFilter",
    "InvalidPhoto",
    "InvalidRequest",
    "KeyRefused",
    "NoPicture",
    "NotSent",
    "OutOfCredits",
    "OutcomeUnknown",
    "PhotoProblem",
    "PhotoTooLarge",
    "Preview",
    "PreviewUnavailable",
    "PromptRequest",
    "Quality",
    "RateLimited",
    "Ratio",
    "Refused",
    "RemoteJob",
    "RemoteJobNotFound",
    "RemoteStatus",
    "StatusError",
    "StatusUnavailable",
    "Submission",
    "SwapRequest",
    "Timeouts",
    "parse_filter_id",
]


if not TYPE_CHECKING:  # a type checker must not take it for an answer to every name

    def __getattr__(name: str) -> object:
        """Load the client, and with it aiohttp, only when asked: engines need words only."""
        if name == "FaceSwapClient":
            return importlib.import_module("faceswap.client").FaceSwapClient
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
