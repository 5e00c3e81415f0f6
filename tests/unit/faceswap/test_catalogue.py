from __future__ import annotations

import logging
import uuid

import pytest

from faceswap import (
    CatalogueUnavailable,
    FaceSwapClient,
    FaceSwapError,
    Filter,
    FilterId,
    KeyRefused,
    Timeouts,
)
from tests.support.scripted_api import RESET, Answer, ScriptedAPI

UUID = uuid.UUID("0b0e6a0e-7f5e-4a55-9df2-2f8d3a1c9b7d")


async def test_the_catalogue_of_the_document(api: ScriptedAPI, client: FaceSwapClient) -> None:
    api.filters = [
        {"id": "12", "name": "Cyberpunk Neon"},
        {"id": "34", "name": "Vintage Portrait"},
    ]

    filters = await client.list_filters()

    assert filters == (
        Filter(id=12, name="Cyberpunk Neon"),
        Filter(id=34, name="Vintage Portrait"),
    )
    [call] = api.calls
    assert (call.path, call.body) == ("/v1/filters/", b"")


async def test_an_empty_catalogue_is_one(api: ScriptedAPI, client: FaceSwapClient) -> None:
    api.filters = []

    assert await client.list_filters() == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [("12", 12), (12, 12), (" 12 ", 12), ("007", 7), (str(UUID), UUID), (str(UUID).upper(), UUID)],
)
async def test_ids_of_every_kind(
    api: ScriptedAPI, client: FaceSwapClient, *, said: object, expected: FilterId
) -> None:
    api.filters = [{"id": said, "name": "Neon"}]

    assert [entry.id for entry in await client.list_filters()] == [expected]


async def test_what_the_studio_adds(api: ScriptedAPI, client: FaceSwapClient) -> None:
    extra = {"group": True, "category": "Space", "preview_url": "/v1/filters/12/preview"}
    api.filters = [
        {"id": "12", "name": " Space\nwalk ", **extra, "more": {}},
        {"id": "13", "name": "b", "preview_url": "https://pictures.example/13.webp"},
    ]

    first, second = await client.list_filters()

    preview = f"{api.url}/v1/filters/12/preview"
    assert first == Filter(
        id=12, name="Space walk", category="Space", group=True, preview_url=preview
    )
    assert second.preview_url == "https://pictures.example/13.webp"


@pytest.mark.parametrize(
    "extra",
    [
        {"group": None, "category": None, "preview_url": None},
        {"group": "yes", "category": 7, "preview_url": 7},
        {"group": 1, "category": " ", "preview_url": " "},
        {"preview_url": "javascript:alert(1)"},
        {"preview_url": "file:///etc/passwd"},
        {"preview_url": "http://[broken"},
    ],
)
async def test_a_useless_extra_is_as_good_as_none(
    api: ScriptedAPI, client: FaceSwapClient, extra: dict[str, object]
) -> None:
    api.filters = [{"id": "12", "name": "Neon", **extra}]

    assert await client.list_filters() == (Filter(id=12, name="Neon"),)


async def test_broken_entries_are_skipped_and_logged_together(
    api: ScriptedAPI, client: FaceSwapClient, caplog: pytest.LogCaptureFixture
) -> None:
    api.filters = [
        None,
        "12",
        {},
        {"id": "12"},
        {"id": "12", "name": " "},
        {"id": "12", "name": 5},
        {"name": "no id"},
        {"id": None, "name": "x"},
        {"id": True, "name": "x"},
        {"id": 1.5, "name": "x"},
        {"id": -1, "name": "x"},
        {"id": "neon", "name": "x"},
        {"id": "1" * 30, "name": "x"},
        {"id": "12", "name": "good"},
        {"id": 12, "name": "the same again"},
    ]
    with caplog.at_level(logging.WARNING, logger="faceswap"):
        filters = await client.list_filters()

    assert filters == (Filter(id=12, name="good"),)
    [record] = caplog.records
    assert "skipped 14 filters of 15" in record.getMessage()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(body=b""), CatalogueUnavailable),
        (Answer(status=204), CatalogueUnavailable),
        (Answer(body="<html>"), CatalogueUnavailable),
        (Answer(body={"filters": []}), CatalogueUnavailable),
        (Answer(body="null"), CatalogueUnavailable),
        (Answer(body="[" * 100_000), CatalogueUnavailable),
        (Answer(body=[{"id": "x"}]), CatalogueUnavailable),
        (Answer(body=["x" * 2**20] * 5), CatalogueUnavailable),
        (Answer(body=[{"id": "12", "name": "a"}], cut_after=9), CatalogueUnavailable),
        (RESET, CatalogueUnavailable),
        (Answer(status=301, headers={"Location": "/healthz"}), CatalogueUnavailable),
        *((Answer(status=status), CatalogueUnavailable) for status in (400, 402, 404, 429, 500)),
        (Answer(status=401), KeyRefused),
        (Answer(status=403), KeyRefused),
    ],
    ids=lambda value: repr(value)[:50],
)
async def test_a_broken_list_is_an_error(
    api: ScriptedAPI, client: FaceSwapClient, *, answer: Answer, kind: type[FaceSwapError]
) -> None:
    # aiohttp asks once more when a GET is reset, which costs nothing.
    api.on_filters(answer, answer)

    with pytest.raises(kind) as caught:
        await client.list_filters()

    assert type(caught.value) is kind


async def test_a_busy_catalogue_says_when_to_come_back(
    api: ScriptedAPI, client: FaceSwapClient
) -> None:
    api.on_filters(Answer(status=429, headers={"Retry-After": "12"}))

    with pytest.raises(CatalogueUnavailable) as caught:
        await client.list_filters()

    assert caught.value.retry_after == 12


async def test_a_list_that_does_not_come_in_time(api: ScriptedAPI) -> None:
    timeouts = Timeouts(catalogue=0.1)
    api.on_filters(Answer(body=[1, 2, 3], cut_after=1, stalls=True))
    async with FaceSwapClient(url=api.url, key=api.key, timeouts=timeouts) as client:
        with pytest.raises(CatalogueUnavailable, match="TimeoutError"):
            await client.list_filters()
