"""The panel of a community event: what it is, how far it is, and the way in. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.moments import timestamp
from bot.naming import clean, escaped, escaped_lines
from cogs.ui.events.buttons import join_button, link_button, standings_button
from cogs.ui.events.page import BLURPLE, GREEN, GREY, Picture, link, page, row, shown
from db.event_models import Event, EventState, GuestCounts

LONGEST_ABOUT = 1000
LONGEST_PRIZE = 200
MOST_NAMED = 6  # filters; a panel is read at a glance

TIE_RULE = "The picture with the most votes wins; of equal ones the one that was shown first."


def panel_card(
    event: Event,
    counts: GuestCounts,
    *,
    filters: Sequence[str] = (),
    picture: Picture | None = None,
    used: int | None = None,
) -> discord.ui.LayoutView:
    """Show an event in its channel.

    `filters` are the names of those it allows, none for all; `picture` is a sample, or the one
    approved last; `used` is how much of its pot is gone.
    """
    return page(
        f"## {escaped(event.name)}\n{about(event)}".rstrip(),
        shown(picture, f"A picture of the event {clean(event.name)}"),
        "\n".join([when(event), *rules(event, filters), figures(event, counts, used=used)]),
        row(_buttons(event)),
        colour=_colour(event.state),
    )


def about(event: Event) -> str:
    """Say what an event is, in the words of its organiser."""
    text = escaped_lines(event.about, longest=LONGEST_ABOUT)
    if event.prize:
        text += f"\n🏆 **Prize:** {escaped(event.prize, longest=LONGEST_PRIZE)}"
    return text.strip()


def when(event: Event) -> str:
    """Say when one may take part, in the reader's own time."""
    starts, ends = event.starts_at, event.ends_at
    return {
        EventState.DRAFT: f"🕒 {timestamp(starts, 'F')} to {timestamp(ends, 'F')}",
        EventState.SCHEDULED: f"🕒 Opens {timestamp(starts)}, {timestamp(starts, 'F')}",
        EventState.OPEN: f"🟢 **Open**, ends {timestamp(ends)}, {timestamp(ends, 'F')}",
        EventState.PAUSED: f"⏸️ **Paused**, goes on soon; ends {timestamp(ends)}",
        EventState.CLOSING: "🔒 **Over**: the last pictures are being made",
        EventState.CLOSED: f"🔒 **Over** since {timestamp(ends)}",
        EventState.CANCELLED: "❌ **Cancelled**",
    }[event.state]


def rules(event: Event, filters: Sequence[str]) -> list[str]:
    """Say what a guest may make, and how the winner is found."""
    each = "One picture" if event.guest_limit == 1 else f"Up to {event.guest_limit} pictures"
    lines = [f"🖼️ {each} for each guest, {named_filters(filters)}"]
    if event.review_channel_id is not None:
        lines.append("👀 A moderator looks at each picture before it is shown")
    lines.append(f"-# {TIE_RULE}")
    return lines


def named_filters(filters: Sequence[str]) -> str:
    """Name the filters of an event in half a sentence."""
    if not filters:
        return "with any filter"
    names = ", ".join(escaped(name, longest=40) for name in filters[:MOST_NAMED])
    more = len(filters) - MOST_NAMED
    return f"with {names}" + (f" and {more} more" if more > 0 else "")


def figures(event: Event, counts: GuestCounts, *, used: int | None) -> str:
    """Say how many took part so far."""
    if event.state in {EventState.DRAFT, EventState.SCHEDULED}:
        return f"Room for {event.pot} pictures" if event.pot is not None else ""
    parts = [_count(counts.pictures, "picture"), _count(counts.guests, "guest")]
    if counts.waiting:
        parts.append(f"{counts.waiting} waiting for a look")
    if counts.votes:
        parts.append(_count(counts.votes, "vote"))
    if event.pot is not None and used is not None and not event.state.is_over:
        parts.append(f"room for {max(0, event.pot - used)} more")
    return " · ".join(parts)


def _count(number: int, noun: str) -> str:
    return f"**{number}** {noun}" + ("" if number == 1 else "s")


def _buttons(event: Event) -> list[discord.ui.Button[discord.ui.LayoutView]]:
    buttons = []
    if not event.state.is_over:
        buttons.append(join_button(event.id, is_open=event.state is EventState.OPEN))
    gallery = event.gallery_channel_id
    if gallery is not None and gallery != event.channel_id:
        buttons.append(link_button("Gallery", link(event.guild_id, gallery)))
    if event.state not in {EventState.DRAFT, EventState.SCHEDULED, EventState.CANCELLED}:
        buttons.append(standings_button(event.id))
    return buttons


def _colour(state: EventState) -> discord.Colour:
    if state is EventState.OPEN:
        return GREEN
    return GREY if state.is_over or state is EventState.PAUSED else BLURPLE
