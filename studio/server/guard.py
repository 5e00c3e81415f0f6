"""What happens around every request: the key, the studio's stop, and errors as JSON."""

from __future__ import annotations

import hashlib
import hmac
import logging

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from studio.server.errors import Refusal, stopping
from studio.server.limits import BODY_BYTES

OPEN_ROUTES = frozenset({"page", "openapi", "healthz", "preview"})
"""Routes without a key: they show what the studio is, and drawings of its own."""

# Those who wait for a job are told how it stands, and ask again when the studio is back.
_ANSWERED_TO_THE_END = frozenset({"status-v2", "status-v5", "status-v6"})

_log = logging.getLogger(__name__)


class Guard:
    """Knows the keys, and whether the studio is stopping."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._digests = [_digest(key) for key in keys]
        self.is_stopping = False

    def middlewares(self) -> list[Middleware]:
        """Give the middlewares, the outermost first."""

        @web.middleware
        async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await _with_errors_as_json(request, handler)

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            route = request.match_info.route
            if request.match_info.http_exception is None and route.name not in OPEN_ROUTES:
                self._check_key(request)
            if self.is_stopping and route.name not in _ANSWERED_TO_THE_END:
                raise stopping()
            return await handler(request)

        return [answer_errors, check]

    def _check_key(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        bearer = token.strip() if scheme.lower() == "bearer" else ""
        given = request.headers.get("X-API-Key", "").strip() or bearer
        if not given:
            detail = "An API key is required: send it as `X-API-Key` or as a bearer token."
            raise Refusal(detail, status=401, code="UNAUTHORIZED")
        # Digests of one length, all compared: neither a key's length nor its place shows in time.
        matches = [hmac.compare_digest(_digest(given), digest) for digest in self._digests]
        if not any(matches):
            raise Refusal("This API key is not known here.", status=401, code="UNAUTHORIZED")


async def _with_errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refusal as refusal:
        return _json(refusal)
    except web.HTTPException as error:
        return _json(_translated(error), allow=error.headers.get("Allow"))
    except (ConnectionError, web.RequestPayloadError):  # the client has gone: nobody will read this
        return _json(Refusal("The body ended too early.", status=400, code="INVALID_JSON"))
    except Exception:  # noqa: BLE001 - nobody is shown a traceback
        _log.exception("A request to %s failed", request.match_info.route.name)
        return _json(Refusal("The studio failed.", status=500, code="INTERNAL_ERROR"))


def _translated(error: web.HTTPException) -> Refusal:
    megabytes = BODY_BYTES // 1024**2
    known = {
        404: ("NOT_FOUND", "There is nothing at this address."),
        405: ("METHOD_NOT_ALLOWED", "This address does not answer that method."),
        413: ("BODY_TOO_LARGE", f"The body is too large: at most {megabytes} MB are taken."),
    }
    code, detail = known.get(error.status, ("HTTP_ERROR", error.reason))
    return Refusal(detail, status=error.status, code=code)


def _json(refusal: Refusal, *, allow: str | None = None) -> web.Response:
    headers = refusal.headers()
    if allow is not None:
        headers["Allow"] = allow
    return web.json_response(refusal.body(), status=refusal.status, headers=headers)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
