"""Community events: their plans, notices, pictures, votes and blocks, and what servers choose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EVENT_STATES = "'draft', 'scheduled', 'open', 'paused', 'closing', 'closed', 'cancelled'"
UNDER_WAY = sa.text("state IN ('scheduled', 'open', 'paused', 'closing')")
NOTICES = (
    "'announced', 'opened', 'time_warning', 'pot_warning', 'pot_empty', 'closed', 'winner',"
    " 'cancelled'"
)
PICTURE_STATES = "'waiting', 'approved', 'rejected', 'removed'"


def upgrade() -> None:
    """Make every table."""
    _events()
    _notices()
    _pictures()
    _votes()
    _blocks()
    _servers()
    op.add_column("jobs", sa.Column("caption", sa.Text()))  # that a guest gave a picture
    op.create_index(
        "ix_jobs_event",
        "jobs",
        ["event_id", "state"],
        sqlite_where=sa.text("event_id IS NOT NULL"),
        postgresql_where=sa.text("event_id IS NOT NULL"),
    )


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("organiser_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("prize", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("gallery_channel_id", sa.BigInteger()),
        sa.Column("panel_message_id", sa.BigInteger()),
        sa.Column("review_channel_id", sa.BigInteger()),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("gender", sa.Integer()),
        sa.Column("ratio", sa.Text(), nullable=False),
        sa.Column("guest_limit", sa.Integer(), nullable=False),
        sa.Column("pot", sa.Integer()),
        sa.Column("set_aside", sa.BigInteger(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("frame", sa.Text()),
        sa.Column("logo", sa.Text()),
        sa.Column("ping_role_id", sa.BigInteger()),
        sa.Column("wants_listing", sa.Boolean(), nullable=False),
        sa.Column("scheduled_event_id", sa.BigInteger()),
        sa.Column("wall_key", sa.Text()),
        sa.Column("join_code", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger()),
        sa.Column("closing_at", sa.BigInteger()),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("files_delete_at", sa.BigInteger()),
        sa.CheckConstraint(f'"state" IN ({EVENT_STATES})', name="ck_events_state_known"),
        sa.CheckConstraint(
            "\"place\" IN ('channel', 'thread', 'media')", name="ck_events_place_known"
        ),
        sa.CheckConstraint("ends_at > starts_at", name="ck_events_ends_after_start"),
        sa.CheckConstraint("guest_limit > 0", name="ck_events_guest_limit_positive"),
        sa.CheckConstraint("pot > 0", name="ck_events_pot_positive"),
        sa.CheckConstraint("set_aside >= 0", name="ck_events_set_aside_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("wall_key", name="uq_events_wall_key"),
        sa.UniqueConstraint("join_code", name="uq_events_join_code"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_events_under_way",
        "events",
        ["guild_id", "state"],
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )
    op.create_index("ix_events_server", "events", ["guild_id", "id"])


def _notices() -> None:
    unposted = sa.text("posted_at IS NULL")
    op.create_table(
        "event_notices",
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.CheckConstraint(f'"kind" IN ({NOTICES})', name="ck_event_notices_kind_known"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_event_notices_event_id_events"
        ),
        sa.PrimaryKeyConstraint("event_id", "kind", name="pk_event_notices"),
    )
    op.create_index(
        "ix_event_notices_unposted",
        "event_notices",
        ["event_id"],
        sqlite_where=unposted,
        postgresql_where=unposted,
    )


def _pictures() -> None:
    op.create_table(
        "event_pictures",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("job_id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("filter_name", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("votes_shown", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("review_channel_id", sa.BigInteger()),
        sa.Column("review_message_id", sa.BigInteger()),
        sa.Column("review_says", sa.String(32)),
        sa.Column("gallery_channel_id", sa.BigInteger()),
        sa.Column("gallery_message_id", sa.BigInteger()),
        sa.Column("decided_by", sa.BigInteger()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("told", sa.String(32)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("shown_at", sa.BigInteger()),
        sa.CheckConstraint(f'"state" IN ({PICTURE_STATES})', name="ck_event_pictures_state_known"),
        sa.CheckConstraint(f'"told" IN ({PICTURE_STATES})', name="ck_event_pictures_told_known"),
        sa.CheckConstraint(
            f'"review_says" IN ({PICTURE_STATES})', name="ck_event_pictures_review_says_known"
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR shown_at IS NOT NULL",
            name="ck_event_pictures_approved_is_shown",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_event_pictures_event_id_events"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_event_pictures"),
        sa.UniqueConstraint("job_id", name="uq_event_pictures_job_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_pictures_event", "event_pictures", ["event_id", "state"])
    op.create_index("ix_event_pictures_guest", "event_pictures", ["user_id"])


def _votes() -> None:
    op.create_table(
        "event_votes",
        sa.Column("picture_id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["picture_id"], ["event_pictures.id"], name="fk_event_votes_picture_id_event_pictures"
        ),
        sa.PrimaryKeyConstraint("picture_id", "user_id", name="pk_event_votes"),
    )
    op.create_index("ix_event_votes_member", "event_votes", ["user_id"])


def _blocks() -> None:
    op.create_table(
        "event_blocks",
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("blocked_by", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_event_blocks_event_id_events"
        ),
        sa.PrimaryKeyConstraint("event_id", "user_id", name="pk_event_blocks"),
    )


def _servers() -> None:
    op.create_table(
        "servers",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("timezone", sa.Text()),
        sa.Column("log_channel_id", sa.BigInteger()),
        sa.Column("organiser_role_id", sa.BigInteger()),
        sa.Column("moderator_role_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("guild_id", name="pk_servers"),
    )
