"""Organisers' quotas: the server's pot, limits of events, grants, perks, and who changed what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEDGERS = "\"ledger\" IN ('quota', 'pot', 'credits')"
SCOPES = "\"scope\" IN ('member', 'role', 'server', 'community_event', 'operator')"
WINDOWS = "\"window\" IN ('hour', 'day', 'week', 'month', 'event', 'total')"
CHANGES = (
    "'limit', 'together', 'pot', 'grant', 'taken', 'reset', 'stacking', 'cooldown', 'weight',"
    " 'exempt'"
)
KEY = ["ledger", "scope", "scope_id", "guild_id", "event_id", "grant_id", "window", "window_start"]


def upgrade() -> None:
    """Give limits and buckets their new words and keys, and make the new tables."""
    _buckets()
    _reservations()
    _limits()
    _servers()
    _weights()
    _set_asides()
    _grants()
    _perks()
    _changes()


def _buckets() -> None:
    old = sa.Table(
        "buckets",
        sa.MetaData(),
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("window", sa.String(32), nullable=False),
        sa.Column("window_start", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("archived", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("\"ledger\" IN ('quota', 'credits')", name="ck_buckets_ledger_known"),
        sa.CheckConstraint(SCOPES, name="ck_buckets_scope_known"),
        sa.CheckConstraint("window", name="ck_buckets_window_known"),
        sa.CheckConstraint("used >= 0", name="ck_buckets_used_not_negative"),
        sa.CheckConstraint("archived >= 0", name="ck_buckets_archived_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_buckets"),
        sa.UniqueConstraint(*(n for n in KEY if not n.endswith("t_id")), name="uq_buckets_key"),
    )
    with op.batch_alter_table("buckets", copy_from=old) as batch:
        batch.add_column(_none("event_id"))
        batch.add_column(_none("grant_id"))
        batch.drop_constraint("ck_buckets_ledger_known", type_="check")
        batch.create_check_constraint("ck_buckets_ledger_known", sa.text(LEDGERS))
        batch.drop_constraint("ck_buckets_window_known", type_="check")
        batch.create_check_constraint("ck_buckets_window_known", sa.text(WINDOWS))
        batch.drop_constraint("uq_buckets_key", type_="unique")
        batch.create_unique_constraint("uq_buckets_key", KEY)


def _reservations() -> None:
    old = sa.Table(
        "reservations",
        sa.MetaData(),
        sa.Column("job_id", ROW_ID, nullable=False),
        sa.Column("bucket_id", ROW_ID, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.CheckConstraint("ledger", name="ck_reservations_ledger_known"),
        sa.CheckConstraint(
            "\"state\" IN ('held', 'spent', 'returned')", name="ck_reservations_state_known"
        ),
        sa.CheckConstraint("amount >= 0", name="ck_reservations_amount_not_negative"),
        sa.ForeignKeyConstraint(
            ["bucket_id"], ["buckets.id"], name="fk_reservations_bucket_id_buckets"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_reservations_job_id_jobs"),
        sa.PrimaryKeyConstraint("job_id", "bucket_id", "attempt", name="pk_reservations"),
        sa.Index("ix_reservations_bucket_id", "bucket_id"),
        sa.Index(
            "ix_reservations_held",
            "bucket_id",
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        ),
    )
    with op.batch_alter_table("reservations", copy_from=old) as batch:
        batch.drop_constraint("ck_reservations_ledger_known", type_="check")
        batch.create_check_constraint("ck_reservations_ledger_known", sa.text(LEDGERS))


def _limits() -> None:
    key = ["ledger", "scope", "scope_id", "guild_id", "window"]
    old = sa.Table(
        "limits",
        sa.MetaData(),
        sa.Column("ledger", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("window", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("ledger", name="ck_limits_ledger_known"),
        sa.CheckConstraint(SCOPES, name="ck_limits_scope_known"),
        sa.CheckConstraint("window", name="ck_limits_window_known"),
        sa.CheckConstraint("amount >= 0", name="ck_limits_amount_not_negative"),
        sa.PrimaryKeyConstraint(*key, name="pk_limits"),
    )
    with op.batch_alter_table("limits", copy_from=old) as batch:
        batch.add_column(_none("event_id"))
        batch.drop_constraint("ck_limits_ledger_known", type_="check")
        batch.create_check_constraint("ck_limits_ledger_known", sa.text(LEDGERS))
        batch.drop_constraint("ck_limits_window_known", type_="check")
        batch.create_check_constraint("ck_limits_window_known", sa.text(WINDOWS))
        batch.drop_constraint("pk_limits", type_="primary")
        batch.create_primary_key("pk_limits", [*key[:-1], "event_id", "window"])


def _servers() -> None:
    # As text: Alembic adds no column together with its CHECK on SQLite.
    op.execute(
        "ALTER TABLE servers ADD COLUMN stacking VARCHAR(32) DEFAULT 'best' NOT NULL"
        " CONSTRAINT ck_servers_stacking_known CHECK (\"stacking\" IN ('best', 'add'))"
    )
    op.execute(
        "ALTER TABLE servers ADD COLUMN cooldown_seconds INTEGER DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_servers_cooldown_not_negative CHECK (cooldown_seconds >= 0)"
    )


def _weights() -> None:
    """Keep weights with jobs: that of the member where the job was ordered."""
    op.add_column(
        "jobs", sa.Column("weight", sa.Double(), server_default=sa.text("1"), nullable=False)
    )
    old = sa.Table(
        "members",
        sa.MetaData(),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("last_tag", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.CheckConstraint("weight > 0", name="ck_members_weight_positive"),
        sa.PrimaryKeyConstraint("user_id", name="pk_members"),
    )
    with op.batch_alter_table("members", copy_from=old) as batch:
        batch.drop_constraint("ck_members_weight_positive", type_="check")
        batch.drop_column("weight")


def _set_asides() -> None:
    op.create_table(
        "set_asides",
        sa.Column("event_id", ROW_ID, nullable=False),
        sa.Column("bucket_id", ROW_ID, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("returned", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "returned >= 0 AND returned <= amount", name="ck_set_asides_returned_is_part"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_set_asides_event_id_events"),
        sa.ForeignKeyConstraint(
            ["bucket_id"], ["buckets.id"], name="fk_set_asides_bucket_id_buckets"
        ),
        sa.PrimaryKeyConstraint("event_id", "bucket_id", name="pk_set_asides"),
    )
    op.create_index("ix_set_asides_bucket_id", "set_asides", ["bucket_id"])


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("granted_by", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(SCOPES, name="ck_grants_scope_known"),
        sa.CheckConstraint("amount >= 0", name="ck_grants_amount_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_grants"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_grants_server", "grants", ["guild_id", "scope", "scope_id"])


def _perks() -> None:
    op.create_table(
        "perks",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("weight", sa.Double()),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        sa.CheckConstraint(SCOPES, name="ck_perks_scope_known"),
        sa.CheckConstraint("weight > 0", name="ck_perks_weight_positive"),
        sa.PrimaryKeyConstraint("guild_id", "scope", "scope_id", name="pk_perks"),
    )


def _changes() -> None:
    op.create_table(
        "quota_changes",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(32), nullable=False),
        sa.Column("scope_id", sa.BigInteger(), nullable=False),
        sa.Column("window", sa.String(32)),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.CheckConstraint(f'"kind" IN ({CHANGES})', name="ck_quota_changes_kind_known"),
        sa.CheckConstraint(SCOPES, name="ck_quota_changes_scope_known"),
        sa.CheckConstraint(WINDOWS, name="ck_quota_changes_window_known"),
        sa.PrimaryKeyConstraint("id", name="pk_quota_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_quota_changes_server", "quota_changes", ["guild_id", "id"])


def _none(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
