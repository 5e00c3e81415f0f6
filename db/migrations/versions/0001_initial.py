"""The first schema: jobs and their log, both ledgers, limits, members, consents, small marks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = (
    "'queued', 'submitting', 'submitted', 'unconfirmed', 'completed', 'delivered',"
    " 'undeliverable', 'failed', 'cancelled'"
)
UNTOLD = sa.text(
    "state NOT IN ('queued', 'submitting', 'submitted') AND (told IS NULL OR told <> state)"
)


def upgrade() -> None:
    """Make every table."""
    _jobs()
    _job_log()
    _buckets()
    _reservations()
    _limits()
    _members()
    _consents()
    _command_syncs()
    _notices()


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("interaction_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger()),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger()),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("filter_id", sa.Text()),
        sa.Column("filter_name", sa.Text()),
        sa.Column("gender", sa.Integer()),
        sa.Column("ratio", sa.Text()),
        sa.Column("quality", sa.Text()),
        sa.Column("prompt", sa.Text()),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("spoiler", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.Text()),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("failure", sa.String(32)),
        sa.Column("cost", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("fair_tag", sa.Double(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger()),
        sa.Column("backend", sa.Text()),
        sa.Column("api_version", sa.Text()),
        sa.Column("idempotent", sa.Boolean(), nullable=False),
        sa.Column("submit_token", sa.Text()),
        sa.Column("remote_id", sa.Text()),
        sa.Column("submitted_at", sa.BigInteger()),
        sa.Column("deadline_at", sa.BigInteger()),
        sa.Column("photo", sa.Text()),
        sa.Column("photo_delete_at", sa.BigInteger()),
        sa.Column("picture", sa.Text()),
        sa.Column("picture_delete_at", sa.BigInteger()),
        sa.Column("interaction_token", sa.Text()),
        sa.Column("token_expires_at", sa.BigInteger()),
        sa.Column("card_channel_id", sa.BigInteger()),
        sa.Column("card_message_id", sa.BigInteger()),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("result_channel_id", sa.BigInteger()),
        sa.Column("told", sa.String(32)),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.CheckConstraint(
            "(state = 'failed') = (failure IS NOT NULL)", name="ck_jobs_failure_has_reason"
        ),
        sa.CheckConstraint(
            "state <> 'submitted' OR remote_id IS NOT NULL", name="ck_jobs_submitted_has_id"
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitting', 'unconfirmed', 'submitted') OR backend IS NOT NULL",
            name="ck_jobs_sent_somewhere",
        ),
        sa.CheckConstraint("\"kind\" IN ('filter', 'prompt')", name="ck_jobs_kind_known"),
        sa.CheckConstraint(
            f'"state" IN ({STATES})',
            name="ck_jobs_state_known",
        ),
        sa.CheckConstraint(
            f'"told" IN ({STATES})',
            name="ck_jobs_told_known",
        ),
        sa.CheckConstraint("cost >= 0", name="ck_jobs_cost_not_negative"),
        sa.CheckConstraint(
            "photo IS NOT NULL OR photo_delete_at IS NULL", name="ck_jobs_photo_to_delete"
        ),
        sa.CheckConstraint(
            "picture IS NOT NULL OR picture_delete_at IS NULL", name="ck_jobs_picture_to_delete"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("interaction_id", name="uq_jobs_interaction_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_jobs_member", "jobs", ["user_id", "id"])
    op.create_index(
        "ix_jobs_tokens",
        "jobs",
        ["token_expires_at"],
        sqlite_where=sa.text("token_expires_at IS NOT NULL"),
        postgresql_where=sa.text("token_expires_at IS NOT NULL"),
    )
    op.create_index(
        "ix_jobs_photos",
        "jobs",
        ["photo_delete_at"],
        sqlite_where=sa.text("photo_delete_at IS NOT NULL"),
        postgresql_where=sa.text("photo_delete_at IS NOT NULL"),
    )
    op.create_index(
        "ix_jobs_pictures",
        "jobs",
        ["picture_delete_at"],
        sqlite_where=sa.text("picture_delete_at IS NOT NULL"),
        postgresql_where=sa.text("picture_delete_at IS NOT NULL"),
    )
    op.create_index("ix_jobs_queue", "jobs", ["state", "priority", "fair_tag", "id"])
    op.create_index(
        "ix_jobs_served",
        "jobs",
        ["fair_tag"],
        sqlite_where=sa.text("attempts > 0"),
        postgresql_where=sa.text("attempts > 0"),
    )
    op.create_index(
        "ix_jobs_untold",
        "jobs",
        ["id"],
        sqlite_where=UNTOLD,
        postgresql_where=UNTOLD,
    )
    op.create_index(
        "uq_jobs_remote",
        "jobs",
        ["backend", "remote_id"],
        unique=True,
        sqlite_where=sa.text("remote_id IS NOT NULL"),
        postgresql_where=sa.text("remote_id IS NOT NULL"),
    )


def _job_log() -> None:
    op.create_table(
        "job_log",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("job_id", ROW_ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("from_state", sa.String(32)),
        sa.Column("to_state", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text()),
        sa.CheckConstraint(
            f'"from_state" IN ({STATES})',
            name="ck_job_log_from_state_known",
        ),
        sa.CheckConstraint(
            f'"to_state" IN ({STATES})',
            name="ck_job_log_to_state_known",
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_job_log_job_id_jobs"),
        sa.PrimaryKeyConstraint("id", name="pk_job_log"),
    )
    op.create_index("ix_job_log_job_id", "job_log", ["job_id"])


def _buckets() -> None:
    op.create_table(
        "buckets",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("window", sa.String(32), nullable=False),
        sa.Column("window_start", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("\"ledger\" IN ('quota', 'credits')", name="ck_buckets_ledger_known"),
        sa.CheckConstraint(
            "\"scope\" IN ('member', 'role', 'server', 'community_event', 'operator')",
            name="ck_buckets_scope_known",
        ),
        sa.CheckConstraint(
            "\"window\" IN ('hour', 'day', 'week', 'month', 'total')",
            name="ck_buckets_window_known",
        ),
        sa.CheckConstraint("used >= 0", name="ck_buckets_used_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_buckets"),
        sa.UniqueConstraint(
            "ledger",
            "scope",
            "scope_id",
            "guild_id",
            "window",
            "window_start",
            name="uq_buckets_key",
        ),
    )


def _reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("job_id", ROW_ID, nullable=False),
        sa.Column("bucket_id", ROW_ID, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.CheckConstraint(
            "\"ledger\" IN ('quota', 'credits')", name="ck_reservations_ledger_known"
        ),
        sa.CheckConstraint(
            "\"state\" IN ('held', 'spent', 'returned')", name="ck_reservations_state_known"
        ),
        sa.CheckConstraint("amount >= 0", name="ck_reservations_amount_not_negative"),
        sa.ForeignKeyConstraint(
            ["bucket_id"], ["buckets.id"], name="fk_reservations_bucket_id_buckets"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_reservations_job_id_jobs"),
        sa.PrimaryKeyConstraint("job_id", "bucket_id", "attempt", name="pk_reservations"),
    )
    op.create_index("ix_reservations_bucket_id", "reservations", ["bucket_id"])
    op.create_index(
        "ix_reservations_held",
        "reservations",
        ["bucket_id"],
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )


def _limits() -> None:
    op.create_table(
        "limits",
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("window", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("\"ledger\" IN ('quota', 'credits')", name="ck_limits_ledger_known"),
        sa.CheckConstraint(
            "\"scope\" IN ('member', 'role', 'server', 'community_event', 'operator')",
            name="ck_limits_scope_known",
        ),
        sa.CheckConstraint(
            "\"window\" IN ('hour', 'day', 'week', 'month', 'total')", name="ck_limits_window_known"
        ),
        sa.CheckConstraint("amount >= 0", name="ck_limits_amount_not_negative"),
        sa.PrimaryKeyConstraint(
            "ledger", "scope", "scope_id", "guild_id", "window", name="pk_limits"
        ),
    )


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_tag", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.CheckConstraint("weight > 0", name="ck_members_weight_positive"),
        sa.PrimaryKeyConstraint("user_id", name="pk_members"),
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("user_id", "version", name="pk_consents"),
    )


def _command_syncs() -> None:
    op.create_table(
        "command_syncs",
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("application_id", "guild_id", name="pk_command_syncs"),
    )


def _notices() -> None:
    op.create_table(
        "notices",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_notices"),
    )
