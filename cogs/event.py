"""/event: what an organiser does with community events, and what everybody may look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.services.bundle import Services
from bot.services.events.zones import suggest_zones
from bot.who import WHO
from cogs.organising import arranging, changing, exporting, framing, looking, making, walling
from cogs.ui.choices import RATIOS
from faceswap.models import Ratio

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]

Choice = app_commands.Choice[str]

CHOICE_LENGTH = 100  # characters Discord shows of a choice
MOST_PER_GUEST = 100
LARGEST_POT = 100_000
MOST_PARTS = 10_000

PEOPLE = [app_commands.Choice(name=name, value=gender.value) for name, gender in WHO.items()]
SHAPES = [app_commands.Choice(name=name, value=ratio.value) for name, ratio in RATIOS.items()]

_EVENT = "Type its name, then pick it from the list"
_STARTS = "When it opens, in your own words: 18:00, Fri 6pm, 24 Dec 18:00, now"
_ENDS = "When it ends, or how long it lasts: 22:00, tomorrow 1:00, 3h"
_ZONE = "Whose clock that is; type a city. Remembered for this server"
_FILTER = "One as the theme, or some with commas between them; else the form asks"
_WHO = "Proposed to guests, who can choose another"


@app_commands.guild_only()
class Events(
    commands.GroupCog, group_name="event", group_description="Photo parties and contests here"
):
    """Declares the commands; `cogs.organising` does the work."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command()
    @app_commands.describe(
        starts=_STARTS,
        ends=_ENDS,
        timezone=_ZONE,
        channel="Where it is announced and guests step in; here if you leave it out",
        gallery="Where pictures are shown: a text, forum or media channel; else a new thread",
        approval="Moderators' channel where pictures wait for a yes; none if you leave it out",
        guest_limit="Pictures for each guest; 5 if you leave it out",
        pot="Pictures in all; any number if you leave it out",
        filters=_FILTER,
        shape="Of all pictures; portrait if you leave it out",
        who=_WHO,
        ping="A role to call when it is announced and when it opens",
        listing="Also list it among the server's events; yes if you leave it out",
    )
    @app_commands.choices(shape=SHAPES)
    @app_commands.choices(who=PEOPLE)
    async def create(
        self,
        interaction: Asked,
        starts: app_commands.Range[str, 1, 100],
        ends: app_commands.Range[str, 1, 100],
        timezone: str | None = None,
        channel: discord.TextChannel | None = None,
        gallery: discord.TextChannel | discord.ForumChannel | None = None,
        approval: discord.TextChannel | None = None,
        guest_limit: app_commands.Range[int, 1, MOST_PER_GUEST] = 5,
        pot: app_commands.Range[int, 1, LARGEST_POT] | None = None,
        filters: str | None = None,
        shape: str = Ratio.PORTRAIT.value,
        who: int | None = None,
        ping: discord.Role | None = None,
        listing: bool = True,
    ) -> None:
        """Make a photo party or contest: a few options, a short form, a preview"""
        options = making.Options(
            starts=starts,
            ends=ends,
            timezone=timezone,
            channel=channel,
            gallery=gallery,
            approval=approval,
            guest_limit=guest_limit,
            pot=pot,
            theme=filters,
            ratio=shape,
            gender=who,
            ping=ping,
            listing=listing,
        )
        await making.begin(interaction, options)

    @app_commands.command()
    async def list(self, interaction: Asked) -> None:
        """Show this server's events"""
        await looking.list_events(interaction)

    @app_commands.command()
    @app_commands.describe(event=_EVENT)
    async def show(self, interaction: Asked, event: str) -> None:
        """Show one event: when, where, its rules and how far it is"""
        await looking.show(interaction, event)

    @app_commands.command()
    @app_commands.describe(
        event=_EVENT,
        starts=_STARTS,
        ends=_ENDS,
        timezone=_ZONE,
        approval="Another moderators' channel where pictures wait for a yes",
        without_approval="Show pictures without a moderator's approval from now on",
        guest_limit="Pictures for each guest",
        pot="Pictures in all; 0 for any number",
        filters="Other ones, with commas between them; or leave all options out for the form",
        shape="Of all pictures from now on",
        who=_WHO,
        listing="List it among the server's events",
    )
    @app_commands.choices(shape=SHAPES)
    @app_commands.choices(who=PEOPLE)
    async def edit(
        self,
        interaction: Asked,
        event: str,
        starts: app_commands.Range[str, 1, 100] | None = None,
        ends: app_commands.Range[str, 1, 100] | None = None,
        timezone: str | None = None,
        approval: discord.TextChannel | None = None,
        without_approval: bool = False,
        guest_limit: app_commands.Range[int, 1, MOST_PER_GUEST] | None = None,
        pot: app_commands.Range[int, 0, LARGEST_POT] | None = None,
        filters: str | None = None,
        shape: str | None = None,
        who: int | None = None,
        listing: bool | None = None,
    ) -> None:
        """Change an event: with options at once, without any in the form"""
        changes = changing.Changes(
            starts=starts,
            ends=ends,
            timezone=timezone,
            approval=approval,
            without_approval=without_approval,
            guest_limit=guest_limit,
            pot=pot,
            theme=filters,
            ratio=shape,
            gender=who,
            listing=listing,
        )
        await changing.edit(interaction, event, changes)

    @app_commands.command()
    @app_commands.describe(event=_EVENT)
    async def pause(self, interaction: Asked, event: str) -> None:
        """Let nobody step in for a while; a second time lets them again"""
        await changing.pause(interaction, event)

    @app_commands.command()
    @app_commands.describe(event=_EVENT)
    async def end(self, interaction: Asked, event: str) -> None:
        """End an event now, with report and winner"""
        await changing.ask_to_end(interaction, event)

    @app_commands.command()
    @app_commands.describe(event=_EVENT)
    async def cancel(self, interaction: Asked, event: str) -> None:
        """Call an event off"""
        await changing.ask_to_cancel(interaction, event)

    @app_commands.command()
    @app_commands.describe(
        event=_EVENT,
        frame="A PNG with a transparent middle, put round each picture",
        logo="A small picture for the strip below each picture",
        caption="Words for the strip below each picture",
        clear="Take frame, logo and caption away",
    )
    async def frame(
        self,
        interaction: Asked,
        event: str,
        frame: discord.Attachment | None = None,
        logo: discord.Attachment | None = None,
        caption: app_commands.Range[str, 1, 60] | None = None,
        clear: bool = False,
    ) -> None:
        """Dress the pictures of an event; you see a sample before it counts"""
        proposal = framing.Proposal(frame=frame, logo=logo, caption=caption, clear=clear)
        await framing.propose(interaction, event, proposal)

    @app_commands.command()
    @app_commands.describe(event=_EVENT)
    async def wall(self, interaction: Asked, event: str) -> None:
        """Get the link to the page that shows an event's pictures on a projector"""
        await walling.show(interaction, event)

    @app_commands.command()
    @app_commands.describe(
        event=_EVENT,
        waiting="Also those that still wait for a moderator's yes",
        part="Where to go on, when there are more files than fit into one answer",
    )
    async def export(
        self,
        interaction: Asked,
        event: str,
        waiting: bool = False,
        part: app_commands.Range[int, 1, MOST_PARTS] = 1,
    ) -> None:
        """Get all pictures of an event as ZIP, with a page and a table"""
        wish = exporting.Wish(with_waiting=waiting, first=part)
        await exporting.export(interaction, event, wish)

    @app_commands.command()
    @app_commands.describe(event=_EVENT, guest="Who may take part again")
    async def unblock(self, interaction: Asked, event: str, guest: discord.User) -> None:
        """Let a guest take part again who was blocked"""
        await arranging.unblock(interaction, event, guest)

    @app_commands.command()
    @app_commands.describe(
        organiser_role="Who has it may run events, as who may Manage Events can anyway",
        moderator_role="Who has it may approve pictures, as who may Manage Messages can anyway",
        log_channel="Where I tell organisers what they should know",
        timezone="Whose clock times are meant by; type a city",
        clear="One of these to take away",
    )
    @app_commands.choices(
        clear=[
            app_commands.Choice(name=each.replace("_", " ").capitalize(), value=each)
            for each in arranging.CLEARABLE
        ]
    )
    async def settings(
        self,
        interaction: Asked,
        organiser_role: discord.Role | None = None,
        moderator_role: discord.Role | None = None,
        log_channel: discord.TextChannel | None = None,
        timezone: str | None = None,
        clear: str | None = None,
    ) -> None:
        """Choose who runs events on this server, and where I write my log"""
        wishes = arranging.Wishes(
            organiser_role=organiser_role,
            moderator_role=moderator_role,
            log_channel=log_channel,
            timezone=timezone,
            clear=clear,
        )
        await arranging.arrange(interaction, wishes)

    @show.autocomplete("event")
    @edit.autocomplete("event")
    @pause.autocomplete("event")
    @end.autocomplete("event")
    @cancel.autocomplete("event")
    @frame.autocomplete("event")
    @export.autocomplete("event")
    @wall.autocomplete("event")
    @unblock.autocomplete("event")
    async def _suggest_event(self, interaction: discord.Interaction[Any], typed: str) -> _Choices:
        found = await self._services.events.planning.suggest(interaction.guild_id or 0, typed)
        return [Choice(name=looking.choice_name(each), value=str(each.id)) for each in found]

    @create.autocomplete("timezone")
    @edit.autocomplete("timezone")
    @settings.autocomplete("timezone")
    async def _suggest_zone(self, _: discord.Interaction[Any], typed: str) -> _Choices:
        return [Choice(name=zone, value=zone) for zone in suggest_zones(typed)]

    @create.autocomplete("filters")
    @edit.autocomplete("filters")
    async def _suggest_filter(self, _: discord.Interaction[Any], typed: str) -> _Choices:
        return [
            Choice(name=each.name[:CHOICE_LENGTH], value=str(each.id))
            for each in self._services.catalogue.suggest(typed)
        ]


_Choices = list[Choice]


async def setup(bot: FaceSwapBot) -> None:
    """Add the commands."""
    await bot.add_cog(Events(bot.services))
