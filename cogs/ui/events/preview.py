"""What only an organiser sees: the preview before an event is created, and what asks once more."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from datetime import datetime

import discord

from bot.moments import timestamp
from bot.naming import clean, escaped
from bot.who import WHO
from cogs.ui.choices import RATIOS
from cogs.ui.events.buttons import Step, link_button, step_button
from cogs.ui.events.lists import frame_words
from cogs.ui.events.page import BLURPLE, GREEN, RED, Picture, named, page, row, shown, where
from cogs.ui.events.panel import about, named_filters
from db.event_models import Event, EventState, Place

_PEOPLE = {gender.value: name for name, gender in WHO.items()}
_SHAPES = {ratio.value: name.partition(" ")[0] for name, ratio in RATIOS.items()}


def preview_card(
    event: Event,
    *,
    filters: Sequence[str] = (),
    picture: Picture | None = None,
    notes: Sequence[str] = (),
) -> discord.ui.LayoutView:
    """Show a draft as it will be, with what the bot has to say about it."""
    steps = (Step.CREATE, Step.CHANGE, Step.DISCARD)
    return page(
        f"### Preview: {escaped(event.name)}\n{about(event)}".rstrip(),
        "\n".join(plan_lines(event, filters)),
        shown(picture, f"A sample picture of the event {clean(event.name)}"),
        "\n".join(f"⚠️ {note}" for note in notes),
        row([step_button(event.id, step) for step in steps]),
        "-# Nobody else sees this. It is kept for an hour.",
        colour=BLURPLE,
    )


def plan_lines(event: Event, filters: Sequence[str]) -> list[str]:
    """Say all that was chosen, one thing a line."""
    lines = [_times(event), _places(event)]
    if event.ping_role_id is not None:
        lines.append(f"📣 Calls <@&{event.ping_role_id}>")
    pot = "any number of pictures in all" if event.pot is None else f"{event.pot} pictures in all"
    who = "" if event.gender is None else f", proposed: {_PEOPLE[event.gender]}"
    lines += [
        f"🎟️ {event.guest_limit} for each guest, {pot}",
        f"🎨 {_SHAPES[event.ratio]}, {named_filters(filters)}{who}",
        f"🪄 Frame: {frame_words(event)}",
        _approval(event),
    ]
    if event.wants_listing:
        lines.append("🗓️ Also listed among the server's events")
    return lines


def created_page(event: Event, *, notes: Sequence[str] = ()) -> discord.ui.LayoutView:
    """Say that the event exists now, and what one can do with it."""
    opens = (
        "It is open."
        if event.state is EventState.OPEN
        else f"It opens by itself {timestamp(event.starts_at)}."
    )
    return page(
        f"### ✅ {escaped(event.name)}\n"
        f"Created, and announced in <#{event.channel_id}>. {opens} It ends by itself "
        f"{timestamp(event.ends_at, 'F')}; then I post a report and the winner.",
        "`/event wall` gives you a page for a projector, `/event frame` dresses the pictures, "
        "`/event edit`, `pause`, `end` and `cancel` are there when you need them.",
        "\n".join(f"⚠️ {note}" for note in notes),
        row([link_button("Go to it", where(event))]),
        colour=GREEN,
    )


def changed_page(
    event: Event,
    *,
    filters: Sequence[str] = (),
    picture: Picture | None = None,
    notes: Sequence[str] = (),
) -> discord.ui.LayoutView:
    """Show an event as it is after a change."""
    return page(
        f"### Changed: {escaped(event.name)}\n{about(event)}".rstrip(),
        "\n".join(plan_lines(event, filters)),
        shown(picture, f"A sample picture of the event {clean(event.name)}"),
        "\n".join(f"⚠️ {note}" for note in notes),
        row([link_button("Go to it", where(event))]),
        colour=GREEN,
    )


def discarded_page(event: Event) -> discord.ui.LayoutView:
    """Say that a draft is gone."""
    return page(f"{named(event)} is discarded. Nobody has seen it.")


def confirm_end_page(event: Event) -> discord.ui.LayoutView:
    """Ask before an event ends early."""
    return page(
        f"### End {escaped(event.name)} now?\n"
        "Nobody can step in any more. Pictures that were ordered are still made, then I post the "
        f"report and the winner. It would end by itself {timestamp(event.ends_at)}. "
        "**This cannot be undone.**",
        row([step_button(event.id, step) for step in (Step.END, Step.NEVER_MIND)]),
        colour=RED,
    )


def confirm_cancel_page(event: Event) -> discord.ui.LayoutView:
    """Ask before an event is called off."""
    return page(
        f"### Cancel {escaped(event.name)}?\n"
        "It will not take place, or not go on: pictures that wait to be made are cancelled and do "
        "not count, there is no winner and no report, and the wall goes dark. To keep what there "
        "is, use `/event end`. **This cannot be undone.**",
        row([step_button(event.id, step) for step in (Step.CANCEL, Step.NEVER_MIND)]),
        colour=RED,
    )


def ended_page(event: Event) -> discord.ui.LayoutView:
    """Say that an event has ended early."""
    return page(
        f"{named(event)} has ended. When the last pictures are made, report and winner are posted "
        f"in <#{event.channel_id}>."
    )


def called_off_page(event: Event) -> discord.ui.LayoutView:
    """Say that an event was called off."""
    return page(f"{named(event)} is cancelled. I say so in <#{event.channel_id}>.")


def left_page(event: Event) -> discord.ui.LayoutView:
    """Say that nothing was changed."""
    return page(f"{named(event)} stays as it is.")


def frame_page(
    event: Event, picture: Picture, *, notes: Sequence[str] = (), is_new: bool = True
) -> discord.ui.LayoutView:
    """Show what a frame would look like before it is taken, or the one that there is."""
    steps = (Step.KEEP_FRAME, Step.NEVER_MIND) if is_new else ()
    words = "This is a sample. Shall the guests' pictures look like it from now on?"
    if not is_new:
        words = f"It has {frame_words(event)}. This is a sample of its pictures."
    return page(
        f"### {'A new look for' if is_new else 'The look of'} {escaped(event.name)}\n{words}",
        shown(picture, f"A sample picture of the event {clean(event.name)}"),
        "\n".join(f"⚠️ {note}" for note in notes),
        row([step_button(event.id, step) for step in steps]),
    )


def framed_page(event: Event) -> discord.ui.LayoutView:
    """Say that a frame was taken."""
    return page(f"{named(event)}: from now on each picture comes with {frame_words(event)}.")


def wall_page(event: Event, *, url: str, join_url: str, code: str) -> discord.ui.LayoutView:
    """Give an organiser the way to the wall; whoever has it sees the pictures."""
    return page(
        f"### The wall of {escaped(event.name)}\n"
        f"Open this full-screen on a projector or television: {url}\n"
        f"Guests get to it with the code **{code}**, or with the QR code on it: {join_url}",
        "-# Whoever has the link sees the approved pictures, without Discord. A new link closes "
        "the old one at once.",
        row([step_button(event.id, step) for step in (Step.RENEW_WALL, Step.REVOKE_WALL)]),
    )


def no_wall_page(event: Event) -> discord.ui.LayoutView:
    """Say that the wall's link is revoked."""
    return page(
        f"The link to the wall of {named(event)} is revoked: pages that are open go dark within "
        "seconds. `/event wall` makes a new one."
    )


