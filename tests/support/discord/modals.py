"""Filling in a modal: every kind of field, by its custom_id or its label."""

from __future__ import annotations

from typing import Any

from tests.support.discord.files import Upload
from tests.support.discord.options import NotPossible, Resolver, check_count, pick

Json = dict[str, Any]

ROW, TEXT_INPUT, TEXT_DISPLAY, LABEL = 1, 4, 10, 18
SELECTS = frozenset({3, 5, 6, 7, 8})
FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 19, 21, 22, 23


def fill_modal(modal: Json, given: dict[str, Any], resolver: Resolver) -> list[Json]:
    """The `components` of a modal submit, after every check that the client makes."""
    left = dict(given)
    filled = [_fill(part, left, resolver) for part in modal["components"]]
    if left:
        raise NotPossible(f"the modal has no {sorted(left)}; it has {field_names(modal)}")
    return filled


def field_names(modal: Json) -> list[str]:
    names = []
    for part in modal["components"]:
        inner = [part["component"]] if part["type"] == LABEL else part.get("components", [])
        names += [child["custom_id"] for child in inner]
    return names


def _fill(part: Json, left: dict[str, Any], resolver: Resolver) -> Json:
    common = {"type": part["type"], "id": part.get("id") or 0}
    if part["type"] == TEXT_DISPLAY:
        return common
    if part["type"] == LABEL:
        child = _field(part["component"], part["label"], left, resolver)
        return common | {"component": child}
    children = [_field(c, c.get("label", ""), left, resolver) for c in part["components"]]
    return common | {"components": children}


def _field(field: Json, label: str, left: dict[str, Any], resolver: Resolver) -> Json:
    custom_id = field["custom_id"]
    key = custom_id if custom_id in left else label
    filled: Json = {"type": field["type"], "id": field.get("id") or 0, "custom_id": custom_id}
    given = left.pop(key, None)
    if given is None:
        given = _default(field)
    empty = given is None or given in ("", [])
    if empty and field.get("required", True) and field["type"] != CHECKBOX:
        raise NotPossible(f"{custom_id} ({label}) is required")
    return filled | _answer(field, None if empty else given, resolver)


def _default(field: Json) -> Any:
    if field["type"] == TEXT_INPUT:
        return field.get("value")
    if field["type"] == CHECKBOX:
        return field.get("default", False)
    chosen = [o["value"] for o in field.get("options", []) if o.get("default")]
    if field["type"] == RADIO:
        return chosen[0] if chosen else None
    return chosen


def _answer(field: Json, given: Any, resolver: Resolver) -> Json:
    kind = field["type"]
    if kind == TEXT_INPUT:
        return {"value": _text(field, given or "")}
    if kind == CHECKBOX:
        return {"value": bool(given)}
    if kind == RADIO:
        return {"value": None if given is None else pick(field, given, resolver)[0]}
    if given is None:
        return {"values": []}
    if kind == FILE_UPLOAD:
        return {"values": _files(field, given, resolver)}
    if kind in SELECTS or kind == CHECKBOXES:
        every = len(field.get("options", [])) if kind == CHECKBOXES else 1
        bounded = field | {"max_values": field.get("max_values") or every}
        return {"values": pick(bounded, given, resolver)}
    raise NotPossible(f"the stand-in cannot fill in a component of type {kind}")


def _text(field: Json, given: str) -> str:
    low, high = field.get("min_length") or 0, field.get("max_length") or 4000
    if given and not low <= len(given) <= high:
        raise NotPossible(f"{field['custom_id']}: {len(given)} is not in {low} to {high}")
    return given


def _files(field: Json, given: Any, resolver: Resolver) -> list[str]:
    uploads = list(given) if isinstance(given, list | tuple) else [given]
    check_count(field, len(uploads))
    if not all(isinstance(upload, Upload) for upload in uploads):
        raise NotPossible(f"{field['custom_id']} takes uploads")
    return [resolver(upload) for upload in uploads]
