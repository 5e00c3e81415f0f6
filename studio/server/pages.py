"""The two documents the studio shows without a key: its description and the page to try it."""

from __future__ import annotations

import base64
import hashlib
import re
from importlib import resources

from aiohttp import web

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class Pages:
    """Both documents, read once."""

    def __init__(self) -> None:
        here = resources.files("studio.server")
        self._openapi = (here / "openapi.json").read_text(encoding="utf-8")
        self._page = (here / "page.html").read_text(encoding="utf-8")
        self._policy = content_policy(self._page)

    def openapi(self) -> web.Response:
        return web.Response(text=self._openapi, content_type="application/json")

    def page(self) -> web.Response:
        headers = {
            "Content-Security-Policy": self._policy,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        }
        return web.Response(text=self._page, content_type="text/html", headers=headers)


def content_policy(page: str) -> str:
    """Allow the page its own script and style, by their hashes, and calls to this studio only."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(_SCRIPT, page)}",
            f"style-src {_hashes(_STYLE, page)}",
            "img-src 'self' blob: data:",
            "connect-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hashes(block: re.Pattern[str], page: str) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in block.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
