"""The gallery of filters: its pages and previews, and the form that orders a picture.

One bot serves all of these; each test has members and a server of its own.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from tests.acceptance.booth import IN_TIME, PhotoBooth
from tests.acceptance.conftest import House, open_house
from tests.support.discord import Interaction, Message, NotPossible, Upload
from tests.support.discord.modals import field_names
from tests.support.jobs import visible_markup
from tests.support.pngs import png
from tests.support.scripted_api import PICTURE, Answer
from tests.support.workshop import photo_bytes

pytestmark = pytest.mark.asyncio(loop_scope="module")

DELIVERED = ("delivered", "spent", "spent")
CUSTOM = "0b5ae6f2-6f5e-4c1c-9a51-3f6d6f0f3b51"
HOSTILE = "zoo @everyone **z** [x](https://example.org)"
FIRST_PREVIEW, SECOND_PREVIEW = png(colour=(1, 2, 3)), png(colour=(4, 5, 6))
FILTERS: list[dict[str, Any]] = [
    {"id": "1", "name": "Aviator", "category": "Old", "preview_url": "/previews/1", "group": True},
    {"id": "2", "name": "Baroque", "preview_url": "/previews/2", "group": False},
    {"id": "3", "name": "Cyberpunk Neon"},
    {"id": "4", "name": "Disco", "preview_url": "/previews/missing"},
    {"id": "10", "name": "Dune"},
    {"id": "5", "name": "Elf", "preview_url": "/previews/text"},
    {"id": "6", "name": "Fresco", "preview_url": "/previews/large"},
    {"id": CUSTOM, "name": "Gold"},
    {"id": "8", "name": "Harbour", "preview_url": "http://127.0.0.1:9/nobody-listens"},
    {"id": "11", "name": "Island"},
    {"id": "9", "name": HOSTILE, "category": HOSTILE},
]
PREVIEWS = {
    "1": Answer(body=FIRST_PREVIEW),
    "2": Answer(body=SECOND_PREVIEW),
    "text": Answer(body="<html>not a picture</html>"),
    "large": Answer(body=png(at_least_bytes=2**20 + 1)),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[House]:
    async with open_house(tmp_path_factory.mktemp("house"), filters=FILTERS) as opened:
        opened.api.previews.update(PREVIEWS)
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def booth(house: House) -> PhotoBooth:
    return house.open_booth()


def photo() -> Upload:
    return Upload("me.jpg", photo_bytes(), "image/jpeg")


async def turn(booth: PhotoBooth, page: Message, which: str, *, to: int) -> None:
    await booth.press(page, which)
    await booth.discord.until(lambda: f"page {to} of 3" in page.text(), within=IN_TIME)


async def try_it(booth: PhotoBooth, page: Message, filter_id: str = "1") -> Interaction:
    pressed = await booth.press(page, f"filters:try:{filter_id}")
    assert pressed.modal is not None
    return pressed


async def send_in(booth: PhotoBooth, form: Interaction, **fields: object) -> Interaction:
    values = {"photo": photo(), "who": "Woman", **fields}
    sent = await booth.discord.submit_modal(booth.alice, form, values)
    return await sent.responded()


def words(answer: Interaction) -> str:
    assert answer.message is not None
    assert answer.ephemeral
    return answer.message.text()


def order_of(booth: PhotoBooth) -> list[Any]:
    query = "SELECT filter_id, filter_name, gender, ratio, quality, private FROM jobs"
    return booth.query(f"{query} WHERE user_id = ?", booth.alice.id)


async def test_the_first_page_shows_five_filters_with_their_previews(booth: PhotoBooth) -> None:
    page = await booth.page("filters")
    assert "11 filters · page 1 of 3" in page.text()
    assert "**Aviator**\n-# Old · for one person or a group" in page.text()
    assert "**Baroque**\n-# for one person" in page.text()
    assert "**Disco**" in page.text()
    assert "**Elf**" not in page.text()
    assert page.files == {"filter-1.png": FIRST_PREVIEW, "filter-2.png": SECOND_PREVIEW}
    assert page.alt_texts() == ["Preview of the filter Aviator", "Preview of the filter Baroque"]
    assert page.labels() == ["Try it"] * 5 + ["Next"]


async def test_pages_are_turned_in_place_to_the_last_and_back(booth: PhotoBooth) -> None:
    page = await booth.page("filters")
    await turn(booth, page, "Next", to=2)
    assert "**Harbour**" in page.text()
    assert page.files == {}  # previews that are no picture, too large or nowhere
    assert page.labels() == ["Try it"] * 5 + ["Previous", "Next"]

    await turn(booth, page, "Next", to=3)
    assert page.labels() == ["Try it", "Previous"]
    with pytest.raises(NotPossible, match="disabled"):
        await booth.press(page, "Next")

    await turn(booth, page, "Previous", to=2)
    await turn(booth, page, "Previous", to=1)
    assert page.files == {"filter-1.png": FIRST_PREVIEW, "filter-2.png": SECOND_PREVIEW}


async def test_a_hostile_name_is_shown_as_it_stands(booth: PhotoBooth) -> None:
    page = await booth.page("filters")
    await turn(booth, page, "Next", to=2)
    await turn(booth, page, "Next", to=3)
    for line in page.text().splitlines()[-2:]:
        assert "everyone" in line
        assert visible_markup(line.removeprefix("-# ").removeprefix("**").removesuffix("**")) == []


async def test_a_preview_is_fetched_once_and_gets_the_key_where_it_belongs(
    booth: PhotoBooth, house: House
) -> None:
    await booth.page("filters")
    fetched = [call for call in house.api.calls if call.path == "/previews/1"]
    await booth.page("filters")
    assert [call for call in house.api.calls if call.path == "/previews/1"] == fetched
    assert fetched[-1].headers["X-API-Key"] == house.api.key


async def test_try_it_asks_for_consent_and_makes_the_picture(
    booth: PhotoBooth, house: House
) -> None:
    page = await booth.page("filters")
    asked = await send_in(booth, await try_it(booth, page), ratio="Square (1280 × 1280)")
    assert "Before your first picture" in words(asked)
    assert booth.accounts() == []

    agreed = await booth.agree(asked)
    assert not agreed.ephemeral
    card = await booth.picture(agreed)
    assert card.files == {"picture.png": PICTURE}
    assert "Aviator" in card.text()
    assert card.labels() == ["Again", "Delete"]
    assert booth.posted() == [card]
    await booth.accounted(DELIVERED)
    assert order_of(booth) == [("1", "Aviator", 1, "square", "v6.1", 0)]
    assert house.api.submissions[-1].fields["filter_id"] == 1


async def test_the_form_orders_again_without_a_question_and_in_private(booth: PhotoBooth) -> None:
    await booth.consented()
    page = await booth.page("filters")
    ordered = await send_in(booth, await try_it(booth, page), who="Group", readers="Only me")
    assert ordered.ephemeral
    await booth.picture(ordered)
    await booth.accounted(DELIVERED)
    assert order_of(booth) == [("1", "Aviator", 4, "portrait", "v6.1", 1)]
    assert booth.posted() == []


async def test_the_form_of_a_filter_for_one_person_offers_no_group(booth: PhotoBooth) -> None:
    page = await booth.page("filters")
    await turn(booth, page, "Next", to=2)
    form = await try_it(booth, page, CUSTOM)
    assert form.modal is not None
    assert form.modal["title"] == "Gold"
    assert field_names(form.modal) == ["photo", "who", "ratio", "readers"]
    with pytest.raises(NotPossible, match="Group"):
        await send_in(booth, form, who="Group")
    with pytest.raises(NotPossible, match="required"):
        await booth.discord.submit_modal(booth.alice, form, {"who": "Man"})


async def test_what_is_wrong_with_a_form_is_said(booth: PhotoBooth) -> None:
    await booth.consented()
    page = await booth.page("filters")
    empty = Upload("me.jpg", b"", "image/jpeg")
    assert "cannot read this file" in words(
        await send_in(booth, await try_it(booth, page), photo=empty)
    )
    text = Upload("me.jpg", b"not a photo", "image/jpeg")
    refused = await send_in(booth, await try_it(booth, page), photo=text)
    assert (await booth.text(refused, "cannot read this file")).ephemeral
    assert booth.accounts() == []


async def test_buttons_and_forms_of_before_a_restart_work(booth: PhotoBooth) -> None:
    await booth.consented()
    page = await booth.page("filters")
    form = await try_it(booth, page)
    await booth.bot.restart()

    ordered = await send_in(booth, form)
    await booth.picture(ordered)
    await turn(booth, page, "Next", to=2)
    await turn(booth, page, "Previous", to=1)
    assert page.files == {"filter-1.png": FIRST_PREVIEW, "filter-2.png": SECOND_PREVIEW}
    await try_it(booth, page)
    await booth.accounted(DELIVERED)


async def test_a_filter_that_is_gone(booth: PhotoBooth, house: House) -> None:
    page = await booth.page("filters")
    form = await try_it(booth, page)
    house.api.filters = FILTERS[1:3]
    try:
        await booth.bot.restart()
        gone = "This filter is no longer available"
        assert gone in words(await send_in(booth, form))
        assert gone in words(await booth.press(page, "filters:try:1"))
        await booth.press(page, "Next")  # to a second page, which there is no more
        await booth.discord.until(lambda: "2 filters." in page.text(), within=IN_TIME)
        assert page.labels() == ["Try it"] * 2
    finally:
        house.api.filters = FILTERS
        await booth.bot.restart()


async def test_without_a_catalogue_the_gallery_says_so(booth: PhotoBooth, house: House) -> None:
    house.api.filters = []
    try:
        await booth.bot.restart()
        assert "There are none to choose from" in (await booth.page("filters")).text()
        house.api.filters = "broken"
        await booth.bot.restart()
        assert "does not answer just now" in (await booth.page("filters")).text()
    finally:
        house.api.filters = FILTERS
        await booth.bot.restart()
