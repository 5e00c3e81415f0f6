"""Every row of the contract's table of errors, in every shape a body may have."""

from __future__ import annotations

import base64
import email.utils
import json
import time

import pytest

from faceswap import (
    APIVersion,
    ErrorCode,
    FaceSwapClient,
    FilterBlocked,
    FilterNotFound,
    FilterUnavailable,
    InvalidPhoto,
    InvalidRequest,
    KeyRefused,
    OutOfCredits,
    PhotoProblem,
    PhotoTooLarge,
    RateLimited,
    Refused,
    SwapRequest,
)
from tests.support.scripted_api import Answer, ScriptedAPI

CODES = [
    (422, "FILTER_BLOCKED", FilterBlocked),
    (422, "FILTER_NOT_FOUND", FilterNotFound),
    (422, "WORKFLOW_FETCH_FAILED", FilterUnavailable),
    (422, "INVALID_QUALITY_MODE", InvalidRequest),
    (400, "INVALID_IMAGE", InvalidPhoto),
]
SHAPES = [
    '{"error": "CODE"}',
    '{"code": "CODE"}',
    '{"detail": "CODE"}',
    '{"ERROR": "CODE"}',
    '{"detail": "CODE: what is wrong"}',
    '{"detail": {"code": "CODE", "message": "what is wrong"}}',
    '{"detail": {"error": "CODE"}}',
    '{"detail": {"error": {"code": "CODE"}}}',
    '{"detail": ["CODE"]}',
    '{"detail": [{"code": "CODE"}]}',
    '{"detail": [{"loc": ["body", 1], "msg": "no", "type": "CODE"}]}',
    '{"detail": [{"type": "value_error", "msg": "Value error, CODE"}]}',
    '{"error": {"code": "CODE"}}',
    '{"error": {"detail": [{"code": "CODE"}]}}',
    '{"code": 422, "error": "CODE"}',
    '{"error": "Unprocessable Entity", "code": "CODE"}',
    '{"error": "VALIDATION_ERROR", "detail": "CODE"}',
    '{"code": {"detail": "CODE"}}',
    '["CODE"]',
    '"CODE"',
    "CODE",
    "<html><h1>CODE</h1></html>",
]


async def _refusal(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, answer: Answer
) -> Refused:
    api.on_submit(answer)
    with pytest.raises(Refused) as caught:
        await client.submit(swap, version=APIVersion.V6)
    assert (api.paid, len(api.submissions)) == (0, 1)
    assert caught.value.status == answer.status
    return caught.value


def test_the_table_is_complete() -> None:
    assert [(code.http_status, code.value) for code in ErrorCode] == [row[:2] for row in CODES]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("status", "code", "kind"), CODES, ids=lambda value: str(value)[:20])
async def test_a_documented_code_is_found_wherever_it_stands(
    api: ScriptedAPI,
    client: FaceSwapClient,
    swap: SwapRequest,
    *,
    status: int,
    code: str,
    kind: type[Refused],
    shape: str,
) -> None:
    body = (
        shape.replace("CODE", code) if "code" not in shape else shape.replace('"CODE', f'"{code}')
    )

    error = await _refusal(api, client, swap, Answer(status=status, body=body))

    assert (type(error), error.code) == (kind, code)
    assert error.detail == body


