from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import PhotoRejected
from bot.exits import CommandFailed
from bot.explanations import explain
from db.errors import StorageFault, StorageUnavailable
from faceswap import errors
from faceswap.models import PhotoProblem
from studio.server.errors import DataDirUnusable


def kinds_of(base: type[errors.FaceSwapError]) -> Iterator[type[errors.FaceSwapError]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds_of(kind)


def made(kind: type[errors.FaceSwapError]) -> errors.FaceSwapError:
    if kind is errors.ClientClosed:
        return kind()
    if kind is errors.RateLimited:
        return errors.RateLimited("busy", status=429, retry_after=3)
    if issubclass(kind, errors.Refused):
        return kind("because", status=418)
    return kind("because")


@pytest.mark.parametrize("kind", list(kinds_of(errors.FaceSwapError)))
def test_each_error_of_the_api_is_one_line_with_its_detail(
    kind: type[errors.FaceSwapError],
) -> None:
    text = explain(made(kind))

    assert text is not None
    assert str(made(kind)) in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "kind", [kind for kind in kinds_of(errors.FaceSwapError) if not kind.__subclasses__()]
)
def test_each_error_that_can_happen_has_words_of_its_own(
    kind: type[errors.FaceSwapError],
) -> None:
    general = str(explain(errors.FaceSwapError()))

    assert not str(explain(made(kind))).startswith(f"{general} ")


@pytest.mark.parametrize("fault", StorageFault)
def test_each_fault_of_storage_says_what_to_do(fault: StorageFault) -> None:
    text = explain(StorageUnavailable(fault, "data/bot.db: reason: more"))

    assert text is not None
    assert "(data/bot.db: reason: more); " in text


@pytest.mark.parametrize("problem", PhotoProblem)
def test_each_problem_of_a_photo_has_words(problem: PhotoProblem) -> None:
    text = explain(errors.InvalidPhoto("raw", status=400, problem=problem))

    assert text is not None
    assert "raw" not in text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (PhotoRejected(PhotoProblem.TOO_LARGE), "the photo is too large; make it smaller"),
        (CommandFailed("do this"), "do this"),
        (DataDirUnusable(Path("d"), "in use"), "The studio cannot use d: in use"),
        (
            FileNotFoundError(2, "No such file or directory", "me.jpg"),
            "me.jpg: No such file or directory",
        ),
        (OSError(28, "No space left on device"), "No space left on device"),
        (ExceptionGroup("two", [CommandFailed("a"), CommandFailed("b")]), "a; b"),
        (ExceptionGroup("two", [CommandFailed("a"), KeyError("b")]), None),
        (TimeoutError(), None),
        (KeyError("x"), None),
    ],
)
def test_expected_failures_have_words_and_bugs_have_none(
    error: Exception, text: str | None
) -> None:
    assert explain(error) == text
