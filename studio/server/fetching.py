"""Fetches photos that are given as URLs; every connection is checked at its socket.

A name is resolved once, by the connector, and the very address it then connects to is looked at. So
neither a second DNS answer nor a redirect nor an odd spelling of an address gets past the check.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from faceswap.models import PhotoProblem
from studio.server.addresses import IPAddress, is_public, parse_address
from studio.server.errors import Refusal, invalid_image
from studio.server.limits import PHOTO_BYTES

_TIMEOUT = 10.0  # seconds for everything, redirects included
_MOST_REDIRECTS = 3
_LONGEST_URL = 4096
_AT_ONCE = 8
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "faceswap-studio"}

AddressCheck = Callable[[IPAddress], bool]


class AddressRefused(OSError):
    """A connection to an address that is not public was about to be made."""


class PhotoFetcher:
    """Downloads photos from public addresses, bounded in size, time and redirects."""

    def __init__(self, session: aiohttp.ClientSession, *, timeout: float) -> None:
        self._session = session
        self._timeout = timeout

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        *,
        is_allowed: AddressCheck = is_public,
        resolver: AbstractResolver | None = None,
        timeout: float = _TIMEOUT,  # noqa: ASYNC109 - of each fetch to come
    ) -> AsyncIterator[PhotoFetcher]:
        connector = aiohttp.TCPConnector(
            resolver=resolver,
            socket_factory=_checked_socket(is_allowed),
            use_dns_cache=False,
            force_close=True,  # a kept connection would be one that nobody checks again
            limit=_AT_ONCE,
        )
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            auto_decompress=False,
            trust_env=False,  # a proxy would connect for us, unchecked
        ) as session:
            yield cls(session, timeout=timeout)

    async def fetch(self, text: str) -> bytes:
        """Download a photo; raises a Refusal (INVALID_IMAGE) that says why it cannot be had."""
        try:
            async with asyncio.timeout(self._timeout):
                return await self._follow(_checked_url(text))
        except TimeoutError:
            detail = f"The photo's URL did not answer within {self._timeout:.0f} seconds."
            raise invalid_image(detail) from None
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressRefused):
                raise _not_public() from None
            raise invalid_image("The photo's URL could not be reached.") from None
        except (aiohttp.ClientError, ValueError, OSError):
            raise invalid_image("The photo's URL could not be read.") from None

    async def _follow(self, url: URL) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            async with self._session.get(url, allow_redirects=False) as response:
                if response.status not in _REDIRECTS:
                    return await _body(response)
                target = response.headers.get("Location", "")
                url = _checked_url(str(url.join(URL(target))))
        raise invalid_image("The photo's URL redirects too often.")


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.status != 200:  # noqa: PLR2004
        raise invalid_image(f"The photo's URL answered with status {response.status}.")
    data = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > PHOTO_BYTES:
            raise invalid_image("The photo at this URL is too large.", PhotoProblem.TOO_LARGE)
    return bytes(data)


def _checked_url(text: str) -> URL:
    if len(text) > _LONGEST_URL:
        raise invalid_image("The photo's URL is too long.")
    try:
        url = URL(text)
    except ValueError:
        raise invalid_image("The photo's URL is not a valid one.") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise invalid_image("A photo's URL must begin with http:// or https:// and name a host.")
    if url.user is not None or url.password is not None:
        raise invalid_image("A photo's URL must not carry a name or password.")
    return url


def _checked_socket(is_allowed: AddressCheck) -> Callable[[Any], socket.socket]:
    """Make sockets for allowed addresses only; called with the address to connect to next."""

    def make(addr_info: Any) -> socket.socket:
        family, kind, protocol, _, address = addr_info
        if not is_allowed(parse_address(str(address[0]))):
            raise AddressRefused("not a public address")
        return socket.socket(family=family, type=kind, proto=protocol)

    return make


def _not_public() -> Refusal:
    return invalid_image("A photo's URL must be on a public address of the internet.")
