"""The bot's first words to a newcomer."""

from __future__ import annotations

import discord


def welcome(*, event: int, wall: str) -> discord.ui.LayoutView:
    """Say what to try: in the channel `event` there is an event, and `wall` is its wall."""
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        discord.ui.TextDisplay(
            "### Welcome to the photo booth 👋\n"
            "Above is what I made of a photo a moment ago. Now try it with yours:\n"
            "1. Type `/faceswap`, attach a **photo** of a face, pick a **filter** from the list "
            "and say **who** is in it.\n"
            "2. Send it, agree once, and watch the card until your picture is there.\n"
            "3. Look through `/filters`, or try `/imagine`, `/jobs`, `/quota` and `/help`."
        ),
        discord.ui.TextDisplay(
            f"There is an **event**, too: step in at <#{event}>, approve, vote, and watch "
            f"[its wall]({wall}). `/event create` makes one of yours."
        ),
        discord.ui.TextDisplay(
            "-# No account, no key: everything here runs on this computer and stays on it."
        ),
        accent_colour=discord.Colour.blurple(),
    )
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()  # it has no buttons to wait for
    return view
