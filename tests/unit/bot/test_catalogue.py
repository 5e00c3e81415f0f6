from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncGenerator

import pytest

from bot.errors import BoothClosed, ClosedReason, FilterGone, FilterUnknown
from bot.services.catalogue import SUGGESTIONS, Catalogue
from faceswap.client import FaceSwapClient
from faceswap.models import Filter
from tests.support.scripted_api import RESET, Answer, ScriptedAPI

FILTERS = [
    {"id": "12", "name": "Cyberpunk Neon"},
    {"id": "7", "name": "Neon Rain"},
    {"id": "70", "name": "Astronaut"},
    {"id": "701", "name": "Renaissance Painting"},
    {"id": "3", "name": "2000"},
    {"id": "2000", "name": "Straßenfest"},
]
WAIT = 5.0


@pytest.fixture
async def catalogue(api: ScriptedAPI) -> AsyncGenerator[Catalogue]:
    api.filters = FILTERS
    async with FaceSwapClient(url=api.url, key=api.key) as client:
        yield Catalogue(client)


@pytest.fixture
async def loaded(catalogue: Catalogue) -> Catalogue:
    assert await catalogue.refresh()
    return catalogue


FOUND = [
    ("Astronaut", 70),
    ("  aSTRONAUT ", 70),
    ("astro", 70),
    ("neon rain", 7),
    ("STRASSENFEST", 2000),
    ("12", 12),
    (" 701 ", 701),
    ("0012", 12),
    ("2000", 3),  # a name comes before a number
]


@pytest.mark.parametrize(("text", "filter_id"), FOUND)
async def test_a_filter_is_found_by_name_part_of_it_or_number(
    loaded: Catalogue, text: str, filter_id: int
) -> None:
    assert (await loaded.find(text)).id == filter_id


async def test_a_uuid_is_taken_as_it_is(loaded: Catalogue) -> None:
    wanted = uuid.uuid4()
    assert (await loaded.find(str(wanted))).id == wanted
    assert (await loaded.find(str(wanted).upper())).id == wanted


UNKNOWN: list[tuple[str, tuple[str, ...]]] = [
    ("neon", ("Cyberpunk Neon", "Neon Rain")),  # both have it
    ("Astronout", ("Astronaut",)),
    ("renaisance painting", ("Renaissance Painting",)),
    ("99", ()),
    ("", ()),
    ("   ", ()),
    ("zzzzzzzz", ()),
    ("x" * 6000, ()),
]


@pytest.mark.parametrize(("text", "similar"), UNKNOWN)
async def test_what_is_not_there_is_answered_with_what_comes_close(
    loaded: Catalogue, text: str, similar: tuple[str, ...]
) -> None:
    with pytest.raises(FilterUnknown) as caught:
        await loaded.find(text)
    assert caught.value.similar == similar


async def test_without_a_list_the_api_is_what_is_missing(
    catalogue: Catalogue, api: ScriptedAPI
) -> None:
    api.on_filters(Answer(status=500))
    await catalogue.refresh()
    with pytest.raises(BoothClosed) as caught:
        await catalogue.find("Astronaut")
    assert caught.value.reason is ClosedReason.API_DOWN
    assert catalogue.suggest("a") == ()


async def test_a_button_means_exactly_one_filter(loaded: Catalogue) -> None:
    assert (await loaded.get(2000)).name == "Straßenfest"  # not the one that is called 2000
    with pytest.raises(FilterGone):
        await loaded.get(99)
    with pytest.raises(FilterGone):
        await loaded.get(uuid.uuid4())


async def test_filters_are_waited_for_after_a_start(catalogue: Catalogue) -> None:
    waiting = asyncio.create_task(catalogue.offered())
    finding = asyncio.create_task(catalogue.find("Astronaut"))
    await catalogue.refresh()
    assert len(await waiting) == len(FILTERS)
    assert (await finding).id == 70


