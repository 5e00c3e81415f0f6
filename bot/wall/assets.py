"""The files of the page: served from memory below a digest of all of them, so for ever the same."""

from __future__ import annotations

import hashlib
from importlib import resources

from aiohttp import web

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """Styles, scripts and fonts, read once."""

    def __init__(self) -> None:
        folder = resources.files("bot.wall").joinpath("assets")
        self._files = {
            file.name: file.read_bytes()
            for file in sorted(folder.iterdir(), key=lambda each: each.name)
            if _suffix(file.name) in _TYPES
        }
        digest = hashlib.sha256()
        for name, content in self._files.items():
            digest.update(name.encode() + b"\0" + content)
        self.digest = digest.hexdigest()[:16]

    def find(self, digest: str, name: str) -> web.Response | None:
        """Return a file; None if there is none, or it was another once."""
        content = self._files.get(name)
        if content is None or digest != self.digest:
            return None
        response = web.Response(body=content, content_type=_TYPES[_suffix(name)])
        response.headers["Cache-Control"] = _FOR_EVER
        if response.content_type.startswith("text/"):
            response.charset = "utf-8"
        return response


def _suffix(name: str) -> str:
    return f".{name.rpartition('.')[2]}"
