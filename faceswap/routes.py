"""Where each generation of the API listens and which fields it takes: the one version table."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from faceswap.errors import GroupNeedsCatalogueFilter
from faceswap.models import APIVersion, Gender, PromptRequest, SwapRequest

CATALOGUE = "/v1/filters/"
HEALTH = "/healthz"
PROMPT = "/v2/run/self-prompt"

_SWAP = {
    APIVersion.V1: "/v1/run/faceswap",
    APIVersion.V5: "/v5/run/face_swap",
    APIVersion.V6: "/v6/run/face_swap",
}
_STATUS = {
    APIVersion.V1: "/v2/status/",  # the first document sends jobs of v1 to the status of v2
    APIVersion.V2: "/v2/status/",
    APIVersion.V5: "/v5/status/",
    APIVersion.V6: "/v6/status/",
}
# Only v6 is documented field by field; v1 and v5 are inferred. The photo goes with each.
_FIELDS = {
    APIVersion.V1: ("gender", "filter_id"),
    APIVersion.V5: ("gender", "filter_id", "ratio"),
    APIVersion.V6: ("gender", "filter_id", "ratio", "quality_mode"),
}


def submit_path(request: SwapRequest | PromptRequest, *, version: APIVersion) -> str:
    """Say where the request goes; a prompt has one place whatever the version."""
    if isinstance(request, PromptRequest):
        return PROMPT
    if version not in _SWAP:
        raise ValueError(f"{version} takes prompts only; filters run on {', '.join(_SWAP)}")
    return _SWAP[version]


def submit_fields(
    request: SwapRequest | PromptRequest, *, version: APIVersion
) -> dict[str, str | int]:
    """List what is sent beside the photo; a combination the API cannot serve is refused here."""
    if isinstance(request, PromptRequest):
        return {"prompt": request.prompt}
    is_uuid = isinstance(request.filter_id, uuid.UUID)
    if is_uuid and request.gender is Gender.GROUP:
        raise GroupNeedsCatalogueFilter("group photos work with integer filters only")
    values: dict[str, str | int] = {
        "gender": int(request.gender),
        "filter_id": str(request.filter_id) if is_uuid else int(request.filter_id),
        "ratio": request.ratio.value,
    }
    if not is_uuid:
        values["quality_mode"] = request.quality.value
    return {name: values[name] for name in _FIELDS[version] if name in values}


def status_path(remote_id: str, *, version: APIVersion) -> str:
    """Say where a job of this version is asked for; the id is opaque and may hold anything."""
    return _STATUS[version] + quote(remote_id, safe="")
