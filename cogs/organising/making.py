"""/event create: the options become a draft, the form completes it, a preview is agreed to.

The draft is a row, and the form's and the buttons' custom ids name it: whatever happens to the bot
between two steps, the next one goes on from there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import discord

from bot.organising_errors import Need
from bot.services.access import Action
from bot.services.events.zones import UTC_ZONE
from cogs.organising import places
from cogs.organising.asking import admit, filter_names, get, think
from cogs.organising.dressing import keep_frame, sample_file
from cogs.ui.events.forms import Answers, event_form, read_form
from cogs.ui.events.preview import changed_page, created_page, discarded_page, preview_card
from db.event_models import Event, EventPlan, EventState

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]

UNNAMED = ""
UTC_NOTE = "Times are those of UTC. For your own give `timezone`, once for this server."


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What /event create was given."""

    starts: str
    ends: str
    timezone: str | None
    channel: discord.TextChannel | None
    gallery: places.GalleryChannel | None
    approval: discord.TextChannel | None
    guest_limit: int
    pot: int | None
    theme: str | None  # names of filters, with commas between them
    ratio: str
    gender: int | None
    ping: discord.Role | None
    listing: bool


async def begin(interaction: Asked, options: Options) -> None:
    """Keep the options as a draft, and ask for the rest; raises UserError."""
    await admit(interaction, Action.EVENT_CREATE)
    planning, guild_id = interaction.client.services.events.planning, interaction.guild_id or 0
    when = await planning.when(
        guild_id, start=options.starts, end=options.ends, zone=options.timezone
    )
    panel = places.panel_channel(interaction, options.channel)
    place, gallery_id = places.gallery_of(panel, options.gallery)
    if options.approval is not None:
        places.require(options.approval, Need.REVIEW)
    if options.ping is not None:
        places.check_role(interaction, options.ping)
    theme = await planning.filters_named(options.theme or "")
    plan = EventPlan(
        name=UNNAMED,
        timezone=when.zone,
        starts_at=when.starts.at,
        ends_at=when.ends.at,
        channel_id=panel.id,
        place=place,
        review_channel_id=options.approval.id if options.approval else None,
        filters=tuple(str(each.id) for each in theme),
        gender=options.gender,
        ratio=options.ratio,
        guest_limit=options.guest_limit,
        pot=options.pot,
        ping_role_id=options.ping.id if options.ping else None,
        wants_listing=options.listing,
    )
    draft = await planning.draft(guild_id, interaction.user.id, plan, gallery_channel_id=gallery_id)
    await ask(interaction, draft)


async def ask(interaction: Asked, event: Event) -> None:
    """Open the form of an event or a draft; it must be the first answer."""
    is_draft = event.state is EventState.DRAFT
    has_theme = is_draft and event.filters and not event.name
    offered = () if has_theme else interaction.client.services.catalogue.filters
    title = "New event" if is_draft else f"Change {event.name}"
    await interaction.response.send_modal(event_form(event.id, event, offered, title=title))


async def ask_again(interaction: Asked, event: Event) -> None:
    """Open the form of a preview once more."""
    await admit(interaction, Action.EVENT_CREATE)
    await ask(interaction, event)


async def take_form(interaction: Asked, event_id: int) -> None:
    """Complete a draft with the form's answers and show it; or change an event by them."""
    action = Action.EVENT_CREATE
    event = await get(interaction, event_id)
    if event.state is not EventState.DRAFT:
        action = Action.EVENT_EDIT
    await admit(interaction, action)
    await think(interaction)
    answers = read_form(interaction)
    planning = interaction.client.services.events.planning
    event = await planning.edit(event.guild_id, event.id, _answered(event, answers))
    notes: list[str] = []
    if answers.frame is not None:
        event, notes = await keep_frame(interaction, event, answers.frame)
    await show(interaction, event, notes=notes)


async def show(interaction: Asked, event: Event, *, notes: list[str]) -> None:
    """Show a draft with its buttons, or an event as it is now."""
    is_draft = event.state is EventState.DRAFT
    card = preview_card if is_draft else changed_page
    if is_draft and event.timezone == UTC_ZONE:
        notes = [*notes, UTC_NOTE]
    picture = await sample_file(interaction, event)
    await interaction.edit_original_response(
        view=card(
            event,
            filters=filter_names(interaction, event),
            picture=picture,
            notes=[*notes, *places.notes_on(interaction, event)],
        ),
        attachments=[picture],
    )


async def create(interaction: Asked, event: Event) -> None:
    """Have a draft take place."""
    await admit(interaction, Action.EVENT_CREATE)
    await interaction.response.defer()
    planning = interaction.client.services.events.planning
    created = await planning.publish(event.guild_id, event.id)
    await interaction.edit_original_response(
        view=created_page(created, notes=places.notes_on(interaction, created)), attachments=[]
    )


async def discard(interaction: Asked, event: Event) -> None:
    """Forget a draft."""
    await admit(interaction, Action.EVENT_CREATE)
    await interaction.response.defer()
    await interaction.client.services.events.planning.discard(event.guild_id, event.id)
    await interaction.edit_original_response(view=discarded_page(event), attachments=[])


def _answered(event: Event, answers: Answers) -> EventPlan:
    filters = event.filters if answers.filters is None else answers.filters
    return replace(
        event, name=answers.name, about=answers.about, prize=answers.prize, filters=filters
    )
