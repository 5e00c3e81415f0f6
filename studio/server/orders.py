"""Reads the JSON bodies of the run calls and names the field that is wrong. Pure."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from faceswap.models import APIVersion, ErrorCode, FilterId, Gender, Quality, Ratio, parse_filter_id
from studio.server.errors import Refusal, documented, invalid_field
from studio.server.limits import PROMPT_CHARACTERS

Fields = dict[str, Any]  # a JSON object

# Knobs of neural models that clients of the older versions may send. This engine has none of
# them, so they change nothing; a field that is neither here nor known is refused.
IGNORED_FIELDS = frozenset(
    {"enhance", "guidance_scale", "negative_prompt", "seed", "steps", "strength", "watermark"}
)
_SWAP_FIELDS = frozenset({"base64", "gender", "filter_id", "ratio", "quality_mode"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapOrder:
    """A well-formed swap request; its photo and filter are still to be looked at."""

    photo: str = field(repr=False)  # base64 or a URL
    filter_id: FilterId
    gender: Gender
    ratio: Ratio
    quality: Quality


def parse_object(body: bytes) -> Fields:
    """Read a body as one JSON object."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal("The body is not valid JSON.", status=400, code="INVALID_JSON") from None
    if not isinstance(data, dict):
        raise Refusal("The body must be a JSON object.", status=400, code="INVALID_JSON")
    return data


def parse_swap(data: Fields, *, version: APIVersion) -> SwapOrder:
    """Read a swap request of any version; the older ones may carry fields that change nothing."""
    ignored = frozenset() if version is APIVersion.V6 else IGNORED_FIELDS
    _refuse_unknown(data, known=_SWAP_FIELDS | ignored)
    return SwapOrder(
        photo=_photo(data),
        gender=_gender(data),
        filter_id=_filter_id(data),
        ratio=_ratio(data),
        quality=_quality(data),
    )


def parse_prompt(data: Fields) -> str:
    """Read a self-prompt request."""
    _refuse_unknown(data, known=IGNORED_FIELDS | {"prompt"})
    prompt = _required(data, "prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise invalid_field("prompt", "`prompt` must be a text that is not empty.")
    if len(prompt) > PROMPT_CHARACTERS:
        detail = f"`prompt` must have at most {PROMPT_CHARACTERS} characters."
        raise invalid_field("prompt", detail)
    return prompt.strip()


def _refuse_unknown(data: Fields, *, known: frozenset[str]) -> None:
    for name in data:
        if name not in known:
            shown = name[:40]
            raise invalid_field(shown, f"`{shown}` is not a field of this request.")


def _required(data: Fields, name: str) -> object:
    if data.get(name) is None:
        raise invalid_field(name, f"`{name}` is required.")
    return data[name]


def _photo(data: Fields) -> str:
    photo = _required(data, "base64")
    if not isinstance(photo, str):
        raise invalid_field("base64", "`base64` must be a text: the photo in base64, or its URL.")
    return photo


def _gender(data: Fields) -> Gender:
    gender = _required(data, "gender")
    # bool is an int to Python, and 1.0 equals 1; JSON clients mean something else by them.
    if type(gender) is not int or gender not in tuple(Gender):
        detail = "`gender` must be 0 (male), 1 (female), 2 (boy), 3 (girl) or 4 (group)."
        raise invalid_field("gender", detail)
    return Gender(gender)


def _filter_id(data: Fields) -> FilterId:
    value = _required(data, "filter_id")
    if type(value) is int:
        return value
    if isinstance(value, str):
        try:
            return parse_filter_id(value)
        except ValueError:
            pass
    detail = "`filter_id` must be an integer of the catalogue or a UUID."
    raise invalid_field("filter_id", detail)


def _ratio(data: Fields) -> Ratio:
    value = data.get("ratio")
    if value is None:
        return Ratio.PORTRAIT
    if not isinstance(value, str) or value not in tuple(Ratio):
        names = ", ".join(f'"{ratio}"' for ratio in Ratio)
        raise invalid_field("ratio", f"`ratio` must be one of {names}.")
    return Ratio(value)


def _quality(data: Fields) -> Quality:
    value = data.get("quality_mode")
    if value is None:
        return Quality.BEST
    if not isinstance(value, str) or value not in tuple(Quality):
        detail = '`quality_mode` must be "v6" or "v6.1".'
        raise documented(ErrorCode.INVALID_QUALITY_MODE, detail)
    return Quality(value)


def catalogue_id(filter_id: FilterId) -> int:
    """Give a catalogue integer; this studio has no filters behind UUIDs."""
    if isinstance(filter_id, uuid.UUID):
        detail = "This studio has no filters behind UUIDs; take one of its catalogue."
        raise documented(ErrorCode.WORKFLOW_FETCH_FAILED, detail)
    return filter_id
