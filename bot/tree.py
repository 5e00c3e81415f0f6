"""Where every failure of an interaction ends: one report, one reply, one line in the log.

discord.py has five places where errors surface: the command tree, views, modals, dynamic items
(whose exceptions it only logs) and events. All of ours lead here.
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus

import aiohttp
import discord
from discord import app_commands

from bot import messages
from bot.errors import UserError
from bot.services.intake import Intake
from db.errors import StorageUnavailable

# Keys in Interaction.extras:
PRIVATE = "private"  # was the response deferred for one reader only?
INTAKE = "intake"  # who is to know that the order which was opened there is answered

NOTICE_SECONDS = 60.0  # for which an answer stands that could not be given privately

_ACKNOWLEDGED = 40060  # somebody has answered already
_UNKNOWN_INTERACTION = 10062  # also one that was not answered within three seconds
_NOTHING_THERE = {
    10008,
    10015,
    _UNKNOWN_INTERACTION,
}  # unknown message, webhook, interaction: it is gone

_TOO_LATE = {
    _UNKNOWN_INTERACTION: "too late: Discord had given up on it.",
    _ACKNOWLEDGED: "by somebody else: does another program run with this token?",
}

_log = logging.getLogger(__name__)


class Tree(app_commands.CommandTree[discord.Client]):
    """The command tree, reporting its errors with all the others."""

    async def on_error(
        self, interaction: discord.Interaction[discord.Client], error: app_commands.AppCommandError
    ) -> None:
        await report(interaction, error)


def notice(text: str) -> discord.ui.LayoutView:
    """Return a message that only says something."""
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay(text))
    return view


async def report(interaction: discord.Interaction[discord.Client], error: Exception) -> None:
    """Answer an error to the one person who acted, and log what is not theirs to mend."""
    cause = _cause(error)
    if isinstance(cause, discord.HTTPException) and cause.code in _TOO_LATE:
        _log.warning("A command or a button was answered %s", _TOO_LATE[cause.code])
        return
    if isinstance(cause, UserError):
        text = messages.describe(cause)
    elif isinstance(cause, StorageUnavailable):
        _log.error("The database could not be used: %s", cause)
        text = messages.describe(cause)
    elif isinstance(cause, app_commands.TransformerError):
        text = messages.NOT_SEEN
    elif _is_discords(cause):
        _log.warning("Discord failed while a command or a button was answered: %s", _name(cause))
        text = messages.DISCORD_FAILED
    else:
        reference = secrets.token_hex(4)
        _log.error("Unexpected error %s", reference, exc_info=cause)
        text = messages.unexpected(reference)
    try:
        await answer_privately(interaction, notice(text))
    except discord.HTTPException as failed:
        level = logging.DEBUG if failed.code in _NOTHING_THERE else logging.WARNING
        _log.log(level, "An error could not be answered: HTTP %s, %s", failed.status, failed.code)
        return
    intake: Intake | None = interaction.extras.get(INTAKE)
    if intake is not None:
        await intake.close(interaction.id)


async def answer_privately(
    interaction: discord.Interaction[discord.Client], view: discord.ui.LayoutView
) -> discord.Message | None:
    """Answer so that only the person who acted sees it, however far the interaction is."""
    response = interaction.response
    if not response.is_done() and await _answer_first(response, view):
        return None
    thinking = discord.InteractionResponseType.deferred_channel_message
    if response.type is thinking and interaction.extras.get(PRIVATE):
        return await interaction.edit_original_response(view=view)
    if response.type is thinking:
        return await _answer_instead(interaction, view)
    return await interaction.followup.send(view=view, ephemeral=True, wait=True)


async def _answer_first(
    response: discord.InteractionResponse[discord.Client], view: discord.ui.LayoutView
) -> bool:
    """Give the first answer; False if an earlier one had arrived, though its receipt was lost."""
    try:
        await response.send_message(view=view, ephemeral=True)
    except discord.HTTPException as refused:
        if refused.code != _ACKNOWLEDGED:
            raise
        return False
    return True


async def _answer_instead(
    interaction: discord.Interaction[discord.Client], view: discord.ui.LayoutView
) -> discord.Message:
    """Answer privately in place of a response that everybody was to see.

    The first follow-up would inherit that everybody sees it, so the response is deleted first. The
    demo's simulated Discord takes no follow-up after that; its channel has one reader only.
    """
    await interaction.delete_original_response()
    try:
        return await interaction.followup.send(view=view, ephemeral=True, wait=True)
    except discord.NotFound:
        if not isinstance(interaction.channel, discord.abc.Messageable):
            raise
        return await interaction.channel.send(view=view, delete_after=NOTICE_SECONDS)


def _is_discords(error: Exception) -> bool:
    """Tell a Discord that does not answer, or that hands out no photo, from a bug of ours.

    A TimeoutError is that of a photo which did not come; what else may take long is not Discord's
    and has an error of its own.
    """
    if isinstance(error, discord.HTTPException):
        return error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, aiohttp.ClientError | TimeoutError)


def _name(error: Exception) -> str:
    """Name a failure of Discord, without the address that it was met at."""
    code = f" {error.status}" if isinstance(error, discord.HTTPException) else ""
    return type(error).__name__ + code


def _cause(error: Exception) -> Exception:
    """Unwrap what discord.py wraps round an error of ours."""
    wrapped = (app_commands.CommandInvokeError,)
    while isinstance(error, wrapped):
        error = error.original
    return error
