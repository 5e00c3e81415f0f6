from __future__ import annotations

import asyncio
import shutil
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


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the present schema, made once: making it takes longer than a test."""
    path = tmp_path_factory.mktemp("migrated") / "bot.db"

    async def make() -> None:
        async with Database.open(f"sqlite:///{path}") as database:
            await migrate(database)

    asyncio.run(make())
    return path


@pytest.fixture
async def database(url: str, tmp_path: Path, migrated: Path) -> AsyncGenerator[Database]:
    shutil.copy(migrated, tmp_path / "bot.db")
    async with Database.open(url) as opened:
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