async def test_no_filters_are_not_the_same_as_no_list(
    catalogue: Catalogue, api: ScriptedAPI
) -> None:
    api.filters = []
    await catalogue.refresh()
    assert await catalogue.offered() == ()
    api.on_filters(Answer(status=500), Answer(status=401))
    for reason in (ClosedReason.API_DOWN, ClosedReason.API_REFUSES_US):
        await catalogue.refresh()
        with pytest.raises(BoothClosed) as caught:
            await catalogue.offered()
        assert caught.value.reason is reason


SUGGESTED = [
    (
        "",
        ["2000", "Astronaut", "Cyberpunk Neon", "Neon Rain", "Renaissance Painting", "Straßenfest"],
    ),
    ("neo", ["Neon Rain", "Cyberpunk Neon"]),
    ("  NEON", ["Neon Rain", "Cyberpunk Neon"]),
    ("70", ["Astronaut", "Renaissance Painting"]),
    ("20", ["2000", "Straßenfest"]),
    ("zz", []),
    ("²", []),
]


@pytest.mark.parametrize(("typed", "names"), SUGGESTED)
async def test_suggestions_start_with_names_that_start_so(
    loaded: Catalogue, typed: str, names: list[str]
) -> None:
    assert [each.name for each in loaded.suggest(typed)] == names


async def test_no_more_is_suggested_than_discord_shows(
    api: ScriptedAPI, catalogue: Catalogue
) -> None:
    api.filters = [{"id": number, "name": f"Filter {number}"} for number in range(1000)]
    await catalogue.refresh()
    assert len(catalogue.filters) == 1000
    assert len(catalogue.suggest("")) == len(catalogue.suggest("filter")) == SUGGESTIONS


FAILURES = [
    [Answer(status=500, body="oops")],
    [Answer(status=401, body="who are you")],
    [Answer(status=200, body="<html>")],
    [Answer(status=200, body={"filters": []})],
    [Answer(status=200, body=[{"nothing": "usable"}])],
    [RESET, RESET],  # a connection that breaks is tried a second time
]


@pytest.mark.parametrize("answers", FAILURES)
async def test_a_list_that_cannot_be_had_leaves_the_old_one(
    api: ScriptedAPI, loaded: Catalogue, answers: list[Answer]
) -> None:
    before = loaded.filters
    api.on_filters(*answers)
    assert not await loaded.refresh()
    assert loaded.filters == before
    api.filters = [{"id": 1, "name": "New"}]
    assert await loaded.refresh()
    assert loaded.filters == (Filter(id=1, name="New"),)


async def test_a_stale_list_is_loaded_again_at_once(
    api: ScriptedAPI, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.catalogue.STALE_SECONDS", 0.0)
    keeper = asyncio.create_task(catalogue.keep_fresh())
    try:
        async with asyncio.timeout(WAIT):
            await api.until(lambda: len(api.calls) >= 1)
            catalogue.mark_stale()
            await api.until(lambda: len(api.calls) >= 2)
    finally:
        keeper.cancel()


async def test_a_stale_list_of_an_api_that_is_down_is_not_asked_for_without_end(
    api: ScriptedAPI, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.catalogue.STALE_SECONDS", 0.0)
    catalogue.mark_stale()
    api.on_filters(*[Answer(status=503, body="down")] * 50)
    keeper = asyncio.create_task(catalogue.keep_fresh())
    try:
        await asyncio.wait_for(api.until(lambda: len(api.calls) >= 1), WAIT)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(api.until(lambda: len(api.calls) >= 2), 0.3)
    finally:
        keeper.cancel()


async def test_a_list_that_did_not_come_is_asked_for_again(
    api: ScriptedAPI, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.catalogue.RETRY_SECONDS", 0.01)
    api.on_filters(*[Answer(status=503, body="down")] * 2)
    keeper = asyncio.create_task(catalogue.keep_fresh())
    try:
        await asyncio.wait_for(api.until(lambda: len(api.calls) >= 3), WAIT)
    finally:
        keeper.cancel()