@pytest.mark.parametrize("written", [str.lower, str.title, lambda code: code.replace("_", " ")])
@pytest.mark.parametrize(("status", "code", "kind"), CODES, ids=lambda value: str(value)[:20])
async def test_a_code_is_found_however_it_is_written(
    api: ScriptedAPI,
    client: FaceSwapClient,
    swap: SwapRequest,
    *,
    status: int,
    code: str,
    kind: type[Refused],
    written: type[str],
) -> None:
    answer = Answer(status=status, body={"error": written(code)})

    error = await _refusal(api, client, swap, answer)

    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, "", KeyRefused, None),
        (403, {"detail": "Forbidden"}, KeyRefused, None),
        (403, {"error": "FILTER_BLOCKED"}, FilterBlocked, "FILTER_BLOCKED"),
        (401, {"error": "INVALID_IMAGE"}, KeyRefused, "INVALID_IMAGE"),
        (402, "", OutOfCredits, None),
        (402, {"error": "INVALID_IMAGE"}, OutOfCredits, "INVALID_IMAGE"),
        (400, {"detail": "Insufficient credits"}, OutOfCredits, None),
        (403, {"message": "You have no credit left"}, OutOfCredits, None),
        (422, {"error": {"code": "NOT_ENOUGH_CREDITS"}}, OutOfCredits, "NOT_ENOUGH_CREDITS"),
        (429, {"detail": "Out of credits"}, OutOfCredits, None),
        (
            422,
            {"error": "FILTER_BLOCKED", "message": "costs 4 credits"},
            FilterBlocked,
            "FILTER_BLOCKED",
        ),
        (422, {"detail": [{"msg": "too long", "input": "my credit card"}]}, InvalidRequest, None),
        (400, "an accredited photo", InvalidRequest, None),
        (413, "", PhotoTooLarge, None),
        (413, {"error": "INVALID_IMAGE"}, PhotoTooLarge, "INVALID_IMAGE"),
        (413, {"detail": "costs credits"}, PhotoTooLarge, None),
        (404, "", InvalidRequest, None),
        (404, {"error": "FILTER_NOT_FOUND"}, FilterNotFound, "FILTER_NOT_FOUND"),
        (400, {"detail": "?"}, InvalidRequest, None),
        (405, "", InvalidRequest, None),
        (409, "", InvalidRequest, None),
        (415, "", InvalidRequest, None),
        (418, {"error": "SHORT_AND_STOUT"}, InvalidRequest, "SHORT_AND_STOUT"),
        (422, "", InvalidRequest, None),
        (422, "{", InvalidRequest, None),
        (422, "null", InvalidRequest, None),
        (422, "[" * 100_000, InvalidRequest, None),
        (422, b"\xff\x00\xfe", InvalidRequest, None),
        (422, {"detail": [None, 1, {"msg": []}]}, InvalidRequest, None),
        (422, {"detail": "x" * 2**20}, InvalidRequest, None),
        (422, "<html><body>Unprocessable</body></html>", InvalidRequest, None),
    ],
)
async def test_every_other_refusal(
    api: ScriptedAPI,
    client: FaceSwapClient,
    swap: SwapRequest,
    *,
    status: int,
    body: object,
    kind: type[Refused],
    code: str | None,
) -> None:
    error = await _refusal(api, client, swap, Answer(status=status, body=body))

    assert (type(error), error.code) == (kind, code)
    assert len(error.detail) <= 300
    assert error.detail.isprintable()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"error": "INVALID_IMAGE", "problem": "NO_FACE"}, PhotoProblem.NO_FACE),
        ({"detail": {"code": "INVALID_IMAGE", "problem": "too_large"}}, PhotoProblem.TOO_LARGE),
        (
            {"detail": [{"code": "INVALID_IMAGE", "problem": "TOO_MANY_FACES"}]},
            PhotoProblem.TOO_MANY_FACES,
        ),
        ({"error": "INVALID_IMAGE", "problem": "UGLY"}, None),
        ({"error": "INVALID_IMAGE", "problem": 3}, None),
        ({"error": "INVALID_IMAGE"}, None),
    ],
)
async def test_what_is_wrong_with_a_photo_is_kept_where_it_is_said(
    api: ScriptedAPI,
    client: FaceSwapClient,
    swap: SwapRequest,
    *,
    body: object,
    problem: PhotoProblem | None,
) -> None:
    error = await _refusal(api, client, swap, Answer(status=400, body=body))

    assert isinstance(error, InvalidPhoto)
    assert error.problem == problem


async def _wait_after(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest, header: str | None
) -> float:
    headers = {} if header is None else {"Retry-After": header}
    error = await _refusal(api, client, swap, Answer(status=429, headers=headers))
    assert isinstance(error, RateLimited)
    return error.retry_after


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        ("2.5", 2.5),
        ("0", 1),
        ("-4", 1),
        ("86400", 3600),
        ("inf", 3600),
        ("nan", 30),
        ("soon", 30),
        ("", 30),
        (None, 30),
    ],
)
async def test_retry_after_in_seconds(
    api: ScriptedAPI,
    client: FaceSwapClient,
    swap: SwapRequest,
    *,
    header: str | None,
    seconds: float,
) -> None:
    assert await _wait_after(api, client, swap, header) == seconds


@pytest.mark.parametrize(
    ("ahead", "shortest", "longest"), [(120, 60, 120), (-120, 1, 1), (10**6, 3600, 3600)]
)
async def test_retry_after_as_a_date(
    api: ScriptedAPI,
    client: FaceSwapClient,
    swap: SwapRequest,
    *,
    ahead: float,
    shortest: float,
    longest: float,
) -> None:
    moment = email.utils.formatdate(time.time() + ahead, usegmt=True)

    assert shortest <= await _wait_after(api, client, swap, moment) <= longest


async def test_a_photo_that_is_sent_back_stays_out_of_the_log(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest
) -> None:
    photo = base64.b64encode(bytes(range(256))).decode()
    body = {"detail": [{"msg": "too dark", "input": {"base64": photo}}]}

    error = await _refusal(api, client, swap, Answer(status=422, body=body))

    assert "too dark" in error.detail
    assert photo[:20] not in error.detail


async def test_a_rate_limit_that_counts_in_credits_is_no_empty_account(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest
) -> None:
    body, headers = {"detail": "10 credits a minute"}, {"Retry-After": "5"}

    error = await _refusal(api, client, swap, Answer(status=429, body=body, headers=headers))

    assert isinstance(error, RateLimited)


async def test_a_refusal_counts_even_if_its_text_is_cut_off(
    api: ScriptedAPI, client: FaceSwapClient, swap: SwapRequest
) -> None:
    body = json.dumps({"error": "INVALID_IMAGE", "padding": "x" * 1000})

    error = await _refusal(api, client, swap, Answer(status=400, body=body, cut_after=50))

    assert isinstance(error, InvalidPhoto | InvalidRequest)
