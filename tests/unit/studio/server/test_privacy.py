"""What may never stand in a log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from tests.support.studio_api import KEY, as_base64, odd_config, open_api


async def test_logs_hold_no_key_no_photo_and_no_prompt(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with open_api(odd_config(tmp_path)) as api:
        for words in ("fine", "fault private-words", "crash", "hog", "inspect fault private-words"):
            answer = await api.submit(words)
            if answer.status == 200:
                await api.finished(answer.json["id"])
        await api.get("/v1/filters/", key="private-words-of-a-wrong-key")
        await api.post("/v2/run/self-prompt", {"prompt": "fault private-words"})
        await api.submit("", base64="http://name:private-words@127.0.0.1/private-words")
    text = caplog.text
    assert "A worker was lost" in text
    assert "The engine raised ValueError" in text
    assert "completed after" in text
    for secret in ("private-words", KEY, "another-key", as_base64(b"fine"), str(tmp_path)):
        assert secret not in text
