"""Photos from URLs: a loopback server plays the internet, 127.0.0.2 an inner network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from studio.server.addresses import IPAddress
from studio.server.errors import Refusal
from studio.server.fetching import PhotoFetcher
from studio.server.limits import PHOTO_BYTES
from tests.support.studio_api import odd_config, open_api

OUTSIDE, INSIDE = "127.0.0.1", "127.0.0.2"


class Names(AbstractResolver):
    """Knows the hosts of the tests; `rebinding` answers differently from the second time on."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,  # noqa: ARG002 - aiohttp's signature
    ) -> list[ResolveResult]:
        self.asked.append(host)
        second = self.asked.count(host) > 1
        address = {"outside": OUTSIDE, "rebinding": INSIDE if second else OUTSIDE}.get(host, INSIDE)
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
        ]

    async def close(self) -> None:
        pass


def is_outside(address: IPAddress) -> bool:
    return str(address) == OUTSIDE


async def serve(request: web.Request) -> web.StreamResponse:
    here = request.url.port
    redirects = {
        "inside": f"http://inside:{here}/photo",
        "literal": f"http://{INSIDE}:{here}/photo",
        "file": "file:///etc/passwd",
        "again": f"http://rebinding:{here}/photo",
        "hop3": "/hop2",
        "hop2": "/hop1",
        "hop1": "/photo",
        "hop4": "/hop3",
    }
    bodies = {"photo": b"fine", "large": b"x" * (PHOTO_BYTES + 1)}
    what = request.match_info["what"]
    if what in redirects:
        raise web.HTTPFound(redirects[what])
    if what == "silent":
        await asyncio.Event().wait()
    return web.Response(body=bodies[what]) if what in bodies else web.Response(status=404)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Serve the internet and the inner network on one port."""
    app = web.Application()
    app.router.add_get("/{what}", serve)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    sites = [web.TCPSite(runner, OUTSIDE, 0)]
    await sites[0].start()
    sites.append(web.TCPSite(runner, INSIDE, sites[0].port))
    await sites[1].start()
    yield sites[0].port
    await runner.cleanup()


@pytest.fixture
async def fetcher() -> AsyncIterator[PhotoFetcher]:
    async with PhotoFetcher.open(is_allowed=is_outside, resolver=Names(), timeout=2) as fetcher:
        yield fetcher


@pytest.mark.parametrize("path", ["photo", "hop1", "hop3"])
async def test_a_photo_is_fetched_over_at_most_three_redirects(
    fetcher: PhotoFetcher, port: int, path: str
) -> None:
    assert await fetcher.fetch(f"http://outside:{port}/{path}") == b"fine"


@pytest.mark.parametrize(
    ("url", "detail"),
    [
        ("http://inside:{}/photo", "public address"),
        ("http://127.0.0.2:{}/photo", "public address"),
        ("http://2130706434:{}/photo", "URL"),  # spellings of 127.0.0.2
        ("http://0x7f.2:{}/photo", "public address"),
        ("http://[::1]:{}/photo", "public address"),
        ("http://[::ffff:127.0.0.2]:{}/photo", "public address"),
        ("http://outside:{}/inside", "public address"),
        ("http://outside:{}/literal", "public address"),
        ("http://rebinding:{}/again", "public address"),
        ("http://outside:{}/file", "http://"),
        ("http://outside:{}/hop4", "redirects too often"),
        ("http://outside:{}/large", "too large"),
        ("http://outside:{}/missing", "status 404"),
        ("http://name:word@outside:{}/photo", "password"),
        ("ftp://outside:{}/photo", "http://"),
        ("http://outside:{}/" + "x" * 5000, "too long"),
        ("http://:{}/photo", "URL"),
    ],
)
async def test_what_may_not_be_fetched_is_refused(
    fetcher: PhotoFetcher, port: int, url: str, detail: str
) -> None:
    with pytest.raises(Refusal, match=detail) as refused:
        await fetcher.fetch(url.format(port))
    assert (refused.value.status, refused.value.code) == (400, "INVALID_IMAGE")


async def test_a_silent_server_is_given_up(port: int) -> None:
    async with PhotoFetcher.open(is_allowed=is_outside, resolver=Names(), timeout=0.1) as fetcher:
        with pytest.raises(Refusal, match="did not answer"):
            await fetcher.fetch(f"http://outside:{port}/silent")


async def test_a_studio_takes_a_photo_from_a_url(
    tmp_path: Path, fetcher: PhotoFetcher, port: int
) -> None:
    async with open_api(odd_config(tmp_path), fetcher=fetcher) as api:
        answer = await api.submit("", base64=f" http://outside:{port}/photo\n")
        assert answer.status == 200
        answer = await api.submit("", base64=f"http://outside:{port}/inside")
        assert (answer.status, answer.json["error"]) == (400, "INVALID_IMAGE")


async def test_a_studio_never_fetches_from_its_own_machine(tmp_path: Path, port: int) -> None:
    async with open_api(odd_config(tmp_path)) as api:
        for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0"):  # noqa: S104
            answer = await api.submit("", base64=f"HTTP://{host}:{port}/photo")
            assert "public address" in answer.json["detail"]


async def test_urls_can_be_switched_off(tmp_path: Path) -> None:
    async with open_api(odd_config(tmp_path, allow_urls=False)) as api:
        answer = await api.submit("", base64="https://example.org/photo.jpg")
        assert (answer.status, answer.json["error"]) == (400, "INVALID_IMAGE")
        assert "not as URLs" in answer.json["detail"]
