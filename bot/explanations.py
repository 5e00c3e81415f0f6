"""Expected failures as one plain line for the operator; what is not expected gets None."""

from __future__ import annotations

from bot.errors import PhotoRejected
from bot.exits import CommandFailed
from db.errors import StorageFault, StorageUnavailable
from faceswap import errors as api
from faceswap.models import PhotoProblem
from studio.server.errors import StudioError

_STORAGE = {
    StorageFault.LOCKED: "another program keeps the database locked; close it and try again",
    StorageFault.READ_ONLY: "the database cannot be written; give this user the right to",
    StorageFault.DISK_FULL: "the disk is full; make room where DATA_DIR is",
    StorageFault.DAMAGED: "the database is damaged; go back to a backup",
    StorageFault.IN_USE: "the database is in use; only one bot may run on it, stop the other one",
    StorageFault.NEWER_SCHEMA: "a newer version wrote this database; install that version again",
    StorageFault.COPY: (
        "the database is a copy that was put back; run faceswap-bot doctor --after-restore first"
    ),
    StorageFault.FOREIGN_LOG: (
        "a log lies beside the copy that is not its own; delete the files that end in -wal and -shm"
    ),
    StorageFault.MISSING: "the database does not exist yet; the first start makes it",
    StorageFault.UNREACHABLE: "the database cannot be opened; check DATABASE_URL and DATA_DIR",
}

_PHOTO = {
    PhotoProblem.NOT_AN_IMAGE: "the file is not a picture that can be read; use a JPEG or PNG",
    PhotoProblem.TOO_LARGE: "the photo is too large; make it smaller",
    PhotoProblem.NO_FACE: "no face was found in the photo; use one that shows it from the front",
    PhotoProblem.FACE_TOO_SMALL: "the face in the photo is too small; use a closer one",
    PhotoProblem.TOO_MANY_FACES: "more faces are in the photo than the filter has room for",
}

# The first that fits; a class stands before its bases.
_API: tuple[tuple[type[api.FaceSwapError], str], ...] = (
    (api.KeyRefused, "the API refuses the key; check FACESWAP_API_KEY and how its header is sent"),
    (api.OutOfCredits, "the account at the API has no credits left; buy some at its provider"),
    (api.RateLimited, "the API takes no more requests just now; try again later"),
    (api.NotSent, "the API cannot be reached; check FACESWAP_API_URL and this machine's network"),
    (
        api.CatalogueUnavailable,
        "the API did not give its list of filters; check FACESWAP_API_URL, or try again later",
    ),
    (api.PreviewUnavailable, "the API gave no preview of this filter"),
    (api.OutcomeUnknown, "the API did not answer; the picture may have been charged all the same"),
    (api.GroupNeedsCatalogueFilter, "group photos work with filters from the list only"),
    (api.InvalidPhoto, "the API cannot use this photo; try another one"),
    (api.PhotoTooLarge, "the photo is too large for the API; make it smaller"),
    (api.FilterBlocked, "this filter cannot be used for so many people; choose another one"),
    (api.FilterNotFound, "the API does not know this filter; choose another one"),
    (api.FilterUnavailable, "the API could not load this filter; try again, or choose another"),
    (api.RemoteJobNotFound, "the API does not know the job any more"),
    (api.NoPicture, "the API says it is done, but sent no picture that can be used"),
    (api.StatusUnavailable, "the API did not say how the job stands; try again later"),
    (api.Refused, "the API did not understand the request; check FACESWAP_API_VERSION"),
    (api.FaceSwapError, "the API failed"),
)


def explain(error: BaseException) -> str | None:
    """Say what happened and what to do; None for a bug, which deserves its traceback."""
    match error:
        case BaseExceptionGroup():
            said = [explain(each) for each in error.exceptions]
            return None if None in said else "; ".join(filter(None, said))
        case CommandFailed() | StudioError():
            return str(error)
        case StorageUnavailable():
            return explain_storage(error)
        case api.FaceSwapError() | PhotoRejected():
            return explain_api(error)
        case OSError() if error.strerror:
            place = f"{error.filename}: " if error.filename else ""
            return f"{place}{error.strerror}"
        case _:
            return None


def explain_storage(error: StorageUnavailable) -> str:
    """Say why the database cannot be used, and after a semicolon what to do."""
    what, _, remedy = _STORAGE[error.fault].partition("; ")
    detail = str(error).partition(": ")[2]
    return f"{what} ({detail}); {remedy}" if detail else f"{what}; {remedy}"


def explain_api(error: api.FaceSwapError | PhotoRejected) -> str:
    """Say what the API's error means, or ours before it is asked; after a semicolon what to do."""
    if isinstance(error, PhotoRejected | api.InvalidPhoto) and error.problem is not None:
        return _PHOTO[error.problem]
    sentence = next(text for kind, text in _API if isinstance(error, kind))
    detail = str(error)
    if detail == type(error).__name__:
        return sentence
    what, semicolon, remedy = sentence.partition("; ")
    return f"{what} ({detail}){semicolon}{remedy}"
