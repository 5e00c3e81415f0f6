"""Every row of the API's two documents, from the server's side."""

from __future__ import annotations

import io
import random
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from faceswap.models import PhotoProblem, Ratio
from tests.support.odd_engine import A_GROUP, ONE_PERSON
from tests.support.studio_api import StudioApi, as_base64, odd_config, open_api, swap_body

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUNS = {
    "v1": "/v1/run/faceswap",
    "v5": "/v5/run/face_swap",
    "v6": "/v6/run/face_swap",
}
PROMPT = "/v2/run/self-prompt"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StudioApi]:
    async with open_api(odd_config(tmp_path_factory.mktemp("studio"))) as api:
        yield api


@pytest.mark.parametrize("path", ["/v1/filters/", "/v1/filters"])
async def test_the_catalogue_gives_ids_as_strings_and_our_extra_fields(
    api: StudioApi, path: str
) -> None:
    answer = await api.get(path)
    assert answer.status == 200
    assert answer.json[0] == {
        "id": "1",
        "name": "For anyone",
        "category": "odd",
        "group": True,
        "description": "For anyone.",
        "preview_url": "/v1/filters/1/preview",
    }


@pytest.mark.parametrize(
    ("version", "first"), [("v1", "QUEUED"), ("v5", "IN_QUEUE"), ("v6", "IN_QUEUE")]
)
async def test_a_photo_becomes_a_png_of_the_default_shape(
    api: StudioApi, version: str, first: str
) -> None:
    receipt = (await api.post(RUNS[version], swap_body("fine"))).json
    assert receipt["status"] == first
    if version == "v1":
        answer = await api.polled(receipt["id"])
    else:
        answer = await api.post(f"/{version}/status/{receipt['id']}")
    assert answer.json["id"] == receipt["id"]
    with Image.open(io.BytesIO(answer.picture)) as image:
        assert (image.format, image.size) == ("PNG", (1200, 1800))


async def test_a_prompt_becomes_a_picture_and_says_what_was_understood(api: StudioApi) -> None:
    receipt = (await api.post(PROMPT, {"prompt": "  neon lights "})).json
    assert receipt["status"] == "QUEUED"
    answer = await api.polled(receipt["id"])
    assert answer.json["understood"] == "nothing of 11 characters"
    assert answer.picture.startswith(b"\x89PNG")


@pytest.mark.parametrize("ratio", list(Ratio))
@pytest.mark.parametrize("version", ["v1", "v5", "v6"])
async def test_the_ratio_decides_the_size(api: StudioApi, version: str, ratio: Ratio) -> None:
    receipt = (await api.post(RUNS[version], swap_body("fine", ratio=ratio.value))).json
    status = api.polled(receipt["id"]) if version == "v1" else None
    answer = await (status or api.post(f"/{version}/status/{receipt['id']}"))
    with Image.open(io.BytesIO(answer.picture)) as image:
        assert image.size == ratio.size


@pytest.mark.parametrize(("mode", "blue"), [("v6", 0), ("v6.1", 1), (None, 1)])
async def test_the_quality_mode_reaches_the_engine(
    api: StudioApi, mode: str | None, blue: int
) -> None:
    job_id = await api.submitted("fine", gender=3, filter_id="2", quality_mode=mode)
    with Image.open(io.BytesIO((await api.finished(job_id)).picture)) as image:
        assert image.getpixel((0, 0)) == (2, 3, blue)


@pytest.mark.parametrize("form", ["data:image/jpeg;base64,{}", " {}\r\n", "{}"])
async def test_base64_may_carry_a_prefix_and_white_space(api: StudioApi, form: str) -> None:
    photo = form.format(as_base64(b"fine"))
    assert (await api.submit("", base64=photo)).status == 200


@pytest.mark.parametrize("version", ["v1", "v5"])
async def test_the_older_versions_ignore_the_knobs_of_other_engines(
    api: StudioApi, version: str
) -> None:
    body = swap_body("fine", steps=30, seed=1, negative_prompt="hats")
    assert (await api.post(RUNS[version], body)).status == 200


