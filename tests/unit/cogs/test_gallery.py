from __future__ import annotations

import re
import uuid
from typing import Any

import discord
import pytest

from bot.services.orders import fits_groups
from cogs.ui.gallery import (
    ON_A_PAGE,
    PAGE_TEMPLATE,
    TRY_TEMPLATE,
    gallery_page,
    page_button,
    page_of,
    preview_files,
    try_button,
)
from cogs.ui.try_form import try_form
from faceswap.models import Filter, Preview
from tests.support import openapi
from tests.support.jobs import HOSTILE_NAMES, visible_markup
from tests.unit.cogs.test_cards import check, components_of, custom_ids, text_of

LARGEST_ID = 10**18 - 1
CUSTOM = uuid.UUID("0b5ae6f2-6f5e-4c1c-9a51-3f6d6f0f3b51")
MODAL = 9


def some(number: int) -> list[Filter]:
    return [Filter(id=each, name=f"Filter {each}") for each in range(number)]


def shown(filters: list[Filter], number: int = 1, *, pictures: bool = True) -> dict[str, Any]:
    """What is sent to Discord for a page, held against its limits."""
    page = page_of(filters, number)
    preview = Preview(suffix=".webp", data=b"x")
    files = preview_files({each.id: preview for each in page.filters} if pictures else {})
    return check(gallery_page(page, files), *(file.filename for file in files.values()))


def thumbnails(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in components_of(body) if each["type"] == 11]


@pytest.mark.parametrize("number", [0, 1, 5, 6, 60, 1000])
@pytest.mark.parametrize("pictures", [False, True])
def test_every_filter_is_on_one_page(number: int, pictures: bool) -> None:
    filters = some(number)
    pages = page_of(filters, 1).of
    found = []
    for each in range(1, pages + 1):
        body = shown(filters, each, pictures=pictures)
        assert len(thumbnails(body)) == (len(page_of(filters, each).filters) if pictures else 0)
        found += [name for name in custom_ids(body) if ":try:" in name]
        turning = [name for name in custom_ids(body) if ":page:" in name]
        assert turning == ([f"filters:page:{each - 1}", f"filters:page:{each + 1}"] * (pages > 1))
    assert found == [f"filters:try:{each}" for each in range(number)]


def test_the_ends_cannot_be_passed() -> None:
    def disabled(number: int) -> list[bool]:
        body = shown(some(3 * ON_A_PAGE), number)
        return [
            bool(each.get("disabled"))
            for each in components_of(body)
            if ":page:" in each.get("custom_id", "")
        ]

    assert [disabled(number) for number in (1, 2, 3)] == [
        [True, False],
        [False, False],
        [False, True],
    ]


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (1, 1), (2, 2), (3, 2), (999_999, 2)])
def test_a_page_that_is_no_more_is_the_nearest(asked: int, given: int) -> None:
    assert page_of(some(ON_A_PAGE + 1), asked).number == given
    assert page_of([], asked).number == 1


def test_a_preview_is_described() -> None:
    body = shown([Filter(id=12, name="Cyberpunk *Neon*"), Filter(id=CUSTOM, name="Gold")])
    first, second = thumbnails(body)
    assert first["media"]["url"] == "attachment://filter-12.webp"
    assert first["description"] == "Preview of the filter Cyberpunk *Neon*"
    assert second["media"]["url"] == f"attachment://filter-{CUSTOM}.webp"


def test_who_a_filter_is_for_is_said_where_it_is_known() -> None:
    def said(**fields: Any) -> str:
        return text_of(shown([Filter(**{"id": 1, "name": "Neon", **fields})]))

    assert said(group=True, category="Space").endswith("\n-# Space · for one person or a group")
    assert said(group=False).endswith("\n-# for one person")
    assert said(id=CUSTOM, group=True).endswith("\n-# for one person")
    assert said().endswith("**Neon**")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_harms_neither_page_nor_form(name: str) -> None:
    filters = [Filter(id=LARGEST_ID - each, name=name, category=name) for each in range(ON_A_PAGE)]
    lines = text_of(shown(filters)).splitlines()[2:]
    assert len(lines) == (2 if name else 1) * ON_A_PAGE
    for line in lines:
        assert visible_markup(line.removeprefix("-# ").removeprefix("**").removesuffix("**")) == []
    check_form(filters[0])


def check_form(chosen: Filter) -> list[dict[str, Any]]:
    form = try_form(chosen).to_dict()
    body = {"type": MODAL, "data": form}
    assert openapi.check_request("POST", "/interactions/1/token/callback", body) == []
    assert 1 <= len(form["title"]) <= 45
    assert re.fullmatch(TRY_TEMPLATE, form["custom_id"])
    return [part["component"] for part in form["components"]]


@pytest.mark.parametrize("group", [None, True, False])
@pytest.mark.parametrize("filter_id", [12, LARGEST_ID, CUSTOM])
def test_the_form_offers_a_group_where_it_fits(group: bool | None, filter_id: Any) -> None:
    chosen = Filter(id=filter_id, name="Neon", group=group)
    photo, who, ratio, readers = check_form(chosen)
    assert (photo["type"], photo["required"], photo["max_values"]) == (19, True, 1)
    people = [option["label"] for option in who["options"]]
    assert people == ["Man", "Woman", "Boy", "Girl"] + ["Group"] * fits_groups(chosen)
    assert [option["default"] for option in ratio["options"]] == [True, False, False]
    assert [option["default"] for option in readers["options"]] == [True, False]


async def test_nothing_of_a_form_is_kept_in_memory() -> None:
    assert try_form(Filter(id=12, name="Neon")).is_finished()


def test_buttons_are_recognised_by_their_ids() -> None:
    for filter_id in (1, LARGEST_ID, CUSTOM):
        match = re.fullmatch(TRY_TEMPLATE, try_button(filter_id).custom_id or "")
        assert match is not None
        assert match["filter_id"] == str(filter_id)
    for forged in ("filters:try:", "filters:try:" + "-" * 36, "filters:try:1:2", "filters:try:-1"):
        assert re.fullmatch(TRY_TEMPLATE, forged) is None
    for page in (0, 1, 250_000):
        button: discord.ui.Button[Any] = page_button("Next", page)
        assert re.fullmatch(PAGE_TEMPLATE, button.custom_id or "")
