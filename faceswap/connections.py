"""The HTTP sessions under the client: how they are opened, kept apart, addressed and closed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from faceswap.answers import shortened
from faceswap.errors import ClientClosed

_WAITING_BUFFER = 2**14  # what one answer may hold in memory before its turn; reading raises it
_UNLIMITED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """Two, so that hundreds of waiting status calls never stand before a submission.

    `status` keeps its connections, for polling. `other` makes a new one for each call: a kept
    connection that the server has just closed would turn a submission into an unknown outcome.
    """

    status: aiohttp.ClientSession
    other: aiohttp.ClientSession


class Connections:
    """Opens the sessions on first use and closes them once; knows the address and the key."""

    def __init__(
        self, url: str, *, key: str, key_header: str, key_prefix: str, connect: float
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the API's URL must start with http:// or https:// and name a host")
        if not (key + key_header + key_prefix).isprintable():
            raise ValueError("the API key, its header and its prefix must each be one line of text")
        self._url = url.rstrip("/")
        self._host = parts.hostname
        self._key = key
        self._key_headers = (
            {key_header: f"{key_prefix} {key}" if key_prefix else key} if key else {}
        )
        self._connect = connect
        self._sessions: Sessions | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self._host}, key ***>"

    @property
    def key_headers(self) -> dict[str, str]:
        return dict(self._key_headers)

    def address(self, path: str) -> str:
        return self._url + path

    def key_headers_for(self, address: str) -> dict[str, str]:
        """Give the key to the API's own server only, wherever else it may send us."""
        ours, other = urlsplit(self._url), urlsplit(address)
        is_ours = (ours.scheme, ours.netloc) == (other.scheme, other.netloc)
        return self.key_headers if is_ours else {}

    def without_key(self, text: str) -> str:
        """Hide the key in what the API or a library says."""
        return text.replace(self._key, "***") if self._key else text

    def describe(self, error: Exception) -> str:
        """Say in one line what failed; it is not chained, its repr may show the headers."""
        return shortened(self.without_key(f"{type(error).__name__}: {error}"))

    async def open(self) -> Sessions:
        """Give the sessions; ClientClosed if they were closed."""
        if self._closed:
            raise ClientClosed
        if self._sessions is None:
            self._sessions = Sessions(
                status=self._session(aiohttp.TCPConnector(limit=_UNLIMITED)),
                other=self._session(aiohttp.TCPConnector(limit=_UNLIMITED, force_close=True)),
            )
        return self._sessions

    async def close(self) -> None:
        self._closed = True
        if self._sessions is not None:
            await self._sessions.status.close()
            await self._sessions.other.close()

    def _session(self, connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=connector,
            # A picture is compressed already; to unpack its base64 would only cost us time.
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            cookie_jar=aiohttp.DummyCookieJar(),
            read_bufsize=_WAITING_BUFFER,
            timeout=aiohttp.ClientTimeout(total=None, connect=self._connect),
        )
