"""The panels of events: posted once, edited when something on them has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from bot.delivery.events.noticeboard import Noticeboard
from bot.delivery.events.posts import EventPosts, Post, is_panel
from bot.delivery.reasons import PlaceGone, PlaceRefused
from db.event_models import Event, GuestCounts, NoticeKind
from db.events import EventRepository

EDIT_EVERY = timedelta(seconds=10)
REFUSED_FOR = timedelta(minutes=5)  # a channel that takes nothing, until somebody has mended it

Content: TypeAlias = tuple[Event, GuestCounts, int]
_LONGEST_NONCE = 25  # that Discord takes

_log = logging.getLogger(__name__)


class Panels:
    """Keeps the panel of each event true, and edits it no more often than Discord likes."""

    def __init__(
        self,
        *,
        events: EventRepository,
        posts: EventPosts,
        board: Noticeboard,
        clock: Callable[[], datetime],
    ) -> None:
        self._events = events
        self._posts = posts
        self._board = board
        self._clock = clock
        self._refused_until: dict[int, datetime] = {}
        self._shown: dict[int, tuple[Content, datetime]] = {}  # what each shows, and since when
        self._files: dict[int, str] = {}  # what the picture of each is called, as far as is known

    async def keep_true(self, event: Event, *, at_once: bool = False) -> None:
        """Post the panel of an event that was announced, or bring it up to date."""
        if event.panel_message_id is None:
            await self._post(event)
            return
        content = await self._content(event)
        shown, since = self._shown.get(event.id, (None, None))
        is_news = at_once or shown is None or shown[0] != content[0]  # not figures alone
        too_soon = since is not None and self._clock() < since + EDIT_EVERY
        if shown == content or (too_soon and not is_news):
            return
        try:
            post = await self._posts.panel(event, has=self._files.get(event.id))
            await self._board.edit(event.channel_id, event.panel_message_id, post)
            self._note_file(event, post)
        except PlaceGone:  # deleted by hand, or with its channel: posted anew while it is needed
            _log.info("Event %d: its panel is gone.", event.id)
            await self._events.set_panel(event.id, None)
            self._shown.pop(event.id, None)
            self._files.pop(event.id, None)
            return
        except PlaceRefused as refused:
            _log.warning("Event %d: its panel cannot be edited: %s", event.id, refused)
        self._shown[event.id] = (content, self._clock())

    async def _post(self, event: Event) -> None:
        notice = await self._events.find_notice(event.id, NoticeKind.ANNOUNCED)
        if event.state.is_over or notice is None or notice.posted_at is None:
            return
        refused_until = self._refused_until.get(event.id)
        if refused_until is not None and self._clock() < refused_until:
            return
        try:
            message_id = await self._find(event) or await self._send(event)
        except PlaceRefused as refused:
            _log.warning("Event %d: its panel cannot be posted: %s", event.id, refused)
            self._refused_until[event.id] = self._clock() + REFUSED_FOR
        else:
            await self._events.set_panel(event.id, message_id)

    async def _find(self, event: Event) -> int | None:
        """Look for the panel that an earlier process may have posted."""
        found = await self._board.find(
            event.channel_id,
            lambda message: is_panel(message, event.id),
            since=event.created_at,
        )
        return None if found is None else found.message_id

    async def _send(self, event: Event) -> int:
        content = await self._content(event)
        post = await self._posts.panel(event)
        nonce = f"event-{event.id}-panel"[:_LONGEST_NONCE]
        posted = await self._board.post(event.channel_id, post, nonce=nonce)
        self._shown[event.id] = (content, self._clock())
        self._note_file(event, post)
        return posted.message_id

    def _note_file(self, event: Event, post: Post) -> None:
        for file in post.files:
            self._files[event.id] = file.filename

    async def _content(self, event: Event) -> Content:
        """Say all that a panel depends on."""
        same = replace(event, updated_at=event.created_at, panel_message_id=None)
        progress = await self._events.progress(event.id)
        return same, await self._events.counts(event.id), progress.pot_used
