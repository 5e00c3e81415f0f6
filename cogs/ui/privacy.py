"""The pages of /privacy."""

from __future__ import annotations

import discord

from bot.services.bundle import Services
from cogs.ui.buttons import Button
from cogs.ui.consent import what_happens

ERASE_TEMPLATE = r"privacy:erase:(?P<step>ask|confirm)"


def erase_button(*, confirmed: bool) -> Button:
    """Return the button that `cogs.privacy` answers."""
    return discord.ui.Button(
        label="Yes, delete it" if confirmed else "Delete my data",
        style=discord.ButtonStyle.danger,
        custom_id=f"privacy:erase:{'confirm' if confirmed else 'ask'}",
    )


def privacy_page(services: Services) -> discord.ui.LayoutView:
    """Say what is stored, for how long, and offer to delete it."""
    return _page(
        "### What I store\n"
        f"{what_happens(services)}\n"
        f"{_pictures(services)}\n"
        "• I keep a record of your jobs (when, which filter, how it ended), of your quota, of what "
        "organisers gave you or made a rule of for you, and of your consent, under your Discord "
        "number, without your name. Words of `/imagine`, and what "
        f"was understood of them, are kept with the job{_rows(services)}.",
        erase_button(confirmed=False),
    )


def _pictures(services: Services) -> str:
    text = (
        "• A picture is deleted here once it is posted; one that could not be posted waits under "
        f"`/jobs` for {services.undelivered_keep_days} days."
    )
    if services.original_keep_hours:
        text += (
            " Where it was posted in a smaller form, I keep the original for "
            f"{services.original_keep_hours} hours, for you alone."
        )
    return (
        f"{text}\n• A picture that you order in an event goes to its moderators and, once "
        "approved, into its gallery and onto its wall. I keep it until "
        f"{services.event_keep_days} days after the event; one that is rejected or taken down is "
        "deleted at once."
    )


def _rows(services: Services) -> str:
    if services.job_keep_days is None:
        return ""
    return f". I delete the record of a job {services.job_keep_days} days after its end"


def confirm_page() -> discord.ui.LayoutView:
    """Ask once more before everything is deleted."""
    return _page(
        "### Delete my data\n"
        "This cancels your open jobs and deletes your photos, pictures that were not posted yet, "
        "the words of your `/imagine` commands, what organisers granted you and your consent. Your "
        "pictures in events are taken down, and your votes there go, too. A job that was sent "
        "already counts against your quota; a rule that organisers made for you stays.",
        erase_button(confirmed=True),
    )


def _page(text: str, button: Button) -> discord.ui.LayoutView:
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(text),
        discord.ui.ActionRow(button),
        accent_colour=discord.Colour.blurple(),
    )
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()  # the button is found by its custom id
    return view
