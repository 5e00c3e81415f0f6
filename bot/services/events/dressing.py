"""Frames, logos and captions of events: proposed, looked at on a sample picture, then taken.

A proposal is a note in the event's folder, so it survives a restart; the next one takes its place.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import Path

from bot.services.events.artwork_store import ArtworkStore
from bot.services.events.framing import Framed, Framing
from bot.services.events.planning import Planning
from bot.services.previews import Previews
from db.event_models import Event
from faceswap.models import Ratio

_PROPOSAL = "proposal.json"
_DIGEST_LETTERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is put round each picture: names of files below the event's folder, and words."""

    frame: str | None = None
    logo: str | None = None
    caption: str = ""

    def digest(self, event: Event) -> str:
        """Return a word that is another one when a sample of the event would look different."""
        seen = (self.frame, self.logo, self.caption, event.ratio, event.filters[:1])
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:_DIGEST_LETTERS]


class Dressing:
    """Keeps what organisers dress their events with; `folder` is that of all events."""

    def __init__(
        self,
        folder: Path,
        *,
        store: ArtworkStore,
        framing: Framing,
        planning: Planning,
        previews: Previews,
    ) -> None:
        self._folder = folder
        self._store = store
        self._framing = framing
        self._planning = planning
        self._previews = previews

    async def sample(self, event: Event) -> Framed:
        """Show what the pictures of an event look like: its first filter, or anybody's picture."""
        if event.filters:
            first = self._planning.filters_of(event)[:1]
            for preview in (await self._previews.of(first)).values():
                return await self._framing.dress(preview.data, event)
        artwork = await self._store.of(event)
        return await self._framing.preview(
            Ratio(event.ratio), frame=artwork.frame, logo=artwork.logo, caption=artwork.caption
        )

    async def keep_frame(self, event: Event, data: bytes) -> Event:
        """Give an event a frame at once; raises FrameRejected."""
        frame = await self._framing.check_frame(data)
        return await self._wear(event, Look(frame=await self._store.keep(event.id, frame)))

    async def propose(
        self,
        event: Event,
        *,
        frame: bytes | None = None,
        logo: bytes | None = None,
        caption: str | None = None,
    ) -> Framed:
        """Keep a new look for `accept`, and show it; raises FrameRejected, LogoRejected.

        A frame stands alone. Logo and caption go together, so one of them keeps the other; without
        any of the three the pictures are left as they are.
        """
        look = await self._look(event, frame=frame, logo=logo, caption=caption)
        before = await asyncio.to_thread(self._read_proposal, event)
        await asyncio.to_thread(self._write_proposal, event, look)
        if before is not None:
            await self._delete_unused(event, before, wanted=(look, look_of(event)))
        return await self.sample(_wearing(event, look))

    async def accept(self, event: Event) -> Event:
        """Take the look that was proposed last; without one nothing changes."""
        look = await asyncio.to_thread(self._read_proposal, event)
        if look is None:
            return event
        changed = await self._wear(event, look)
        await asyncio.to_thread(self._note_of(event).unlink, missing_ok=True)
        return changed

    async def undrawable(self, caption: str) -> str:
        """Return the characters of a caption that cannot be drawn; they are left out."""
        return await self._framing.undrawable(caption)

    async def _look(
        self, event: Event, *, frame: bytes | None, logo: bytes | None, caption: str | None
    ) -> Look:
        if frame is not None:
            checked = await self._framing.check_frame(frame)
            return Look(frame=await self._store.keep(event.id, checked))
        if logo is None and caption is None:
            return Look()
        name = event.logo
        if logo is not None:
            name = await self._store.keep(event.id, await self._framing.check_logo(logo))
        return Look(logo=name, caption=event.caption if caption is None else caption)

    async def _wear(self, event: Event, look: Look) -> Event:
        now = await self._planning.get(event.guild_id, event.id)  # edited meanwhile, perhaps
        changed = await self._planning.edit(event.guild_id, event.id, _wearing(now, look))
        await self._delete_unused(event, look_of(now), wanted=(look,))
        return changed

    async def _delete_unused(self, event: Event, old: Look, *, wanted: tuple[Look, ...]) -> None:
        kept = {name for look in wanted for name in (look.frame, look.logo)}
        for name in (old.frame, old.logo):
            if name is not None and name not in kept:
                await self._store.delete(event.id, name)

    def _note_of(self, event: Event) -> Path:
        return self._folder / str(event.id) / _PROPOSAL

    def _write_proposal(self, event: Event, look: Look) -> None:
        note = {"frame": look.frame, "logo": look.logo, "caption": look.caption}
        path = self._note_of(event)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(note), encoding="utf-8")
        unfinished.replace(path)

    def _read_proposal(self, event: Event) -> Look | None:
        try:
            return Look(**json.loads(self._note_of(event).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None


def look_of(event: Event) -> Look:
    """Return what an event wears."""
    return Look(frame=event.frame, logo=event.logo, caption=event.caption)


def _wearing(event: Event, look: Look) -> Event:
    return replace(event, frame=look.frame, logo=look.logo, caption=look.caption)
