"""What an open page is sent, over real HTTP."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from bot.services.events.exhibition import Exhibit
from bot.wall import rendering, streams
from bot.wall.rendering import Rendered
from db.event_models import EventState, PictureState
from tests.support.party import OpenWall, open_wall


@dataclass(slots=True)
class Listener:
    """A page's end of its stream: what it knows of the pictures."""

    answer: aiohttp.ClientResponse
    pictures: dict[int, dict[str, Any]] = field(default_factory=dict)
    event: dict[str, Any] = field(default_factory=dict)

    async def begin(self) -> None:
        """Take the first two: what time it is, and everything."""
        assert [(await self.next())[0], (await self.next())[0]] == ["beat", "all"]

    async def next(self) -> tuple[str, dict[str, Any]]:
        """Take the next message; EOFError at the end."""
        kind = (await self.answer.content.readline()).decode().strip()
        if not kind:
            raise EOFError
        data = json.loads((await self.answer.content.readline()).decode().removeprefix("data: "))
        assert await self.answer.content.readline() == b"\n"
        kind = kind.removeprefix("event: ")
        self.event = data.get("event", self.event)
        if kind == "all":
            self.pictures = {}
        for each in (*data.get("pictures", ()), *data.get("put", ())):
            self.pictures[each["id"]] = each
        for number in data.get("drop", ()):
            del self.pictures[number]
        return kind, data

    async def until(self, kind: str) -> dict[str, Any]:
        """Take messages until one of this kind comes."""
        async with asyncio.timeout(5):
            while True:
                found, data = await self.next()
                if found == kind:
                    return data


