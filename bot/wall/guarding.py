"""What every answer of the wall's server has in common: headers, and no word about failures."""

from __future__ import annotations

import logging

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.wall.pages import Pages
from db.errors import StorageUnavailable

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",  # the address of a page is its key
    "Server": "wall",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}

_log = logging.getLogger(__name__)


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """Add the headers of all answers, just before one is sent."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


def answering_kindly(pages: Pages) -> Middleware:
    """Answer failures with pages of ours; no address stands in the log, since it holds a key."""

    @web.middleware
    async def kindly(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPClientError:  # whatever was asked, and however: there is nothing
            return pages.nothing_here()
        except StorageUnavailable:
            return pages.failure(web.HTTPServiceUnavailable.status_code)
        except (web.HTTPException, ConnectionError, TimeoutError):
            raise
        except Exception:  # noqa: BLE001 - a visitor learns nothing of what went wrong
            _log.exception("A page of the wall could not be served.")
            return pages.failure(web.HTTPInternalServerError.status_code)

    return kindly