REFUSED: list[tuple[dict[str, Any], int, dict[str, str]]] = [
    ({"filter_id": 99}, 422, {"error": "FILTER_NOT_FOUND"}),
    ({"filter_id": -1}, 422, {"error": "FILTER_NOT_FOUND"}),
    ({"filter_id": 10**30}, 422, {"error": "FILTER_NOT_FOUND"}),
    ({"filter_id": ONE_PERSON, "gender": 4}, 422, {"error": "FILTER_BLOCKED"}),
    ({"filter_id": A_GROUP, "gender": 0}, 422, {"error": "FILTER_BLOCKED"}),
    ({"filter_id": str(uuid.uuid4())}, 422, {"error": "WORKFLOW_FETCH_FAILED"}),
    ({"filter_id": str(uuid.uuid4()), "gender": 4}, 422, {"error": "WORKFLOW_FETCH_FAILED"}),
    ({"quality_mode": "v7"}, 422, {"error": "INVALID_QUALITY_MODE"}),
    ({"quality_mode": 6}, 422, {"error": "INVALID_QUALITY_MODE"}),
    ({"quality_mode": ""}, 422, {"error": "INVALID_QUALITY_MODE"}),
    ({"base64": ""}, 400, {"error": "INVALID_IMAGE"}),
    ({"base64": " \n"}, 400, {"error": "INVALID_IMAGE"}),
    ({"base64": "data:image/png;base64,"}, 400, {"error": "INVALID_IMAGE"}),
    ({"base64": "no base64!"}, 400, {"error": "INVALID_IMAGE", "problem": "NOT_AN_IMAGE"}),
    ({"base64": "Zm9vé"}, 400, {"error": "INVALID_IMAGE", "problem": "NOT_AN_IMAGE"}),
    ({"base64": "Zm9v="}, 400, {"error": "INVALID_IMAGE", "problem": "NOT_AN_IMAGE"}),
    ({"base64": None}, 422, {"error": "INVALID_REQUEST", "field": "base64"}),
    ({"base64": 7}, 422, {"error": "INVALID_REQUEST", "field": "base64"}),
    ({"gender": None}, 422, {"error": "INVALID_REQUEST", "field": "gender"}),
    ({"gender": 5}, 422, {"error": "INVALID_REQUEST", "field": "gender"}),
    ({"gender": True}, 422, {"error": "INVALID_REQUEST", "field": "gender"}),
    ({"gender": 1.0}, 422, {"error": "INVALID_REQUEST", "field": "gender"}),
    ({"gender": "0"}, 422, {"error": "INVALID_REQUEST", "field": "gender"}),
    ({"filter_id": None}, 422, {"error": "INVALID_REQUEST", "field": "filter_id"}),
    ({"filter_id": "Neon"}, 422, {"error": "INVALID_REQUEST", "field": "filter_id"}),
    ({"filter_id": 1.0}, 422, {"error": "INVALID_REQUEST", "field": "filter_id"}),
    ({"filter_id": False}, 422, {"error": "INVALID_REQUEST", "field": "filter_id"}),
    ({"ratio": "wide"}, 422, {"error": "INVALID_REQUEST", "field": "ratio"}),
    ({"ratio": 1.5}, 422, {"error": "INVALID_REQUEST", "field": "ratio"}),
    ({"webhook": "https://example.org"}, 422, {"error": "INVALID_REQUEST", "field": "webhook"}),
]


@pytest.mark.parametrize("version", ["v1", "v5", "v6"])
@pytest.mark.parametrize(("change", "status", "expected"), REFUSED)
async def test_a_wrong_request_is_refused_with_its_code(
    api: StudioApi, version: str, change: dict[str, Any], status: int, expected: dict[str, str]
) -> None:
    answer = await api.post(RUNS[version], {**swap_body("fine"), **change})
    assert answer.status == status
    assert {name: answer.json.get(name) for name in expected} == expected
    assert answer.json["detail"].endswith(".")


@pytest.mark.parametrize("field", ["base64", "gender", "filter_id"])
async def test_a_missing_field_is_named(api: StudioApi, field: str) -> None:
    body = swap_body("fine")
    del body[field]
    answer = await api.post(RUNS["v6"], body)
    assert (answer.status, answer.json["field"]) == (422, field)


async def test_v6_refuses_fields_it_does_not_know(api: StudioApi) -> None:
    answer = await api.submit("fine", steps=30)
    assert (answer.status, answer.json["field"]) == (422, "steps")


