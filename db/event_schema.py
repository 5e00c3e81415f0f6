"""The tables of community events; they stand in the same metadata as those of `db.schema`."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey

from db.columns import DiscordId, RowId, Timestamp, one_of, word
from db.event_models import EventState, NoticeKind, PictureState, Place
from db.models import Stacking
from db.schema import metadata, partial

events = sa.Table(
    "events",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("guild_id", DiscordId, nullable=False),
    Column("organiser_id", DiscordId, nullable=False),
    Column("state", word(EventState), nullable=False),
    Column("name", sa.Text, nullable=False),
    Column("about", sa.Text, nullable=False),
    Column("prize", sa.Text, nullable=False),
    Column("timezone", sa.Text, nullable=False),
    Column("starts_at", Timestamp, nullable=False),
    Column("ends_at", Timestamp, nullable=False),
    Column("channel_id", DiscordId, nullable=False),
    Column("place", word(Place), nullable=False),
    Column("gallery_channel_id", DiscordId),
    Column("panel_message_id", DiscordId),
    Column("review_channel_id", DiscordId),
    Column("filters", sa.JSON, nullable=False),
    Column("gender", sa.Integer),
    Column("ratio", sa.Text, nullable=False),
    Column("guest_limit", sa.Integer, nullable=False),
    Column("pot", sa.Integer),
    Column("set_aside", sa.BigInteger, nullable=False),
    Column("caption", sa.Text, nullable=False),
    Column("frame", sa.Text),
    Column("logo", sa.Text),
    Column("ping_role_id", DiscordId),
    Column("wants_listing", sa.Boolean, nullable=False),
    Column("scheduled_event_id", DiscordId),
    Column("wall_key", sa.Text, unique=True),
    Column("join_code", sa.Text, unique=True),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("opened_at", Timestamp),
    Column("closing_at", Timestamp),
    Column("closed_at", Timestamp),
    Column("files_delete_at", Timestamp),
    one_of("state", EventState),
    one_of("place", Place),
    sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    sa.CheckConstraint("guest_limit > 0", name="guest_limit_positive"),
    sa.CheckConstraint("pot > 0", name="pot_positive"),
    sa.CheckConstraint("set_aside >= 0", name="set_aside_not_negative"),
    sqlite_autoincrement=True,  # an event's number is never used again: its folder is named so
)
IS_UNDER_WAY = sa.text("state IN ('scheduled', 'open', 'paused', 'closing')")
partial("ix_events_under_way", events.c.guild_id, events.c.state, where=IS_UNDER_WAY)
sa.Index("ix_events_server", events.c.guild_id, events.c.id)

event_notices = sa.Table(
    "event_notices",
    metadata,
    Column("event_id", RowId, ForeignKey("events.id"), primary_key=True),
    Column("kind", word(NoticeKind), primary_key=True),
    Column("due_at", Timestamp, nullable=False),
    Column("posted_at", Timestamp),
    Column("channel_id", DiscordId),
    Column("message_id", DiscordId),
    one_of("kind", NoticeKind),
)
IS_UNPOSTED = sa.text("posted_at IS NULL")
partial("ix_event_notices_unposted", event_notices.c.event_id, where=IS_UNPOSTED)

event_pictures = sa.Table(
    "event_pictures",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("event_id", RowId, ForeignKey("events.id"), nullable=False),
    # not a foreign key: pictures outlive the rows of jobs
    Column("job_id", RowId, nullable=False, unique=True),
    Column("user_id", DiscordId, nullable=False),
    Column("filter_name", sa.Text, nullable=False),
    Column("file", sa.Text, nullable=False),
    Column("width", sa.Integer, nullable=False),
    Column("height", sa.Integer, nullable=False),
    Column("caption", sa.Text, nullable=False),
    Column("state", word(PictureState), nullable=False),
    Column("votes_shown", sa.Integer, nullable=False, server_default=sa.text("0")),
    Column("review_channel_id", DiscordId),
    Column("review_message_id", DiscordId),
    Column("review_says", word(PictureState)),
    Column("gallery_channel_id", DiscordId),
    Column("gallery_message_id", DiscordId),
    Column("decided_by", DiscordId),
    Column("decided_at", Timestamp),
    Column("reason", sa.Text),
    Column("told", word(PictureState)),
    Column("created_at", Timestamp, nullable=False),
    Column("shown_at", Timestamp),
    one_of("state", PictureState),
    one_of("told", PictureState),
    one_of("review_says", PictureState),
    sa.CheckConstraint("state <> 'approved' OR shown_at IS NOT NULL", name="approved_is_shown"),
    sqlite_autoincrement=True,
)
sa.Index("ix_event_pictures_event", event_pictures.c.event_id, event_pictures.c.state)
sa.Index("ix_event_pictures_guest", event_pictures.c.user_id)

# What is to be done about pictures; SQLite uses such an index only where a query says the same.
IS_WAITING = sa.text("state = 'waiting'")
IS_UNSHOWN = sa.text("state = 'approved' AND gallery_message_id IS NULL")
IS_STILL_SHOWN = sa.text("state IN ('rejected', 'removed') AND gallery_message_id IS NOT NULL")
IS_UNDECIDED = sa.text("review_message_id IS NOT NULL AND review_says <> state")
IS_UNTOLD = sa.text(
    "state IN ('rejected', 'removed') AND user_id <> 0 AND (told IS NULL OR told <> state)"
)
partial("ix_event_pictures_waiting", event_pictures.c.id, where=IS_WAITING)
partial("ix_event_pictures_unshown", event_pictures.c.id, where=IS_UNSHOWN)
partial("ix_event_pictures_still_shown", event_pictures.c.id, where=IS_STILL_SHOWN)
partial("ix_event_pictures_undecided", event_pictures.c.id, where=IS_UNDECIDED)
partial("ix_event_pictures_untold", event_pictures.c.id, where=IS_UNTOLD)
partial(
    "ix_event_pictures_gallery",
    event_pictures.c.gallery_message_id,
    where=sa.text("gallery_message_id IS NOT NULL"),
)
partial(
    "ix_event_pictures_review",
    event_pictures.c.review_message_id,
    where=sa.text("review_message_id IS NOT NULL"),
)

event_votes = sa.Table(
    "event_votes",
    metadata,
    Column("picture_id", RowId, ForeignKey("event_pictures.id"), primary_key=True),
    Column("user_id", DiscordId, primary_key=True, autoincrement=False),
    Column("at", Timestamp, nullable=False),
)
sa.Index("ix_event_votes_member", event_votes.c.user_id)

event_blocks = sa.Table(
    "event_blocks",
    metadata,
    Column("event_id", RowId, ForeignKey("events.id"), primary_key=True),
    Column("user_id", DiscordId, primary_key=True, autoincrement=False),
    Column("blocked_by", DiscordId, nullable=False),
    Column("reason", sa.Text, nullable=False),
    Column("at", Timestamp, nullable=False),
)

servers = sa.Table(
    "servers",
    metadata,
    Column("guild_id", DiscordId, primary_key=True, autoincrement=False),
    Column("timezone", sa.Text),  # that its organisers wrote last
    Column("log_channel_id", DiscordId),
    Column("organiser_role_id", DiscordId),
    Column("moderator_role_id", DiscordId),
    Column("stacking", word(Stacking), nullable=False, server_default=Stacking.BEST.value),
    Column("cooldown_seconds", sa.Integer, nullable=False, server_default=sa.text("0")),
    one_of("stacking", Stacking),
    sa.CheckConstraint("cooldown_seconds >= 0", name="cooldown_not_negative"),
)
