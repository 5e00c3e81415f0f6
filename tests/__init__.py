"""The tests; pytest explains failed assertions of what many of them share, too."""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.acceptance.booth")