@pytest.mark.parametrize("problem", list(PhotoProblem))
async def test_a_photo_the_engine_refuses_never_becomes_a_job(
    api: StudioApi, problem: PhotoProblem
) -> None:
    answer = await api.submit(f"refuse {problem.value}")
    assert answer.status == 400
    assert answer.json == {
        "error": "INVALID_IMAGE",
        "detail": "The photo says so.",
        "problem": problem.value,
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "prompt"),
        ({"prompt": None}, "prompt"),
        ({"prompt": 5}, "prompt"),
        ({"prompt": " "}, "prompt"),
        ({"prompt": "x" * 1001}, "prompt"),
        ({"prompt": "x", "base64": ""}, "base64"),
    ],
)
async def test_a_wrong_prompt_is_refused(api: StudioApi, body: object, field: str) -> None:
    answer = await api.post(PROMPT, body)
    assert (answer.status, answer.json["field"]) == (422, field)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[]", b'"x"', b"NaN", b"[" * 100_000])
@pytest.mark.parametrize("path", [*RUNS.values(), PROMPT])
async def test_a_body_that_is_no_json_object_is_refused(
    api: StudioApi, path: str, data: bytes
) -> None:
    answer = await api.post(path, data=data, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["error"]) == (400, "INVALID_JSON")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_form_is_told_to_be_json(api: StudioApi, kind: str) -> None:
    answer = await api.post(RUNS["v6"], data=b"x=1", headers={"Content-Type": kind})
    assert (answer.status, answer.json["error"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_a_body_that_is_too_large_is_refused(api: StudioApi) -> None:
    body = b'{"base64": "' + b"A" * (30 * 1024 * 1024) + b'"}'
    answer = await api.post(RUNS["v6"], data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["error"]) == (413, "BODY_TOO_LARGE")


async def test_a_photo_that_is_too_large_is_refused(api: StudioApi) -> None:
    answer = await api.submit("", base64="A" * (28 * 1024 * 1024))
    assert answer.status == 400
    assert (answer.json["error"], answer.json["problem"]) == ("INVALID_IMAGE", "TOO_LARGE")


@pytest.mark.parametrize("asked", ["v2", "v5", "v6"])
@pytest.mark.parametrize("version", ["v1", "v5", "v6"])
async def test_status_is_known_only_at_the_version_of_the_job(
    api: StudioApi, version: str, asked: str
) -> None:
    job_id = (await api.post(RUNS[version], swap_body("fine"))).json["id"]
    answer = await api.post(f"/{asked}/status/{job_id}")
    own = asked == {"v1": "v2"}.get(version, version)
    assert answer.status == (200 if own else 404)


@pytest.mark.parametrize("version", ["v2", "v5", "v6"])
async def test_an_unknown_job_is_not_found(api: StudioApi, version: str) -> None:
    answer = await api.post(f"/{version}/status/job-abc-123")
    assert (answer.status, answer.json["error"]) == (404, "JOB_NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v6/status/x", "POST"),
        ("GET", "/v2/status/x", "POST"),
        ("PUT", "/v6/run/face_swap", "POST"),
        ("POST", "/v1/filters/", "GET,HEAD"),
    ],
)
async def test_another_method_is_not_allowed(
    api: StudioApi, method: str, path: str, allowed: str
) -> None:
    answer = await api.call(method, path)
    assert (answer.status, answer.json["error"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == allowed


@pytest.mark.parametrize("path", ["/nothing", "/v1/status/x", "/v2/run/faceswap", "/v7/status/x"])
async def test_other_addresses_are_not_found(api: StudioApi, path: str) -> None:
    answer = await api.post(path)
    assert (answer.status, answer.json["error"]) == (404, "NOT_FOUND")


async def test_previews_are_cacheable_and_need_no_key(api: StudioApi) -> None:
    first = await api.get("/v1/filters/1/preview", key=None)
    assert first.headers["Content-Type"] == "image/webp"
    assert "max-age" in first.headers["Cache-Control"]
    with Image.open(io.BytesIO(first.raw)) as image:
        assert image.format == "WEBP"
    known = {"If-None-Match": first.headers["ETag"]}
    again = await api.get("/v1/filters/1/preview", key=None, headers=known)
    assert (again.status, again.raw) == (304, b"")


@pytest.mark.parametrize("name", ["99", "x", "-1", "٣"])
async def test_an_unknown_filter_has_no_preview(api: StudioApi, name: str) -> None:
    assert (await api.get(f"/v1/filters/{name}/preview")).status == 404


async def test_health_tells_what_a_client_may_rely_on(api: StudioApi) -> None:
    answer = await api.get("/healthz", key=None)
    assert answer.json["status"] == "ok"
    assert answer.json["service"] == "faceswap-studio"
    assert answer.json["idempotency_key"] is True
    assert answer.json["workers"] == {"ready": 1, "total": 1}


async def test_a_picture_of_megabytes_arrives_whole(api: StudioApi) -> None:
    picture = (await api.finished(await api.submitted("large"))).picture
    assert len(picture) > 6_000_000
    with Image.open(io.BytesIO(picture)) as image:
        assert image.tobytes() == random.Random(1).randbytes(1200 * 1800 * 3)


async def test_an_engine_that_prints_disturbs_nobody(api: StudioApi) -> None:
    answer = await api.finished(await api.submitted("chatter"))
    assert answer.json["status"] == "COMPLETED"


KEYED = [
    ("GET", "/v1/filters/"),
    ("GET", "/v1/filters"),
    *(("POST", path) for path in (*RUNS.values(), PROMPT)),
    *(("POST", f"/{version}/status/x") for version in ("v2", "v5", "v6")),
]


@pytest.mark.parametrize(("method", "path"), KEYED)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": "wrong"},
        {"X-API-Key": "key-of-the-test"},
        {"X-API-Key": "kéy"},
        {"Authorization": "Basic key-of-the-tests"},
        {"Authorization": "Bearer"},
    ],
)
async def test_without_a_right_key_nothing_is_answered(
    api: StudioApi, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = await api.call(method, path, key=None, headers=headers)
    assert (answer.status, answer.json["error"]) == (401, "UNAUTHORIZED")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": "key-of-the-tests"},
        {"X-API-Key": "another-key"},
        {"Authorization": "Bearer key-of-the-tests"},
        {"Authorization": "bearer another-key"},
    ],
)
async def test_every_key_opens_in_both_headers(api: StudioApi, headers: dict[str, str]) -> None:
    assert (await api.get("/v1/filters/", key=None, headers=headers)).status == 200
