"""What is said of a community event in its channel, once each: `NoticeKind` by kind. Pure."""

from __future__ import annotations

import discord

from bot.moments import timestamp
from bot.naming import clean, escaped
from cogs.ui.events.buttons import link_button
from cogs.ui.events.page import (
    BLURPLE,
    GOLD,
    GREEN,
    GREY,
    Picture,
    link,
    named,
    page,
    row,
    shown,
    where,
)
from cogs.ui.events.panel import TIE_RULE, about
from db.event_models import Event, EventPicture, EventState


def mentions_of(event: Event) -> discord.AllowedMentions:
    """Return whom an event may call: the one role that its organiser chose, and nobody else."""
    if event.ping_role_id is None:
        return discord.AllowedMentions.none()
    role = discord.Object(event.ping_role_id, type=discord.Role)
    return discord.AllowedMentions(everyone=False, users=False, roles=[role], replied_user=False)


def announcement_card(event: Event) -> discord.ui.LayoutView:
    """Say that there will be an event; its panel stands below."""
    starts = event.starts_at
    when = f"It opens {timestamp(starts)}, {timestamp(starts, 'F')}, and ends "
    if event.state is not EventState.SCHEDULED:
        when = "It is open, and ends "
    return page(
        f"### 📣 {escaped(event.name)}",
        f"{_call(event)}A photo party: step in with a photo, get a picture, vote for the best.\n"
        f"{when}{timestamp(event.ends_at, 'F')}.",
        about(event),
        colour=BLURPLE,
    )


def opened_card(event: Event) -> discord.ui.LayoutView:
    """Say that guests may step in."""
    return page(
        f"{_call(event)}🟢 {named(event)} is open until {timestamp(event.ends_at, 'F')} "
        f"({timestamp(event.ends_at)}). Step in!",
        row(_to_panel(event)),
        colour=GREEN,
    )


def missed_card(event: Event) -> discord.ui.LayoutView:
    """Say that an event's whole time went by while the bot was away."""
    return page(
        f"I was away while {named(event)} should have taken place, from "
        f"{timestamp(event.starts_at, 'f')} to {timestamp(event.ends_at, 'f')}. I am sorry. "
        "Nothing was counted; an organiser can make it anew with `/event create`.",
        colour=GREY,
    )


def time_warning_card(event: Event) -> discord.ui.LayoutView:
    """Say that an event's time is nearly over."""
    return page(
        f"⏳ {named(event)} ends {timestamp(event.ends_at)}. Step in while you can.",
        row(_to_panel(event)),
        colour=GOLD,
    )


def pot_warning_card(event: Event, *, used: int) -> discord.ui.LayoutView:
    """Say that few pictures are left to make."""
    left = max(0, (event.pot or 0) - used)
    count = "one picture is" if left == 1 else f"{left} pictures are"
    return page(
        f"🎞️ {named(event)}: {count} left of {event.pot}.", row(_to_panel(event)), colour=GOLD
    )


def pot_empty_card(event: Event) -> discord.ui.LayoutView:
    """Say that no more pictures can be made."""
    count = "The one picture" if event.pot == 1 else f"All {event.pot} pictures"
    return page(
        f"🎞️ {count} of {named(event)} {'is' if event.pot == 1 else 'are'} taken. If one fails, "
        f"its place is free again. You can vote until {timestamp(event.ends_at, 'F')}.",
        row(_to_panel(event)),
        colour=GOLD,
    )


def cancelled_card(event: Event) -> discord.ui.LayoutView:
    """Say that an event will not take place, or not go on."""
    return page(
        f"❌ {named(event)} was cancelled by its organiser. What was waiting to be made is not "
        "counted.",
        colour=GREY,
    )


def winner_card(
    event: Event, winner: EventPicture, *, picture: Picture | None = None
) -> discord.ui.LayoutView:
    """Name the guest whose picture has won, and show it."""
    votes = "one vote" if winner.votes == 1 else f"{winner.votes} votes"
    prize = f"\nThe prize: {escaped(event.prize, longest=200)}" if event.prize else ""
    caption = f"\n“{escaped(winner.caption)}”" if winner.caption else ""
    buttons = []
    if winner.gallery_channel_id is not None and winner.gallery_message_id is not None:
        address = link(event.guild_id, winner.gallery_channel_id, winner.gallery_message_id)
        buttons.append(link_button("See it in the gallery", address))
    return page(
        f"### 🏆 The winner of {escaped(event.name)}\n"
        f"<@{winner.user_id}>, with {votes}. Congratulations!{caption}{prize}",
        shown(picture, f"The winning picture, made with the filter {clean(winner.filter_name)}"),
        f"-# {TIE_RULE}",
        row(buttons),
        colour=GOLD,
    )


def _call(event: Event) -> str:
    return f"<@&{event.ping_role_id}> " if event.ping_role_id is not None else ""


def _to_panel(event: Event) -> list[discord.ui.Button[discord.ui.LayoutView]]:
    if event.panel_message_id is None:
        return []
    return [link_button("Go to the panel", where(event))]
