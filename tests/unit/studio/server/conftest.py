from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.gates import Gate
from tests.support.studio_api import StudioApi, odd_config, open_api


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[StudioApi]:
    async with open_api(odd_config(tmp_path / "studio")) as api:
        yield api


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    gate = Gate(tmp_path / "gate")
    yield gate
    gate.remove()
