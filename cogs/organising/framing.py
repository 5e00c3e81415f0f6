"""/event frame: a new look is shown on a sample picture before it is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.event_errors import EventStandsElsewhere
from bot.naming import escaped
from bot.services.access import Action
from cogs.organising.asking import admit, find, think
from cogs.organising.dressing import as_file, read
from cogs.ui.events.preview import frame_page, framed_page
from db.event_models import Event

if TYPE_CHECKING:
    from bot.client import FaceSwapBot

    Asked = discord.Interaction[FaceSwapBot]

ALONE = "A frame stands alone: logo and caption are not used beside it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What /event frame was given."""

    frame: discord.Attachment | None
    logo: discord.Attachment | None
    caption: str | None
    clear: bool

    @property
    def is_none(self) -> bool:
        """Tell whether the present look is only looked at."""
        return not self.clear and not (self.frame or self.logo or self.caption)


async def propose(interaction: Asked, event: str, proposal: Proposal) -> None:
    """Show how the pictures would look; raises FrameRejected, LogoRejected."""
    await admit(interaction, Action.EVENT_FRAME)
    await think(interaction)
    found = await find(interaction, event)
    if found.state.is_over:
        raise EventStandsElsewhere(found.state)
    dressing = interaction.client.services.events.dressing
    if proposal.is_none:
        picture = as_file(await dressing.sample(found))
    else:
        framed = await dressing.propose(
            found,
            frame=None if proposal.frame is None else await read(proposal.frame),
            logo=None if proposal.logo is None else await read(proposal.logo),
            caption=proposal.caption,
        )
        picture = as_file(framed)
    await interaction.edit_original_response(
        view=frame_page(
            found,
            picture,
            notes=await _notes(interaction, proposal),
            is_new=not proposal.is_none,
        ),
        attachments=[picture],
    )


async def keep(interaction: Asked, event: Event) -> None:
    """Take the look that was shown."""
    await admit(interaction, Action.EVENT_FRAME)
    await interaction.response.defer()
    changed = await interaction.client.services.events.dressing.accept(event)
    await interaction.edit_original_response(view=framed_page(changed), attachments=[])


async def _notes(interaction: Asked, proposal: Proposal) -> list[str]:
    notes = []
    if proposal.frame is not None and (proposal.logo or proposal.caption):
        notes.append(ALONE)
    if proposal.caption is not None:
        dressing = interaction.client.services.events.dressing
        left_out = await dressing.undrawable(proposal.caption)
        if left_out:
            notes.append(f"These characters cannot be drawn and are left out: {escaped(left_out)}")
    return notes
