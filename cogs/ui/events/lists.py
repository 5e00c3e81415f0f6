"""/event list and show, and the standings. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.moments import timestamp
from bot.naming import escaped
from cogs.ui.events.buttons import link_button
from cogs.ui.events.page import GOLD, link, named, page, row, where
from cogs.ui.events.panel import TIE_RULE, about, figures, rules, when
from db.event_models import Event, EventPicture, EventState, GuestCounts

MOST_LISTED = 12
MOST_STANDINGS = 10
_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}

STATES = {
    EventState.DRAFT: "not created yet",
    EventState.SCHEDULED: "to come",
    EventState.OPEN: "open",
    EventState.PAUSED: "paused",
    EventState.CLOSING: "closing",
    EventState.CLOSED: "over",
    EventState.CANCELLED: "cancelled",
}


def event_list(events: Sequence[Event]) -> discord.ui.LayoutView:
    """List a server's events as they are given."""
    if not events:
        return page("There are no events here yet. Organisers make one with `/event create`.")
    lines = [_line(event) for event in events[:MOST_LISTED]]
    more = len(events) - len(lines)
    if more > 0:
        lines.append(f"-# {more} older")
    return page("### Events\n" + "\n".join(lines))


def _line(event: Event) -> str:
    begins = event.state in {EventState.DRAFT, EventState.SCHEDULED}
    moment = event.starts_at if begins else event.ends_at
    verb = "opens" if begins else "ended" if event.state.is_over else "ends"
    words = f"{STATES[event.state]}"
    if event.state is not EventState.CANCELLED:
        words += f", {verb} {timestamp(moment)}"
    return f"`{event.id}` [{escaped(event.name, longest=60)}]({where(event)}) · {words}"


def event_page(
    event: Event,
    counts: GuestCounts,
    *,
    filters: Sequence[str] = (),
    used: int | None = None,
    organiser: bool = False,
) -> discord.ui.LayoutView:
    """Show one event to who asks; an organiser sees how it is set up, too."""
    buttons = [link_button("Go to it", where(event))]
    gallery = event.gallery_channel_id
    if gallery is not None and gallery != event.channel_id:
        buttons.append(link_button("Gallery", link(event.guild_id, gallery)))
    return page(
        f"### {escaped(event.name)}\n{about(event)}".rstrip(),
        "\n".join([when(event), *rules(event, filters), figures(event, counts, used=used)]),
        "\n".join(_set_up(event)) if organiser else None,
        row(buttons),
    )


def _set_up(event: Event) -> list[str]:
    """Say what guests need not know."""
    lines = [f"-# Number {event.id}, made by <@{event.organiser_id}>, {STATES[event.state]}"]
    if event.review_channel_id is not None:
        lines.append(f"-# Approval in <#{event.review_channel_id}>")
    pot = "any number of pictures" if event.pot is None else f"a pot of {event.pot} pictures"
    aside = f", {event.set_aside} credits set aside" if event.set_aside else ""
    lines.append(f"-# {pot[0].upper()}{pot[1:]}{aside}; times as in {escaped(event.timezone)}")
    lines.append(f"-# Frame: {frame_words(event)}")
    lines.append("-# Wall: " + ("its link is out" if event.wall_key else "no link"))
    return lines


def frame_words(event: Event) -> str:
    """Say what is put round each picture."""
    parts = []
    if event.frame is not None:
        parts.append("your PNG")
    if event.logo is not None:
        parts.append("your logo")
    if event.caption:
        parts.append(f"the caption “{escaped(event.caption)}”")
    return ", ".join(parts) or "none"


def leaderboard_card(
    event: Event, standings: Sequence[EventPicture], *, is_final: bool = False
) -> discord.ui.LayoutView:
    """Show the pictures with the most votes; equal ones as the tie rule has them."""
    voted = [picture for picture in standings if picture.votes][:MOST_STANDINGS]
    title = f"### 🏆 {'Final standings' if is_final else 'Standings'}: {escaped(event.name)}"
    if not voted:
        return page(title, "Nobody has voted yet. Press ♥ below a picture you like.", colour=GOLD)
    lines = [_standing(event, place, picture) for place, picture in enumerate(voted, 1)]
    return page(title, "\n".join(lines), f"-# {TIE_RULE}", colour=GOLD)


def _standing(event: Event, place: int, picture: EventPicture) -> str:
    words = f"{escaped(picture.filter_name, longest=40)} by <@{picture.user_id}>"
    if picture.gallery_channel_id is not None and picture.gallery_message_id is not None:
        address = link(event.guild_id, picture.gallery_channel_id, picture.gallery_message_id)
        words += f" · [see]({address})"
    return f"{_MEDALS.get(place, f'`{place:>2}`')} **{picture.votes}** ♥ {words}"


def paused_page(event: Event) -> discord.ui.LayoutView:
    """Say that an event was paused, and how it goes on."""
    return page(
        f"{named(event)} is paused: nobody can step in. Its clock runs on. Type "
        "`/event pause` again and it goes on."
    )


def resumed_page(event: Event) -> discord.ui.LayoutView:
    """Say that an event goes on."""
    return page(f"{named(event)} goes on until {timestamp(event.ends_at, 'F')}.")
