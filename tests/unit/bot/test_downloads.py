from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import NoWall
from bot.services.events.downloads import Downloads
from tests.support.workshop import MovableClock

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 6, 20, 22, 0, tzinfo=UTC))


@pytest.fixture
def downloads(tmp_path: Path, clock: MovableClock) -> Downloads:
    return Downloads(tmp_path / "downloads", base_url="https://wall.test", clock=clock)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "party.zip"
    path.write_bytes(b"PK")
    return path


def token_of(url: str) -> str:
    base, _, token = url.rpartition("/")
    assert base == "https://wall.test/d"
    assert len(token) >= 43  # 256 bits
    return token


async def test_a_link_leads_to_its_file_until_it_expires(
    downloads: Downloads, clock: MovableClock, file: Path
) -> None:
    token = token_of(await downloads.offer(file, filename="Midsummer.zip", lives=HOUR))

    clock.advance(HOUR - timedelta(seconds=1))
    found = await downloads.find(token)
    assert found is not None
    assert (found.path, found.filename) == (file, "Midsummer.zip")

    clock.advance(timedelta(seconds=1))
    assert await downloads.find(token) is None


async def test_a_link_survives_a_restart_and_stands_nowhere_on_the_disk(
    downloads: Downloads, clock: MovableClock, file: Path, tmp_path: Path
) -> None:
    token = token_of(await downloads.offer(file, filename="a.zip", lives=HOUR))

    again = Downloads(tmp_path / "downloads", base_url="https://wall.test", clock=clock)
    assert await again.find(token) is not None
    written = [path.name + path.read_text() for path in (tmp_path / "downloads").iterdir()]
    assert written
    assert not any(token in text for text in written)


@pytest.mark.parametrize("token", ["", "x", "../party", "a" * 43, "a" * 5000, "\0"])
async def test_what_is_no_token_leads_nowhere(downloads: Downloads, file: Path, token: str) -> None:
    await downloads.offer(file, filename="a.zip", lives=HOUR)
    assert await downloads.find(token) is None


async def test_a_file_goes_with_its_link(
    downloads: Downloads, clock: MovableClock, file: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.zip"
    kept.write_bytes(b"PK")
    await downloads.offer(file, filename="a.zip", lives=HOUR)
    token = token_of(await downloads.offer(kept, filename="b.zip", lives=3 * HOUR))
    (tmp_path / "downloads/broken.json").write_text("{")
    assert await downloads.sweep() == 1  # the broken one

    clock.advance(2 * HOUR)
    assert await downloads.sweep() == 1
    assert not file.exists()
    assert kept.exists()
    assert await downloads.find(token) is not None


async def test_without_an_address_nothing_is_offered(tmp_path: Path, file: Path) -> None:
    nowhere = Downloads(tmp_path / "downloads", base_url=None)
    assert not nowhere.is_available
    with pytest.raises(NoWall):
        await nowhere.offer(file, filename="a.zip", lives=HOUR)
    assert not (tmp_path / "downloads").exists()
