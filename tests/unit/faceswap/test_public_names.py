from __future__ import annotations

import inspect
import re
import subprocess
import sys
from types import ModuleType

import pytest

import faceswap
from faceswap import errors, models, timeouts


def _leaves(kind: type[faceswap.FaceSwapError]) -> list[type[faceswap.FaceSwapError]]:
    below = [leaf for child in kind.__subclasses__() for leaf in _leaves(child)]
    return [kind, *below]


KINDS = _leaves(faceswap.FaceSwapError)
# name, then fault and charged as the last two words of its line in the drawing
DRAWN = {
    line.strip("├│└ ").split("(")[0].split()[0]: (line.split()[-2], line.split()[-1])
    for line in (errors.__doc__ or "").splitlines()
    if re.match("(│  |   )?[├└]", line)
}


def _public(module: ModuleType) -> set[str]:
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and inspect.getmodule(value) is module
    }


def test_all_is_sorted_and_complete() -> None:
    defined = _public(errors) | _public(models) | _public(timeouts)

    assert faceswap.__all__ == sorted(faceswap.__all__)
    assert set(faceswap.__all__) == defined | {"FaceSwapClient", "FilterId"}
    assert all(hasattr(faceswap, name) for name in faceswap.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Missing'"):
        _ = faceswap.Missing  # type: ignore[attr-defined]


def test_the_vocabulary_comes_without_an_http_library() -> None:
    script = "import sys, faceswap.models; sys.exit('aiohttp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_explains_itself_and_is_exported(kind: type[faceswap.FaceSwapError]) -> None:
    assert (kind.__doc__ or "").strip().endswith(".")
    assert getattr(faceswap, kind.__name__) is kind


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if not kind.__subclasses__()], ids=lambda kind: kind.__name__
)
def test_every_leaf_is_drawn_with_its_fault_and_its_charge(
    kind: type[faceswap.FaceSwapError],
) -> None:
    assert DRAWN[kind.__name__] == (kind.fault.value, kind.charged.value)


def test_nothing_is_drawn_that_is_not_there() -> None:
    assert set(DRAWN) <= {kind.__name__ for kind in KINDS}
