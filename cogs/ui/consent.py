"""Consent at first use: what happens to a photo, and one button to agree."""

from __future__ import annotations

import discord

from bot.services.bundle import Services
from bot.services.privacy import CONSENT_VERSION
from cogs.ui.buttons import Button

CONSENT_TEMPLATE = r"consent:(?P<version>[0-9]{1,6})"


def consent_button(version: int) -> Button:
    """Return the button that `cogs.consent` answers."""
    return discord.ui.Button(
        label="I agree, go on",
        style=discord.ButtonStyle.success,
        custom_id=f"consent:{version}",
    )


def consent_card(services: Services) -> discord.ui.LayoutView:
    """Ask before the first photo is fetched."""
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(
            "### Before your first picture\n"
            f"{what_happens(services)}\n\n"
            "By going on you say: **this photo shows me, or everyone in it agreed**, and none of "
            "it is meant to deceive or hurt anybody."
        ),
        discord.ui.ActionRow(consent_button(CONSENT_VERSION)),
        accent_colour=discord.Colour.blurple(),
    )
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()  # the button is found by its custom id
    return view


def what_happens(services: Services) -> str:
    """Say in plain words what is done with a photo."""
    if services.api_name == "studio":
        where = "It is turned into a picture on this bot's own machine and goes nowhere else."
    else:
        where = f"It is sent to the picture service **{services.api_name}**."
    if services.photo_keep_minutes:
        kept = f"I delete it {services.photo_keep_minutes} minutes after the job has ended."
    else:
        kept = "I delete it as soon as the job has ended."
    return (
        f"• Your photo is used for the pictures you order and for nothing else. {where}\n"
        f"• {kept} Cancel deletes it at once.\n"
        "• The picture is posted where you ask for it, marked as AI-made. You can delete it.\n"
        "• `/privacy` shows what is stored and deletes it."
    )