def unblocked_page(event: Event, user_id: int, *, was_blocked: bool) -> discord.ui.LayoutView:
    """Say that a guest may take part again."""
    words = "may take part again" if was_blocked else "was not blocked"
    return page(f"<@{user_id}> {words} in {named(event)}.")


def _times(event: Event) -> str:
    starts, ends, zone = event.starts_at, event.ends_at, event.timezone
    line = (
        f"🕒 {timestamp(starts, 'F')} to {timestamp(ends, 'F')}\n"
        f"-# In {escaped(zone)}: {_written(starts, zone)} to "
        f"{_written(ends, zone)}"
    )
    twice = [each for each in (starts, ends) if _comes_twice(each, zone)]
    if twice:
        line += "\n-# The clocks go back that night and show this time twice; see above which it is"
    return line


def _places(event: Event) -> str:
    gallery = event.gallery_channel_id
    if gallery is not None and gallery != event.channel_id:
        there = f"<#{gallery}>" + (", a post each" if event.place is Place.MEDIA else "")
    elif event.place is Place.THREAD:
        there = "a new thread"
    else:
        there = "the same channel"
    return f"📍 <#{event.channel_id}>, pictures in {there}"


def _approval(event: Event) -> str:
    if event.review_channel_id is None:
        return "👀 Pictures are shown **without** a moderator's approval"
    return f"👀 Moderators approve each picture in <#{event.review_channel_id}>"


def _written(moment: datetime, zone: str) -> str:
    """Write a moment as the clocks of a time zone show it."""
    here = moment.astimezone(zoneinfo.ZoneInfo(zone))
    return f"{here:%a} {here.day} {here:%b %Y, %H:%M}"


def _comes_twice(moment: datetime, zone: str) -> bool:
    """Tell whether the clocks of a time zone show this time a second time that night."""
    here = moment.astimezone(zoneinfo.ZoneInfo(zone))
    return here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()