@pytest.fixture
async def wall(tmp_path: Path) -> AsyncGenerator[OpenWall]:
    async with open_wall(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def listening(wall: OpenWall, *, status: int = 200) -> AsyncGenerator[Listener]:
    connector = aiohttp.TCPConnector(limit=0)
    async with (
        aiohttp.ClientSession(connector=connector, read_bufsize=2**20) as session,
        session.get(f"{wall.url}/events") as answer,
    ):
        assert answer.status == status
        yield Listener(answer)


async def test_a_page_is_sent_everything_first(wall: OpenWall) -> None:
    older, newer = await wall.party.hang(2)
    await wall.party.like(older, by=3)
    async with listening(wall) as page:
        assert page.answer.content_type == "text/event-stream"
        assert page.answer.headers["Cache-Control"] == "no-store"
        assert page.answer.headers["X-Accel-Buffering"] == "no"
        kind, data = await page.next()
        assert kind == "beat"
        assert abs(data["now"] / 1000 - datetime.now(UTC).timestamp()) < 5
        kind, data = await page.next()
        assert kind == "all"
        assert [each["id"] for each in data["pictures"]] == [newer, older]
        assert page.pictures[older]["likes"] == 3
        assert page.pictures[newer]["caption"] == "Best night ever"
        assert page.pictures[newer]["alt"].endswith(": Best night ever")
        assert page.event["panel"] == "https://discord.com/channels/4001/4002/4003"
        assert page.event["state"] == "open"


async def test_nothing_of_who_made_a_picture_is_sent(wall: OpenWall) -> None:
    (picture,) = await wall.party.hang(1)
    async with listening(wall) as page:
        await page.begin()
        known = {"id", "at", "w", "h", "caption", "filter", "likes", "alt"}
        assert set(page.pictures[picture]) == known
        assert "organiser" not in str(page.event)


async def test_only_approved_pictures_are_sent(wall: OpenWall) -> None:
    for state in (PictureState.WAITING, PictureState.REJECTED, PictureState.REMOVED):
        await wall.party.hang(1, state=state)
    (approved,) = await wall.party.hang(1)
    async with listening(wall) as page:
        await page.begin()
        assert list(page.pictures) == [approved]
        assert page.event["count"] == 1


async def test_changes_are_sent_as_they_come(wall: OpenWall) -> None:
    async with listening(wall) as page:
        await page.begin()
        (waiting,) = await wall.party.hang(1, state=PictureState.WAITING)
        await wall.party.turn(waiting, PictureState.APPROVED)
        await page.until("change")
        assert list(page.pictures) == [waiting]

        await wall.party.like(waiting, by=2)
        change = await page.until("change")
        assert [each["likes"] for each in change["put"]] == [2]

        await wall.party.becomes(state=EventState.PAUSED)
        await page.until("change")
        assert page.event["state"] == "paused"


async def test_a_removed_picture_is_gone_from_every_page_within_two_seconds(
    wall: OpenWall,
) -> None:
    (picture, other) = await wall.party.hang(2)
    async with listening(wall) as one, listening(wall) as another:
        for page in (one, another):
            await page.begin()
        asked = time.monotonic()
        await wall.party.turn(picture, PictureState.REMOVED)
        for page in (one, another):
            await page.until("change")
            assert list(page.pictures) == [other]
        assert time.monotonic() - asked < 2


async def test_a_revoked_wall_ends_its_pages_at_once(wall: OpenWall) -> None:
    async with listening(wall) as page:
        await page.begin()
        await wall.walls.revoke(wall.party.event_id)
        await page.until("gone")
        with pytest.raises(EOFError):
            await page.next()
    async with listening(wall, status=404):
        pass


async def test_a_renewed_wall_ends_the_pages_of_the_old_link(wall: OpenWall) -> None:
    async with listening(wall) as page:
        await page.begin()
        renewed = await wall.walls.renew(wall.party.event_id)
        await page.until("gone")
    wall.link = renewed
    async with listening(wall) as page:
        await page.begin()


async def test_a_page_that_hears_nothing_is_sent_beats(
    wall: OpenWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "BEAT_EVERY", streams.GATHER / 10)
    async with listening(wall) as page:
        await page.begin()
        for _ in range(3):
            assert (await page.next())[0] == "beat"


async def test_changes_that_come_together_are_sent_together(wall: OpenWall) -> None:
    (picture,) = await wall.party.hang(1)
    async with listening(wall) as page:
        await page.begin()
        await wall.party.like(picture, by=1)
        for _ in range(10):
            await wall.party.hang(3)
        sizes = []
        while len(page.pictures) < 31:
            sizes.append(len((await page.until("change"))["put"]))
        assert len(sizes) <= 3


async def test_a_change_is_rendered_once_for_all_pages(
    wall: OpenWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[Exhibit] = []

    def render(exhibit: Exhibit) -> Rendered:
        rendered.append(exhibit)
        return rendering.render(exhibit)

    counting = SimpleNamespace(render=render, whole=rendering.whole, beat=rendering.beat)
    counting.difference, counting.gone = rendering.difference, rendering.gone
    monkeypatch.setattr(streams, "rendering", counting)
    pages = [listening(wall) for _ in range(50)]
    opened = await asyncio.gather(*(page.__aenter__() for page in pages))
    await asyncio.gather(*(page.begin() for page in opened))
    await wall.party.hang(1)
    await asyncio.gather(*(page.until("change") for page in opened))
    assert len(rendered) <= 3
    for page in pages:
        await page.__aexit__(None, None, None)


async def test_a_page_that_is_far_behind_is_sent_everything_anew(
    wall: OpenWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "KEPT_CHANGES", 2)
    monkeypatch.setattr(streams, "GATHER", timedelta())
    await wall.party.hang(1)
    hub = streams.Streams(exhibition=wall.exhibition, feed=wall.party.feed)
    key = wall.url.rpartition("/")[2]
    async with hub.listen(key) as slow, hub.listen(key) as quick:
        assert b"event: all" in await anext(slow)
        assert b"event: all" in await anext(quick)
        for _ in range(streams.KEPT_CHANGES):
            await wall.party.hang(1)
            while b"event: change" not in await anext(quick):
                pass
        behind = await anext(slow)
        assert behind.count(b"event: change") == streams.KEPT_CHANGES
        for _ in range(streams.KEPT_CHANGES + 1):
            await wall.party.hang(1)
            while b"event: change" not in await anext(quick):
                pass
        assert b"event: all" in await anext(slow)


async def test_no_more_pages_than_the_server_is_willing_to_serve(
    wall: OpenWall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MOST_LISTENERS", 1)
    async with listening(wall) as page:
        await page.begin()
        async with listening(wall, status=503) as refused:
            assert refused.answer.headers["Retry-After"] == "30"
    async with asyncio.timeout(5):
        while True:
            await wall.party.hang(1)  # writing is how the server learns that a page has gone
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{wall.url}/events") as answer,
            ):
                if answer.status == 200:
                    return


async def test_the_winner_is_named_once_the_event_is_closed(wall: OpenWall) -> None:
    first, second, third = await wall.party.hang(3)
    for picture, likes in ((first, 2), (second, 5), (third, 5)):
        await wall.party.like(picture, by=likes)
    async with listening(wall) as page:
        await page.begin()
        assert page.event["winner"] is None
        await wall.party.becomes(state=EventState.CLOSED)
        await page.until("change")
        assert page.event["winner"] == second
