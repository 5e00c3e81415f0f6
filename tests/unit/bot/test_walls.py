from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import NoWall
from bot.services.events.walls import CODE_LENGTH, CODE_LETTERS, Walls, read_code, spell
from bot.wall.visitors import WINDOW_SECONDS, WRONG_IN_ALL, WRONG_PER_ADDRESS, WrongCodes
from db.events import EventRepository
from tests.support.party import open_wall


@pytest.mark.parametrize("typed", ["CDFG-HJKM", "cdfghjkm", " cdfg hjkm ", "CdFg-HjKm"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "CDFGHJKM"
    assert spell("CDFGHJKM") == "CDFG-HJKM"


@pytest.mark.parametrize("typed", ["", "CDFG", "CDFG-HJKO", "CDFGHJKMN", "' OR 1=1", "ÇDFGHJKM"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_no_letter_is_taken_for_another() -> None:
    assert len(set(CODE_LETTERS)) == len(CODE_LETTERS) == 21
    assert not set(CODE_LETTERS) & set("01258 6IOLSBQU")
    assert len(CODE_LETTERS) ** CODE_LENGTH > 3.7e10


async def test_a_wall_is_opened_once_and_renewed_as_often_as_wanted(tmp_path: Path) -> None:
    async with open_wall(tmp_path) as wall:
        event = wall.party.event_id
        assert await wall.walls.open(event) == wall.link
        renewed = await wall.walls.renew(event)
        assert renewed.url != wall.link.url
        assert renewed.code != wall.link.code
        assert await wall.walls.find_key(wall.link.code) is None
        key = await wall.walls.find_key(renewed.code.lower())
        assert renewed.url == f"{wall.base}/w/{key}"
        assert await wall.walls.revoke(event)
        assert not await wall.walls.revoke(event)
        assert await wall.walls.find_key(renewed.code) is None
        assert await wall.walls.open(event) != renewed


async def test_keys_cannot_be_guessed_and_are_not_shown_by_accident(tmp_path: Path) -> None:
    async with open_wall(tmp_path) as wall:
        key = wall.url.rpartition("/")[2]
        assert len(key.partition("-")[2]) >= 32  # letters of 6 bits each
        assert key not in repr(wall.link)
        assert wall.link.code not in repr(wall.link)


async def test_two_who_open_a_wall_at_once_have_the_same(tmp_path: Path) -> None:
    async with open_wall(tmp_path) as wall:
        await wall.walls.revoke(wall.party.event_id)
        opened = await asyncio.gather(*(wall.walls.open(wall.party.event_id) for _ in range(5)))
        assert len(set(opened)) == 1


async def test_without_an_address_there_is_no_wall(tmp_path: Path) -> None:
    async with open_wall(tmp_path) as wall:
        rows = EventRepository(wall.party.database)
        nowhere = Walls(rows, feed=wall.party.feed, base_url=None)
        assert not nowhere.is_available
        with pytest.raises(NoWall):
            await nowhere.open(wall.party.event_id)


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_who_guesses_too_often_waits_and_nobody_else() -> None:
    seconds = Seconds()
    wrong = WrongCodes(clock=seconds)
    for _ in range(WRONG_PER_ADDRESS):
        assert wrong.wait("10.0.0.1") == 0
        wrong.note("10.0.0.1")
    assert wrong.wait("10.0.0.1") == WINDOW_SECONDS
    assert wrong.wait("10.0.0.2") == 0
    seconds.now = WINDOW_SECONDS
    assert wrong.wait("10.0.0.1") == 0


def test_many_addresses_together_are_stopped_too() -> None:
    seconds = Seconds()
    wrong = WrongCodes(clock=seconds)
    for number in range(WRONG_IN_ALL):
        wrong.note(f"10.0.{number // 250}.{number % 250}")
    assert wrong.wait("10.9.9.9") > 0
    seconds.now = WINDOW_SECONDS
    assert wrong.wait("10.9.9.9") == 0
