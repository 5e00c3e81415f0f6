"""Discord's own OpenAPI document as a judge of what we send and of what the stand-in answers.

The document is not part of the repository; without it every check passes, and the run says so.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

DOCUMENT = Path(__file__).parents[3] / "shared" / "discord-openapi.json"
_ANSWERS_URI = "urn:discord-openapi:answers"
_REQUESTS_URI = "urn:discord-openapi:requests"
_API_PREFIX = re.compile(r"^/api/v\d+")
_PARAMETER = re.compile(r"\\{[^}]+\\}")
_JSON = "application/json"
_METHODS = {"get", "put", "post", "patch", "delete"}


def is_available() -> bool:
    return DOCUMENT.is_file()


def check_request(method: str, path: str, body: Any) -> list[str]:
    """What Discord's document says against this body: one line per problem, none if it is fine.

    `path` may carry /api/v10 and a query; routes that take no JSON have nothing to check.
    """
    if body is None or not is_available():
        return []
    path = _API_PREFIX.sub("", path.partition("?")[0])
    route = _find_route(method.lower(), path)
    if route is None:
        return [f"{method} {path}: no such route in Discord's document"]
    validator = _request_validator(method.lower(), route)
    if validator is None:
        return []
    return _problems(validator, body, f"{method} {path}")


def check_answer(method: str, path: str, *, status: int, body: Any) -> list[str]:
    """The same for an answer: what the document says against one that claims to be Discord's."""
    if not is_available():
        return []
    route = _find_route(method.lower(), _API_PREFIX.sub("", path))
    if route is None:
        return []
    validator = _answer_validator(method.lower(), route, str(status))
    if validator is None:
        return []
    return _problems(validator, body, f"answer to {method} {path}")


def warn_if_absent(write_line: Any) -> None:
    """For `pytest_terminal_summary`: one visible line when requests go unchecked."""
    if not is_available():
        write_line(
            f"Discord's OpenAPI document is not at ../{DOCUMENT.parent.name}/{DOCUMENT.name}: "
            "request bodies were NOT checked against it",
            yellow=True,
            bold=True,
        )


@functools.cache
def _document() -> dict[str, Any]:
    return _read()


def _read() -> dict[str, Any]:
    """The document, with media channels (16), which it lacks and Discord's reference has."""
    document: dict[str, Any] = json.loads(DOCUMENT.read_bytes())
    schemas = document["components"]["schemas"]
    schemas["ChannelTypes"]["oneOf"].append({"title": "GUILD_MEDIA", "const": 16})
    schemas["GuildChannelResponse"]["properties"]["type"]["enum"].append(16)
    for name in ("CreateGuildChannelRequest", "UpdateGuildChannelRequestPartial"):
        schemas[name]["properties"]["type"]["oneOf"][1]["enum"].append(16)
    return document


@functools.cache
def _registry() -> Registry[Any]:
    """The document twice: as it is for answers, and as Discord's servers read requests.

    They take a snowflake as a number too, which discord.py makes use of.
    """
    lenient = _read()
    lenient["components"]["schemas"]["SnowflakeType"]["type"] = ["string", "integer"]
    registry: Registry[Any] = Registry().with_resources(
        (uri, Resource.from_contents(contents, default_specification=DRAFT202012))
        for uri, contents in ((_ANSWERS_URI, _document()), (_REQUESTS_URI, lenient))
    )
    return registry


@functools.cache
def _routes() -> list[tuple[str, re.Pattern[str], str]]:
    """Method, pattern and template of each operation; literal paths before parameters."""
    templates = sorted(_document()["paths"], key=lambda path: path.count("{"))
    return [
        (method, re.compile(_PARAMETER.sub("[^/]+", re.escape(template))), template)
        for template in templates
        for method in _document()["paths"][template]
        if method in _METHODS
    ]


@functools.lru_cache(maxsize=4096)
def _find_route(method: str, path: str) -> str | None:
    for route_method, pattern, template in _routes():
        if route_method == method and pattern.fullmatch(path):
            return template
    return None


@functools.cache
def _request_validator(method: str, template: str) -> Draft202012Validator | None:
    return _validator(
        _REQUESTS_URI, "paths", template, method, "requestBody", "content", _JSON, "schema"
    )


@functools.cache
def _answer_validator(method: str, template: str, status: str) -> Draft202012Validator | None:
    return _validator(
        _ANSWERS_URI, "paths", template, method, "responses", status, "content", _JSON, "schema"
    )


def _validator(uri: str, *steps: str) -> Draft202012Validator | None:
    """A validator for the schema at these steps into the document, if there is one."""
    node: Any = _document()
    for step in steps:
        if step not in node:
            return None
        node = node[step]
    pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
    return Draft202012Validator({"$ref": f"{uri}#/{pointer}"}, registry=_registry())


def _problems(validator: Draft202012Validator, body: Any, what: str) -> list[str]:
    return [f"{what}: {_describe(error)}" for error in validator.iter_errors(body)]


def _describe(error: ValidationError) -> str:
    """The deepest cause: in a union, of the branch that came furthest."""
    error = _deepest(error)
    return f"{error.json_path}: {error.message[:300]}"


def _deepest(error: ValidationError) -> ValidationError:
    while error.context:
        error = max(error.context, key=lambda inner: (_depth(inner), not _is_wrong_kind(inner)))
    return error


def _depth(error: ValidationError) -> int:
    """How far into the body the best explanation below this error points.

    A branch of a union that fails at `type` was never meant, so it does not count.
    """
    siblings: Iterable[ValidationError] = error.context or ()
    own = 0 if _is_wrong_kind(error) else len(error.absolute_path)
    return max([own, *map(_depth, siblings)])


def _is_wrong_kind(error: ValidationError) -> bool:
    return list(error.absolute_path)[-1:] == ["type"]
