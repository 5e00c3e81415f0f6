"""Message components: walking them, Discord's rules for them, and what it makes of them."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from tests.support.discord.errors import invalid

Json = dict[str, Any]

ACTION_ROW, BUTTON, STRING_SELECT = 1, 2, 3
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER = 9, 10, 11, 12, 13, 14, 17
SELECTS = frozenset({3, 5, 6, 7, 8})
LINK_STYLE, PREMIUM_STYLE = 5, 6

MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_GALLERY = 10
MAX_ROW_BUTTONS = 5
MAX_LEGACY_ROWS = 5
MAX_CUSTOM_ID = 100
MAX_OPTIONS = 25

_TOP = frozenset({ACTION_ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER})
_CHILDREN: dict[int, frozenset[int]] = {
    ACTION_ROW: frozenset({BUTTON}) | SELECTS,
    SECTION: frozenset({TEXT}),
    CONTAINER: _TOP - {CONTAINER},
}
_DEFAULTS: dict[int, Json] = {
    GALLERY: {},
    FILE: {"spoiler": False},
    SEPARATOR: {"divider": True, "spacing": 1},
    THUMBNAIL: {"description": None, "spoiler": False},
    CONTAINER: {"accent_color": None, "spoiler": False},
    STRING_SELECT: {"min_values": 1, "max_values": 1},
}


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, outermost first."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        for key in ("accessory", "component"):
            if key in component:
                yield from walk([component[key]])


def texts(components: list[Json]) -> list[str]:
    return [c["content"] for c in walk(components) if c["type"] == TEXT]


def buttons(components: list[Json]) -> list[Json]:
    return [c for c in walk(components) if c["type"] == BUTTON]


def gallery_items(components: list[Json]) -> list[Json]:
    """All that shows a picture: gallery items and thumbnails."""
    items: list[Json] = []
    for component in walk(components):
        if component["type"] == GALLERY:
            items += component["items"]
        elif component["type"] == THUMBNAIL:
            items.append(component)
    return items


def check(components: list[Json], *, v2: bool) -> None:
    """Raise 50035 for what Discord's cross-field rules forbid."""
    every = list(walk(components))
    if v2:
        _check_layout(components, every)
    else:
        _check_legacy(components)
    _check_unique(every)
    for component in every:
        _check_children(component)
        _check_one(component)


def _check_layout(components: list[Json], every: list[Json]) -> None:
    if len(every) > MAX_COMPONENTS:
        raise invalid("components", f"{len(every)} components; at most {MAX_COMPONENTS}")
    length = sum(map(len, texts(components)))
    if length > MAX_TEXT:
        raise invalid("components", f"{length} characters of text; at most {MAX_TEXT}")
    for index, component in enumerate(components):
        if component["type"] not in _TOP:
            raise invalid(f"components.{index}.type", f"{component['type']} not allowed here")


def _check_legacy(components: list[Json]) -> None:
    if len(components) > MAX_LEGACY_ROWS:
        raise invalid("components", f"at most {MAX_LEGACY_ROWS} action rows")
    for index, component in enumerate(components):
        if component["type"] != ACTION_ROW:
            raise invalid(
                f"components.{index}.type",
                "Value of field must be one of (1,) without IS_COMPONENTS_V2.",
            )


def _check_unique(every: list[Json]) -> None:
    _refuse_twice([c["id"] for c in every if c.get("id")], "id")
    custom_ids = [c["custom_id"] for c in every if "custom_id" in c]
    _refuse_twice(custom_ids, "custom_id")
    for custom_id in custom_ids:
        if not 1 <= len(custom_id) <= MAX_CUSTOM_ID:
            raise invalid("components", f"custom_id must be 1 to {MAX_CUSTOM_ID} long")


def _refuse_twice(values: list[Any], field: str) -> None:
    twice = {value for value in values if values.count(value) > 1}
    if twice:
        raise invalid(
            "components",
            f"Component {field} cannot be duplicated: {sorted(map(str, twice))}",
            code=f"COMPONENT_{field.upper()}_DUPLICATED",
        )


def _check_children(component: Json) -> None:
    allowed = _CHILDREN.get(component["type"])
    if allowed is None:
        return
    kinds = [child["type"] for child in component.get("components", [])]
    if not kinds or not allowed.issuperset(kinds):
        raise invalid("components", f"children {kinds} are not allowed in {component['type']}")
    if component["type"] == ACTION_ROW and (
        len(kinds) > MAX_ROW_BUTTONS or (SELECTS.intersection(kinds) and len(kinds) > 1)
    ):
        raise invalid("components", "an action row holds five buttons or one select")
    if component["type"] == SECTION and component["accessory"]["type"] not in {BUTTON, THUMBNAIL}:
        raise invalid("components", "the accessory of a section is a button or a thumbnail")


def _check_one(component: Json) -> None:
    kind = component["type"]
    if kind == BUTTON:
        _check_button(component)
    elif kind == GALLERY and not 1 <= len(component["items"]) <= MAX_GALLERY:
        raise invalid("components", f"a gallery holds 1 to {MAX_GALLERY} items")
    elif kind == STRING_SELECT:
        options = [option["value"] for option in component.get("options", [])]
        if not 1 <= len(options) <= MAX_OPTIONS:
            raise invalid("components", f"a select holds 1 to {MAX_OPTIONS} options")
        _refuse_twice(options, "option_value")


def _check_button(button: Json) -> None:
    style = button.get("style")
    if style == PREMIUM_STYLE:
        return
    if style == LINK_STYLE and ("url" not in button or "custom_id" in button):
        raise invalid("components", "a link button has a url and no custom_id")
    if style != LINK_STYLE and ("custom_id" not in button or "url" in button):
        raise invalid("components", "a button has a custom_id and no url")
    if not button.get("label") and not button.get("emoji"):
        raise invalid("components", "a button has a label or an emoji")


def resolve(components: list[Json], *, media: Callable[[str], Json]) -> list[Json]:
    """Return them as Discord answers: ids given, defaults filled in, media looked up by URL."""
    components = copy.deepcopy(components)
    taken = {component["id"] for component in walk(components) if component.get("id")}
    fresh = (number for number in itertools.count(1) if number not in taken)
    for component in walk(components):
        component["id"] = component.get("id") or next(fresh)
        for key, value in _DEFAULTS.get(component["type"], {}).items():
            if component.get(key) is None:
                component[key] = value
        if "emoji" in component:  # an emoji of everybody's has a name only
            named = component["emoji"].items()
            component["emoji"] = {key: value for key, value in named if value is not None}
        _resolve_media(component, media=media)
    return components


def _resolve_media(component: Json, *, media: Callable[[str], Json]) -> None:
    if component["type"] == GALLERY:
        component["items"] = [
            {"description": None, "spoiler": False} | item | {"media": media(item["media"]["url"])}
            for item in component["items"]
        ]
    elif component["type"] == THUMBNAIL:
        component["media"] = media(component["media"]["url"])
    elif component["type"] == FILE:
        if not component["file"]["url"].startswith(("attachment://", "http://127.0.0.1")):
            raise invalid("components", "a file component shows an uploaded file only")
        component["file"] = media(component["file"]["url"])
        component["name"] = component["file"]["url"].rsplit("/", 1)[-1].split("?")[0]
        component["size"] = component["file"].pop("size", None)
