"""The wall's server, asked as a browser would: pages, pictures, codes, downloads."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from bot.exits import CommandFailed
from bot.wall.assets import Assets
from bot.wall.guarding import POLICY
from bot.wall.visitors import WRONG_PER_ADDRESS
from db.event_models import EventState, PictureState
from tests.support.party import OpenWall, open_wall

EVERY_ANSWER = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Server": "wall",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@pytest.fixture
async def wall(tmp_path: Path) -> AsyncGenerator[OpenWall]:
    async with open_wall(tmp_path) as opened:
        yield opened


@pytest.fixture
async def browser(wall: OpenWall) -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(wall.base) as session:
        yield session


def path_of(wall: OpenWall) -> str:
    return wall.url.removeprefix(wall.base)


async def text(browser: aiohttp.ClientSession, path: str, *, status: int) -> str:
    async with browser.get(path, allow_redirects=False) as answer:
        assert answer.status == status, path
        for name, value in EVERY_ANSWER.items():
            assert answer.headers[name] == value, (path, name)
        return await answer.text()


async def test_the_page_names_the_event_and_shows_how_to_join(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    await wall.party.becomes(name='<b>Tom & "Jerry"</b>')

    page = await text(browser, path_of(wall), status=200)

    assert '<h1 id="name" dir="auto">&lt;b&gt;Tom &amp; &quot;Jerry&quot;&lt;/b&gt;</h1>' in page
    assert wall.link.code in page
    assert "<svg" in page
    assert not re.search(r'(src|href)="(https?:)?//', page)  # nothing from anywhere else
    assert "style=" not in page


async def test_everything_the_page_names_is_there(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    page = await text(browser, path_of(wall), status=200)
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(named) == 4
    folder = named[0].rpartition("/")[0]
    script = await text(browser, f"{folder}/wall.js", status=200)
    style = await text(browser, f"{folder}/wall.css", status=200)
    named += [f"{folder}/{name}" for name in re.findall(r'from "\./([^"]+)"', script)]
    named += [f"{folder}/{name}" for name in re.findall(r'url\("([^"]+)"\)', style)]
    assert len(named) >= 13
    for path in named:
        async with browser.get(path) as answer:
            assert answer.status == 200, path
            assert "immutable" in answer.headers["Cache-Control"]


async def test_files_of_an_older_version_are_not_given(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    assert Assets().digest == Assets().digest
    for path in ("/static/0000000000000000/wall.js", f"/static/{Assets().digest}/wall.html"):
        await text(browser, path, status=404)


async def test_all_that_is_unknown_looks_alike(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    await wall.party.hang(1)
    key = path_of(wall)
    almost = key[:-1] + ("a" if key[-1] != "a" else "b")
    paths = (
        almost,
        f"{almost}/events",
        f"{almost}/p/1-s.webp",
        "/w/x",
        "/w/99999-" + "a" * 32,
        "/w/" + "1" * 400,
        f"{key}/",
        f"{key}/p/2-s.webp",
        f"{key}/p/1-x.webp",
        f"{key}/p/1-s.webp/..",
        "/d/" + "a" * 43,
        "/events/1/0.jpg",
        "/static/..%2f..%2fsettings.py",
        "/healthz",
        "/.env",
    )
    pages = {await text(browser, path, status=404) for path in paths}
    assert len(pages) == 1
    async with browser.post("/join", data={"code": wall.link.code}) as answer:
        assert answer.status == 404


async def test_robots_are_sent_away(wall: OpenWall, browser: aiohttp.ClientSession) -> None:
    assert "Disallow: /" in await text(browser, "/robots.txt", status=200)
    assert 'content="noindex, nofollow"' in await text(browser, path_of(wall), status=200)


async def test_a_picture_comes_in_sizes_and_only_once(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    (picture,) = await wall.party.hang(1)
    path = f"{path_of(wall)}/p/{picture}-s.webp"
    async with browser.get(path) as answer:
        assert answer.status == 200
        assert answer.content_type == "image/webp"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        tag = answer.headers["ETag"]
        with Image.open(io.BytesIO(await answer.read())) as image:
            assert max(image.size) <= 480
    async with browser.get(path, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 304


@pytest.mark.parametrize(
    "state", [PictureState.WAITING, PictureState.REJECTED, PictureState.REMOVED]
)
async def test_only_an_approved_picture_has_an_address(
    wall: OpenWall, browser: aiohttp.ClientSession, state: PictureState
) -> None:
    (picture,) = await wall.party.hang(1)
    path = f"{path_of(wall)}/p/{picture}-s.webp"
    async with browser.get(path) as answer:
        tag = answer.headers["ETag"]
    await wall.party.turn(picture, state)
    async with browser.get(path, headers={"If-None-Match": tag}) as answer:
        assert answer.status == 404


async def test_a_picture_of_another_event_has_no_address_here(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    await wall.party.begin()
    (theirs,) = await wall.party.hang(1)
    await text(browser, f"{path_of(wall)}/p/{theirs}-s.webp", status=404)


async def test_a_cancelled_event_shows_no_picture(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    (picture,) = await wall.party.hang(1)
    await wall.party.becomes(state=EventState.CANCELLED)
    await text(browser, f"{path_of(wall)}/p/{picture}-s.webp", status=404)
    await text(browser, path_of(wall), status=200)


async def test_a_revoked_link_and_code_lead_nowhere(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    (picture,) = await wall.party.hang(1)
    await wall.walls.revoke(wall.party.event_id)
    for path in (path_of(wall), f"{path_of(wall)}/p/{picture}-s.webp", f"/j/{wall.link.code}"):
        await text(browser, path, status=404)


async def test_a_code_leads_to_the_wall_typed_or_scanned(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    code = wall.link.code
    assert "<form" in await text(browser, "/join", status=200)
    typed = code.lower()
    for path in (f"/j/{code}", f"/j/{code.replace('-', '')}", f"/join?code=+{typed}"):
        async with browser.get(path) as answer:
            assert str(answer.url) == wall.url
    async with browser.get("/") as answer:
        assert answer.url.path == "/join"


async def test_who_types_wrong_codes_is_asked_to_wait(
    wall: OpenWall, browser: aiohttp.ClientSession
) -> None:
    for _ in range(WRONG_PER_ADDRESS):
        assert "No wall has this code" in await text(browser, "/join?code=CCCC-CCCC", status=404)
    waiting = await text(browser, f"/j/{wall.link.code}", status=429)
    assert "try again in 10 minutes" in waiting

    elsewhere = {"X-Forwarded-For": "10.0.0.1, 203.0.113.9"}  # as our proxy would say it
    async with browser.get(f"/j/{wall.link.code}", headers=elsewhere) as answer:
        assert answer.status == 200


async def test_a_download_is_offered_for_a_while(
    wall: OpenWall, browser: aiohttp.ClientSession, tmp_path: Path
) -> None:
    file = tmp_path / "export.zip"
    file.write_bytes(bytes(range(256)) * 4096)
    url = await wall.downloads.offer(
        file, filename="Sommerfest – Bilder.zip", lives=timedelta(hours=1)
    )

    async with browser.get(url) as answer:
        assert answer.status == 200
        assert await answer.read() == file.read_bytes()
        disposition = answer.headers["Content-Disposition"]
        assert disposition == ("attachment; filename*=UTF-8''Sommerfest%20%E2%80%93%20Bilder.zip")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    async with browser.get(url, headers={"Range": "bytes=1048570-"}) as answer:
        assert (answer.status, await answer.read()) == (206, file.read_bytes()[-6:])
    file.unlink()
    await text(browser, url.removeprefix(wall.base), status=404)


async def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandFailed, match=rf"port {port} of 127\.0\.0\.1 is taken"):
            async with open_wall(tmp_path, port=port):
                pass
