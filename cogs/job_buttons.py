"""What the buttons of jobs do: cancel, order again, delete, get a picture or its original."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.delivery.reasons import TooLarge, too_large
from bot.delivery.uploads import files_of, request_limit, send_fitting, upload_limit
from bot.services.booth import original_too_large
from bot.tree import PRIVATE, report
from cogs.callers import caller_of, check_may_post, open_card
from cogs.ui.buttons import JOB_TEMPLATE, Button, Verb, job_button
from cogs.ui.cards import picture_card

if TYPE_CHECKING:
    from bot.client import FaceSwapBot
    from bot.services.sizes import Sized
    from db.models import Job

    Press = discord.Interaction[FaceSwapBot]


class JobButton(discord.ui.DynamicItem[Button], template=JOB_TEMPLATE):
    """Answers a press on any job's button, whichever process made it and however long ago."""

    def __init__(self, job_id: int, verb: Verb) -> None:
        super().__init__(job_button(job_id, verb))
        self._job_id = job_id
        self._verb = verb

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Self:
        return cls(int(match["job_id"]), Verb(match["verb"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            booth = interaction.client.services.booth
            job = await booth.own(self._job_id, interaction.user.id)
            await _ACTIONS[self._verb](interaction, job)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it
            await report(interaction, error)


async def _cancel(interaction: Press, job: Job) -> None:
    await interaction.response.defer()
    booth = interaction.client.services.booth
    card = interaction.message
    caller = caller_of(interaction, card_message_id=card.id if card else job.card_message_id)
    await booth.renew_token(job, caller)
    await booth.cancel(job)


async def _again(interaction: Press, job: Job) -> None:
    check_may_post(interaction, private=job.private)
    caller = await open_card(interaction, private=job.private)
    await interaction.client.services.booth.order_again(caller, job)


async def _delete(interaction: Press, job: Job) -> None:
    await interaction.response.defer()
    with contextlib.suppress(discord.NotFound):  # pressed twice, or a moderator was quicker
        await interaction.delete_original_response()  # the message that the button is on
    services = interaction.client.services
    await services.booth.forget(job)
    if job.event_id is not None:
        await services.events.curation.remove_of_job(job.id, by=job.user_id)


async def _fetch(interaction: Press, job: Job) -> None:
    interaction.extras[PRIVATE] = True
    await interaction.response.defer(ephemeral=True, thinking=True)
    services = interaction.client.services
    keeps_originals = services.original_keep_hours > 0

    async def send(pictures: Sequence[Sized]) -> discord.InteractionMessage:
        smaller = not all(sized.whole for sized in pictures)
        return await _answer_with(interaction, job, pictures, original=keeps_originals and smaller)

    message, whole = await send_fitting(
        lambda each: services.booth.undelivered_pictures(
            job, each=each, together=request_limit(each)
        ),
        send,
        limit=min(interaction.filesize_limit, _bots_limit(interaction)),
    )
    await services.booth.record_delivered(
        job, message.channel.id, message.id, keep_original=not whole
    )


async def _original(interaction: Press, job: Job) -> None:
    interaction.extras[PRIVATE] = True
    await interaction.response.defer(ephemeral=True, thinking=True)
    # What the interaction names counts the member's own subscription, and may be too much for us.
    limit = max(interaction.filesize_limit, _bots_limit(interaction))
    originals = await interaction.client.services.booth.originals(
        job, each=limit, together=request_limit(limit)
    )
    try:
        await _answer_with(interaction, job, originals, original=False)
    except TooLarge:
        limit, size = _bots_limit(interaction), max(sized.size for sized in originals)
        raise original_too_large(job, size=size, limit=limit) from None


def _bots_limit(interaction: Press) -> int:
    ordinary = interaction.client.services.max_upload_bytes
    return upload_limit(interaction.guild, ordinary=ordinary)


async def _answer_with(
    interaction: Press, job: Job, pictures: Sequence[Sized], *, original: bool
) -> discord.InteractionMessage:
    files = files_of(job, pictures)
    with too_large():  # what else Discord may say is for `report`
        return await interaction.edit_original_response(
            view=picture_card(job, *files, original=original), attachments=files
        )


_ACTIONS = {
    Verb.CANCEL: _cancel,
    Verb.AGAIN: _again,
    Verb.DELETE: _delete,
    Verb.FETCH: _fetch,
    Verb.ORIGINAL: _original,
}


async def setup(bot: FaceSwapBot) -> None:
    """Have discord.py route presses on job buttons here."""
    bot.add_dynamic_items(JobButton)
