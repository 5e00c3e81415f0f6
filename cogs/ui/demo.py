"""The bot's first words on the demo page."""

from __future__ import annotations

import discord


def welcome() -> discord.ui.LayoutView:
    """Say what to try."""
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(
            "### Welcome to the photo booth 👋\n"
            "Above is what I made of a photo a moment ago. Now try it with yours:\n"
            "1. Type `/faceswap`, choose **photo** and attach a picture of a face.\n"
            "2. Type in **filter** and pick one from the list; say **who** is in the photo.\n"
            "3. Send it, agree once, and watch the card until your picture is there.\n\n"
            "Then press its buttons, or try `/imagine`, `/jobs`, `/quota` and `/help`.\n"
            "-# Everything here runs on this computer: no account, no key, nothing is sent anywhere."
        ),
        accent_colour=discord.Colour.blurple(),
    )
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()
    return view
