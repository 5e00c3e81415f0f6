from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from tests.support import openapi
from tests.support.discord import DiscordStandIn

needs_document = pytest.mark.skipif(
    not openapi.is_available(), reason=f"{openapi.DOCUMENT.name} is not beside the repository"
)
CALLBACK = "/api/v10/interactions/1/token/callback?with_response=1"


def message_with(component: dict[str, Any]) -> dict[str, Any]:
    return {"type": 4, "data": {"components": [{"type": 1, "components": [component]}]}}


def button(label: str) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": label, "custom_id": "a"}


@needs_document
def test_a_body_at_the_limit_passes_and_one_beyond_is_explained() -> None:
    assert openapi.check_request("POST", CALLBACK, message_with(button("x" * 80))) == []
    [problem] = openapi.check_request("POST", CALLBACK, message_with(button("x" * 81)))
    assert "$.data.components[0].components[0].label" in problem
    assert "too long" in problem


@needs_document
def test_ids_may_be_numbers_in_requests_but_not_in_answers() -> None:
    body = {"attachments": [{"id": 0, "filename": "a.png"}]}
    assert openapi.check_request("PATCH", "/channels/1/messages/2", body) == []
    assert openapi.check_request("POST", CALLBACK, {"type": 4, "data": body}) == []
    answer = {"url": "ws://127.0.0.1"}
    assert openapi.check_answer("GET", "/gateway", status=200, body=answer) == []
    [problem] = openapi.check_answer("GET", "/channels/1", status=200, body={"id": 1})
    assert "answer to GET /channels/1" in problem


@needs_document
def test_an_unknown_route_is_a_problem() -> None:
    assert openapi.check_request("POST", "/channels/1/massages", {}) != []


@needs_document
async def test_a_body_that_breaks_the_document_fails_the_test_it_was_sent_in() -> None:
    standin = await DiscordStandIn().__aenter__()
    headers = {"Authorization": f"Bot {standin.token}"}
    url = f"{standin.origin}/api/v10/users/@me/channels"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, json={"recipient_id": []}, headers=headers) as answer,
    ):
        assert answer.status == 400
    with pytest.raises(AssertionError, match="recipient_id"):
        await standin.__aexit__(None, None, None)


def test_without_the_document_nothing_is_checked_and_the_run_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(openapi, "is_available", lambda: False)
    assert openapi.check_request("POST", "/nowhere", {}) == []
    openapi.warn_if_absent(lambda line, **_style: lines.append(line))
    assert "NOT checked" in lines[0]
