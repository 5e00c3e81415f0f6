"""The gallery of filters: five on a page, each with its preview and a button to try it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import discord

from bot.naming import clean, escaped
from bot.services.orders import fits_groups
from cogs.ui.buttons import Button
from faceswap.models import Filter, FilterId, Preview

ON_A_PAGE = 5  # six components each, of the 40 that Discord takes
PAGE_TEMPLATE = r"filters:page:(?P<page>[0-9]{1,6})"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
TRY_TEMPLATE = rf"filters:try:(?P<filter_id>[0-9]{{1,18}}|{_UUID})"

Item = discord.ui.Item[discord.ui.LayoutView]
Row = discord.ui.ActionRow[discord.ui.LayoutView]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some filters of all there are; `number` counts from 1."""

    number: int
    of: int
    total: int
    filters: tuple[Filter, ...]


def page_of(filters: Sequence[Filter], number: int) -> Page:
    """Cut out a page; the last one where there are fewer by now."""
    pages = max(1, -(-len(filters) // ON_A_PAGE))
    number = min(max(number, 1), pages)
    start = (number - 1) * ON_A_PAGE
    return Page(
        number=number,
        of=pages,
        total=len(filters),
        filters=tuple(filters[start : start + ON_A_PAGE]),
    )


def page_button(label: str, page: int, *, disabled: bool = False) -> Button:
    """Return a button to another page, which `cogs.filters` answers."""
    return discord.ui.Button(
        label=label,
        style=discord.ButtonStyle.secondary,
        custom_id=f"filters:page:{page}",
        disabled=disabled,
    )


def try_button(filter_id: FilterId) -> Button:
    """Return the button that opens a filter's form; `cogs.filters` answers it."""
    return discord.ui.Button(
        label="Try it", style=discord.ButtonStyle.primary, custom_id=f"filters:try:{filter_id}"
    )


def preview_files(previews: Mapping[FilterId, Preview]) -> dict[FilterId, discord.File]:
    """Make files of previews, to be sent in the same message as their page."""
    return {
        key: discord.File(BytesIO(preview.data), f"filter-{key}{preview.suffix}")
        for key, preview in previews.items()
    }


def gallery_page(page: Page, files: Mapping[FilterId, discord.File]) -> discord.ui.LayoutView:
    """Show a page of filters."""
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(_heading(page)), accent_colour=discord.Colour.blurple()
    )
    for each in page.filters:
        container.add_item(discord.ui.Separator())
        for item in _entry(each, files.get(each.id)):
            container.add_item(item)
    if page.of > 1:
        container.add_item(discord.ui.Separator())
        container.add_item(_turning(page))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()  # its buttons are found by their custom ids
    return view


def _heading(page: Page) -> str:
    if not page.filters:
        return "### Filters\nThere are none to choose from just now. Please try again in a minute."
    count = f"{page.total} filters" if page.total > 1 else "One filter"
    where = f" · page {page.number} of {page.of}" if page.of > 1 else ""
    return f"### Filters\n{count}{where}. If you know its name, /faceswap finds it as you type."


def _entry(each: Filter, file: discord.File | None) -> list[Item]:
    """Show the preview beside the text where there is one, and else the button."""
    text: discord.ui.TextDisplay[discord.ui.LayoutView] = discord.ui.TextDisplay(_text(each))
    if file is None:
        return [discord.ui.Section(text, accessory=try_button(each.id))]
    description = f"Preview of the filter {clean(each.name)}"
    preview: Item = discord.ui.Thumbnail(file, description=description)
    return [discord.ui.Section(text, accessory=preview), Row(try_button(each.id))]


def _text(each: Filter) -> str:
    about = [escaped(each.category)] if each.category else []
    if each.group is not None or not fits_groups(each):
        about.append("for one person or a group" if fits_groups(each) else "for one person")
    return f"**{escaped(each.name)}**" + (f"\n-# {' · '.join(about)}" if about else "")


def _turning(page: Page) -> Row:
    first, last = page.number == 1, page.number == page.of
    return discord.ui.ActionRow(
        page_button("Previous", page.number - 1, disabled=first),
        page_button("Next", page.number + 1, disabled=last),
    )
