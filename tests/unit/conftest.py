from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.support.scripted_api import ScriptedAPI
from tests.support.workshop import Workshop, open_workshop


@pytest.fixture
async def api() -> AsyncGenerator[ScriptedAPI]:
    async with ScriptedAPI() as scripted:
        yield scripted


@pytest.fixture
async def workshop(tmp_path: Path, api: ScriptedAPI) -> AsyncGenerator[Workshop]:
    async with open_workshop(tmp_path, api) as opened:
        yield opened
