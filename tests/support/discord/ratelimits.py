"""Rate-limit buckets as Discord tells of them in its headers."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from tests.support.discord.routing import Reply, Route


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `limit` requests per `window` seconds."""

    limit: int
    window: float


_MESSAGES = "/channels/{channel}/messages"
_WEBHOOK = "/webhooks/{app}/{token}"
_RULES = {
    ("POST", _MESSAGES): Rule(5, 5.0),
    ("PATCH", f"{_MESSAGES}/{{message}}"): Rule(5, 5.0),
    ("DELETE", f"{_MESSAGES}/{{message}}"): Rule(5, 1.0),
    ("PUT", f"{_MESSAGES}/pins/{{message}}"): Rule(5, 5.0),
    ("POST", "/channels/{channel}/threads"): Rule(5, 5.0),
    ("POST", f"{_MESSAGES}/{{message}}/threads"): Rule(5, 5.0),
    ("POST", "/guilds/{guild}/channels"): Rule(5, 10.0),
    ("POST", "/guilds/{guild}/scheduled-events"): Rule(5, 60.0),
    ("PATCH", "/guilds/{guild}/scheduled-events/{event}"): Rule(5, 60.0),
    ("POST", _WEBHOOK): Rule(5, 2.0),
    ("PATCH", f"{_WEBHOOK}/messages/{{message}}"): Rule(5, 2.0),
}
_MAJOR = ("channel", "guild", "app", "token")
_OF_ALL = Rule(50, 1.0)  # what a bot's token may ask in all; interactions do not count


@dataclass(slots=True)
class _Bucket:
    used: int
    ends: float


class RateLimits:
    """Counts requests per route and channel (or interaction), while it is switched on."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        self._global_ends = 0.0
        self._of_all = _Bucket(0, 0.0)

    def limit_globally(self, seconds: float) -> None:
        self._global_ends = time.time() + seconds

    def take(self, route: Route, params: dict[str, str]) -> tuple[Reply | None, dict[str, str]]:
        """Count one request: the 429 if it is one too many, and the headers of either answer."""
        if not route.public and self._global_ends > time.time():
            wait = self._global_ends - time.time()
            return _too_many(wait, {"X-RateLimit-Global": "true"}, scope="global")
        if self.enabled and not route.public and (wait := self._over_all()):
            return _too_many(wait, {"X-RateLimit-Global": "true"}, scope="global")
        rule = _RULES.get((route.method, route.template))
        if rule is None or not self.enabled:
            return None, {}
        major = tuple(params[name] for name in _MAJOR if name in params)
        key = (route.method, route.template, *major)
        now = time.time()
        bucket = self._buckets.get(key)
        if bucket is None or bucket.ends <= now:
            bucket = self._buckets[key] = _Bucket(0, now + rule.window)
        bucket.used += 1
        name = hashlib.sha256(repr(key[:2]).encode()).hexdigest()[:32]
        headers = {
            "X-RateLimit-Limit": str(rule.limit),
            "X-RateLimit-Remaining": str(max(0, rule.limit - bucket.used)),
            "X-RateLimit-Reset": f"{bucket.ends:.3f}",
            "X-RateLimit-Reset-After": f"{bucket.ends - now:.3f}",
            "X-RateLimit-Bucket": name,
        }
        if bucket.used <= rule.limit:
            return None, headers
        return _too_many(bucket.ends - now, headers)

    def _over_all(self) -> float:
        """Count one more of all; the seconds to wait if it is one too many."""
        now = time.time()
        if self._of_all.ends <= now:
            self._of_all = _Bucket(0, now + _OF_ALL.window)
        self._of_all.used += 1
        return self._of_all.ends - now if self._of_all.used > _OF_ALL.limit else 0.0


def _too_many(
    wait: float, headers: dict[str, str], *, scope: str = "user"
) -> tuple[Reply, dict[str, str]]:
    is_global = scope == "global"
    body = {"message": "You are being rate limited.", "retry_after": wait, "global": is_global}
    extra = {"Retry-After": str(wait), "Via": "1.1 google", "X-RateLimit-Scope": scope}
    return Reply(429, body), headers | extra
