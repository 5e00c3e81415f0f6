"""/quota: what a member has left and why, and what organisers make of their server's quotas."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import quota_messages as words
from bot.moments import timestamp
from bot.quota_errors import ExportTooLarge, NothingChosen, WhomUnclear
from bot.services.access import Action
from bot.services.bundle import Services
from cogs.quota_options import (
    HOW,
    LONGEST_COOLDOWN,
    LONGEST_GRANT,
    MOST,
    POT_WINDOWS,
    WINDOWS,
    Amount,
    answer_later,
    holders,
    organiser,
    other,
    person,
    require_amount,
    require_whom,
    say,
    whom_of_options,
)
from cogs.ui.quota import STACKINGS, mention, named, page, quota_page, rules_page, was
from db.models import Scope, Stacking, Window

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]


class Quota(commands.GroupCog, name="quota", description="How many pictures you have left"):
    """Shows members their quota, and lets organisers make the rules."""

    def __init__(self, services: Services) -> None:
        self._quotas = services.quotas
        self._most_bytes = services.max_upload_bytes

    @app_commands.command()
    async def show(self, interaction: Asked) -> None:
        """Show how many pictures you have left, when you get new ones, and why"""
        await answer_later(interaction)
        overview = await self._quotas.overview(person(interaction))
        await interaction.edit_original_response(view=quota_page(overview))

    @app_commands.command(name="set")
    @app_commands.describe(
        window="For how long it counts before it starts again (UTC)",
        pictures="How many; 0 for none",
        member="For this member alone",
        role="For each member who has this role; leave both out to mean everybody",
        together="For everybody on the server together",
        remove="Take the rule away, in place of a number",
    )
    @app_commands.choices(window=WINDOWS)
    async def set_(
        self,
        interaction: Asked,
        window: str,
        pictures: Amount | None = None,
        member: discord.Member | None = None,
        role: discord.Role | None = None,
        together: bool = False,
        remove: bool = False,
    ) -> None:
        """Organisers: set how many pictures a member, a role or everybody may make"""
        by = await organiser(interaction, Action.QUOTA_SET)
        require_amount(pictures, remove=remove)
        whom, per = whom_of_options(interaction, member, role), Window(window)
        if together and (member or role):
            raise WhomUnclear
        if together:
            before = await self._quotas.set_together(by, window=per, amount=pictures)
            who = "Everybody together"
        else:
            before = await self._quotas.set_limit(by, whom, window=per, amount=pictures)
            who = named(whom)
        now = (
            f"no rule {words.PER[per]} any more"
            if pictures is None
            else f"**{pictures}** {words.PER[per]}"
        )
        await say(interaction, f"Done. {who}: {now}; {was(before)}.")

    @app_commands.command()
    @app_commands.describe(
        window="For how long it counts before it starts again (UTC)",
        credits="How many; 0: none",
        remove="Take the limit away, in place of a number",
    )
    @app_commands.choices(window=POT_WINDOWS)
    async def pot(
        self,
        interaction: Asked,
        window: str,
        credits: Amount | None = None,  # noqa: A002 - the name members see
        remove: bool = False,
    ) -> None:
        """Organisers: set how many credits this server may use"""
        by = await organiser(interaction, Action.QUOTA_SET)
        require_amount(credits, remove=remove)
        per = Window(window)
        before = await self._quotas.set_pot(by, window=per, amount=credits)
        now = (
            f"no limit {words.PER[per]} any more"
            if credits is None
            else f"**{credits}** {words.PER[per]}"
        )
        await say(interaction, f"Done. Credits of this server: {now}; {was(before)}.")

    @app_commands.command()
    @app_commands.describe(
        pictures="How many, on top of the rules",
        member="To this member alone",
        role="To each member who has this role",
        everybody="To every member of this server",
        days="For how many days; 30 if you leave it out",
    )
    async def grant(
        self,
        interaction: Asked,
        pictures: app_commands.Range[int, 1, MOST],
        member: discord.Member | None = None,
        role: discord.Role | None = None,
        everybody: bool = False,
        days: app_commands.Range[int, 1, LONGEST_GRANT] = 30,
    ) -> None:
        """Organisers: give pictures on top of the rules, for a while"""
        by = await organiser(interaction, Action.QUOTA_GRANT)
        require_whom(member, role, everybody=everybody)
        whom = whom_of_options(interaction, member, role)
        given = await self._quotas.grant(by, whom, amount=pictures, days=days)
        until = timestamp(given.expires_at, "f")
        each = "" if member else " each"
        await say(interaction, f"Done. {named(whom)}: **{pictures}** on top{each}, until {until}.")

    @app_commands.command()
    @app_commands.describe(
        pictures="How many, of grants first and then of what the rules leave",
        member="From this member",
        role="Of the grants to this role",
        everybody="Of the grants to every member of this server",
    )
    async def take(
        self,
        interaction: Asked,
        pictures: app_commands.Range[int, 1, MOST],
        member: discord.Member | None = None,
        role: discord.Role | None = None,
        everybody: bool = False,
    ) -> None:
        """Organisers: take pictures back"""
        by = await organiser(interaction, Action.QUOTA_TAKE)
        require_whom(member, role, everybody=everybody)
        whom = whom_of_options(interaction, member, role)
        about = other(interaction, member) if member else None
        taken = await self._quotas.take(by, whom, amount=pictures, member=about)
        less = "" if taken.in_all == pictures else ", which is all there was"
        await say(
            interaction,
            f"Took **{taken.in_all}** from {mention(whom)}{less}: {taken.of_grants} granted, "
            f"{taken.of_rules} left under the rules.",
        )

    @app_commands.command()
    @app_commands.describe(
        member="This member alone",
        role="Each member who has this role",
        everybody="Every member of this server",
    )
    async def reset(
        self,
        interaction: Asked,
        member: discord.Member | None = None,
        role: discord.Role | None = None,
        everybody: bool = False,
    ) -> None:
        """Organisers: have somebody's quota begin anew"""
        by = await organiser(interaction, Action.QUOTA_RESET)
        require_whom(member, role, everybody=everybody)
        whom = whom_of_options(interaction, member, role)
        members = None
        if whom.scope is Scope.ROLE:
            members = await holders(interaction, whom, of=await self._quotas.counted(by.guild_id))
        forgotten = await self._quotas.reset(by, whom, members=members)
        await say(
            interaction,
            f"Done. {named(whom)} begins anew; no longer counted: {words.pictures(forgotten)}.",
        )

    @app_commands.command()
    @app_commands.describe(seconds="Between two pictures of a member; 0: no pause")
    async def cooldown(
        self, interaction: Asked, seconds: app_commands.Range[int, 0, LONGEST_COOLDOWN]
    ) -> None:
        """Organisers: have members wait between two pictures"""
        by = await organiser(interaction, Action.QUOTA_SET)
        before = await self._quotas.set_cooldown(by, seconds)
        now, then = (words.pause(each) for each in (seconds, before))
        await say(interaction, f"Done. Between two pictures: {now}; before: {then}.")

    @app_commands.command()
    @app_commands.describe(how="What counts for somebody who has several roles with rules")
    @app_commands.choices(how=HOW)
    async def roles(self, interaction: Asked, how: str) -> None:
        """Organisers: choose whether the rules of several roles add up"""
        by = await organiser(interaction, Action.QUOTA_SET)
        await self._quotas.set_stacking(by, Stacking(how))
        await say(interaction, f"Done: {STACKINGS[Stacking(how)]}.")

    @app_commands.command()
    @app_commands.describe(
        member="This member",
        role="Each member who has this role",
        weight="Turns in the queue compared with others: 2 for twice as many; 1 is ordinary",
        exempt="No rule for single members counts for them",
    )
    async def perk(
        self,
        interaction: Asked,
        member: discord.Member | None = None,
        role: discord.Role | None = None,
        weight: app_commands.Range[float, 0.25, 4.0] | None = None,
        exempt: bool | None = None,
    ) -> None:
        """Organisers: give a member or a role more turns, or exempt them from rules"""
        by = await organiser(interaction, Action.QUOTA_SET)
        whom = whom_of_options(interaction, member, role)
        if whom.scope_id == by.guild_id or (weight is None and exempt is None):
            raise NothingChosen
        said = []
        if weight is not None:
            await self._quotas.set_weight(by, whom, weight)
            said.append(f"weight {weight:g}")
        if exempt is not None:
            await self._quotas.set_exempt(by, whom, exempt=exempt)
            said.append("exempt from rules for members" if exempt else "not exempt")
        await say(interaction, f"Done. {named(whom)}: {', '.join(said)}.")

    @app_commands.command()
    async def rules(self, interaction: Asked) -> None:
        """Organisers: see every rule of this server, and who changed what last"""
        by = await organiser(interaction, Action.QUOTA_RULES)
        found = await self._quotas.rules(by.guild_id)
        await interaction.edit_original_response(view=rules_page(found))

    @app_commands.command()
    async def export(self, interaction: Asked) -> None:
        """Organisers: get rules, grants, what is used and every change as a table (CSV)"""
        by = await organiser(interaction, Action.QUOTA_EXPORT)
        content = await self._quotas.export(by.guild_id)
        if len(content) > self._most_bytes:
            raise ExportTooLarge(self._most_bytes)
        file = discord.File(io.BytesIO(content), "quotas.csv")
        view = page("### Quotas of this server\nAs a table for any spreadsheet.")
        view.add_item(discord.ui.File(file))
        await interaction.edit_original_response(view=view, attachments=[file])


async def setup(bot: FaceSwapBot) -> None:
    """Add the commands."""
    await bot.add_cog(Quota(bot.services))
