from __future__ import annotations

import importlib

import pytest


@pytest.mark.parametrize("name", ["bot", "cogs", "db", "faceswap", "studio"])
def test_importing_a_package_has_no_effect_but_a_docstring(name: str) -> None:
    assert importlib.import_module(name).__doc__
