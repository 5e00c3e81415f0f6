"""From a method and a path to the function that answers; knows nothing of HTTP servers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.discord.bodies import Body
from tests.support.discord.files import Upload

_PARAMETER = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the API, read and taken apart."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Body = field(default_factory=Body)

    def id(self, name: str) -> int:
        return int(self.params[name])

    @property
    def json(self) -> dict[str, Any]:
        return self.body.json or {}

    @property
    def files(self) -> dict[int, Upload]:
        return self.body.files


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: Any = None


NO_CONTENT = Reply(204)
Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`public`: the token is in the path, no Authorization header is asked for."""

    method: str
    pattern: re.Pattern[str]
    template: str
    handler: Handler
    public: bool


class Routes:
    """The table of all routes, asked in the order they were added."""

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def add(self, method: str, template: str, handler: Handler, *, public: bool = False) -> None:
        pattern = _PARAMETER.sub(r"(?P<\1>[^/]+)", re.escape(template))
        self._routes.append(
            Route(
                method=method,
                pattern=re.compile(pattern),
                template=template,
                handler=handler,
                public=public,
            )
        )

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        for route in self._routes:
            match = route.pattern.fullmatch(path) if route.method == method else None
            if match:
                return route, match.groupdict()
        return None
