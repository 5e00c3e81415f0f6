from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from db.database import Database
from db.jobs import JobRepository
from db.limits import LimitRepository
from db.migrate import migrate
from tests.unit.db.tools import ManualClock


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'bot.db'}"


@pytest.fixture
async def database(url: str) -> AsyncGenerator[Database]:
    async with Database.open(url) as opened:
        await migrate(opened)
        yield opened


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def jobs(database: Database, clock: ManualClock) -> JobRepository:
    return JobRepository(database, clock=clock)


@pytest.fixture
def limits(database: Database, clock: ManualClock) -> LimitRepository:
    return LimitRepository(database, clock=clock)
