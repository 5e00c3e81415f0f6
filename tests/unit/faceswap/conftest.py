from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from faceswap import FaceSwapClient, Gender, SwapRequest
from tests.support.scripted_api import ScriptedAPI


@pytest.fixture
async def api() -> AsyncIterator[ScriptedAPI]:
    async with ScriptedAPI() as scripted:
        yield scripted


@pytest.fixture
async def client(api: ScriptedAPI) -> AsyncIterator[FaceSwapClient]:
    async with FaceSwapClient(url=api.url, key=api.key) as opened:
        yield opened


@pytest.fixture
def swap() -> SwapRequest:
    return SwapRequest(photo=b"a photo", gender=Gender.FEMALE, filter_id=12)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "pictures"
