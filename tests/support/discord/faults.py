"""Faults that a test plants: answers held back, connections cut, refusals made up."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.support.discord.changes import Changes
from tests.support.discord.errors import MESSAGES
from tests.support.discord.routing import Reply

DEADLINE = 10.0
ANY = "*"


Where = Callable[[Any], bool]
"""Picks among requests of one method and path, by the request as the server logged it."""


class Fate(enum.Enum):
    """What a held request's answer comes to."""

    RELEASED = enum.auto()
    DROPPED = enum.auto()


class Cut(enum.Enum):
    """Where a connection is reset."""

    REQUEST = enum.auto()  # before the request has come in whole: it takes no effect
    ANSWER = enum.auto()  # half-way through the answer to a request that was carried out


@dataclass(slots=True, kw_only=True, eq=False)
class Planted:
    """Where a fault strikes, and how often it still will (None: always)."""

    method: str
    pattern: str
    times: int | None = 1
    with_files: bool = False  # only at requests that carry a file
    hits: int = 0

    def strikes(self, method: str, path: str, *, has_files: bool = False) -> bool:
        if self.with_files and not has_files:
            return False
        if self.times == self.hits or self.method not in {method, ANY}:
            return False
        return fnmatchcase(path, self.pattern)


@dataclass(slots=True, kw_only=True, eq=False)
class Failure(Planted):
    """An error answer; with `applied` the request has taken effect all the same."""

    reply: Reply
    headers: dict[str, str]
    applied: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Cutting(Planted):
    """A connection that is reset."""

    where: Cut


@dataclass(slots=True, kw_only=True, eq=False)
class Held(Planted):
    """Requests that wait: before they are applied, or with only the answer kept back."""

    before: bool
    changes: Changes
    where: Where = lambda _request: True
    fate: asyncio.Future[Fate] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    async def arrived(self, *, within: float = DEADLINE) -> None:
        """Wait until a request is held."""
        await self.changes.until(
            lambda: self.hits > 0, within=within, what=f"{self.method} {self.pattern} arriving"
        )

    def release(self) -> None:
        """Let it go on, and no longer hold what comes."""
        self._decide(Fate.RELEASED)

    def drop(self) -> None:
        """Reset the connection without an answer."""
        self._decide(Fate.DROPPED)

    def _decide(self, fate: Fate) -> None:
        self.times = self.hits
        if not self.fate.done():
            self.fate.set_result(fate)


class Faults:
    """All that is planted; the server asks it before and after each request."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._failures: list[Failure] = []
        self._holds: list[Held] = []
        self._cuts: list[Cutting] = []

    def hold(
        self, method: str, pattern: str, *, before: bool, times: int | None, where: Where
    ) -> Held:
        held = Held(
            method=method,
            pattern=pattern,
            before=before,
            changes=self._changes,
            times=times,
            where=where,
        )
        self._holds.append(held)
        return held

    def fail(
        self,
        method: str,
        pattern: str,
        *,
        status: int,
        code: int,
        message: str | None,
        headers: dict[str, str] | None,
        retry_after: float,
        times: int | None,
        applied: bool,
        page: str | None,
        with_files: bool,
    ) -> Failure:
        body: Any = {"message": message or MESSAGES.get(code, "Error"), "code": code}
        headers = dict(headers or {})
        if status == 429:
            message = message or "You are being rate limited."
            body |= {"message": message, "retry_after": retry_after, "global": False}
            headers.setdefault("Retry-After", str(retry_after))
            headers.setdefault("Via", "1.1 google")  # without it discord.py assumes a ban
        failure = Failure(
            method=method,
            pattern=pattern,
            times=times,
            with_files=with_files,
            reply=Reply(status, body if page is None else page),
            headers=headers,
            applied=applied,
        )
        self._failures.append(failure)
        return failure

    def cut(
        self, method: str, pattern: str, where: Cut, *, times: int | None, with_files: bool
    ) -> Cutting:
        cutting = Cutting(
            method=method, pattern=pattern, times=times, where=where, with_files=with_files
        )
        self._cuts.append(cutting)
        return cutting

    def cuts(self, method: str, path: str, where: Cut, *, has_files: bool) -> bool:
        """Tell whether this connection is to be reset here."""
        for cutting in self._cuts:
            if cutting.where is where and cutting.strikes(method, path, has_files=has_files):
                cutting.hits += 1
                self._changes.note(f"cut {method} {path} amid its {where.name.lower()}")
                return True
        return False

    async def wait(self, method: str, path: str, *, before: bool, request: Any = None) -> Fate:
        """Hold the request here if a test asked for it."""
        for held in self._holds:
            if held.before is before and held.strikes(method, path) and held.where(request):
                held.hits += 1
                self._changes.note(f"held {method} {path}")
                return await asyncio.shield(held.fate)
        return Fate.RELEASED

    def failure(self, method: str, path: str, *, has_files: bool = False) -> Failure | None:
        for failure in self._failures:
            if failure.strikes(method, path, has_files=has_files):
                failure.hits += 1
                return failure
        return None

    def release_all(self) -> None:
        for held in self._holds:
            held.release()
