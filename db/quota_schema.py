"""The tables of organisers' quotas; they stand in the same metadata as those of `db.schema`."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey

from db.columns import DiscordId, RowId, Timestamp, one_of, word
from db.models import Scope, Window
from db.quota_models import ChangeKind
from db.schema import metadata

# What a community event has taken from its server's pot when it opened.
set_asides = sa.Table(
    "set_asides",
    metadata,
    Column("event_id", RowId, ForeignKey("events.id"), primary_key=True),
    Column("bucket_id", RowId, ForeignKey("buckets.id"), primary_key=True, index=True),
    Column("amount", sa.BigInteger, nullable=False),
    Column("returned", sa.BigInteger, nullable=False),
    sa.CheckConstraint("returned >= 0 AND returned <= amount", name="returned_is_part"),
)

grants = sa.Table(
    "grants",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("guild_id", DiscordId, nullable=False),
    Column("scope", word(Scope), nullable=False),  # a member, or each one of a role or server
    Column("scope_id", sa.BigInteger, nullable=False),
    Column("amount", sa.BigInteger, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
    Column("granted_by", DiscordId, nullable=False),
    Column("granted_at", Timestamp, nullable=False),
    one_of("scope", Scope),
    sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
    sqlite_autoincrement=True,  # its number is part of a bucket's key
)
sa.Index("ix_grants_server", grants.c.guild_id, grants.c.scope, grants.c.scope_id)

perks = sa.Table(
    "perks",
    metadata,
    Column("guild_id", DiscordId, primary_key=True, autoincrement=False),
    Column("scope", word(Scope), primary_key=True),
    Column("scope_id", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("weight", sa.Double),  # None: the ordinary one
    Column("exempt", sa.Boolean, nullable=False),
    one_of("scope", Scope),
    sa.CheckConstraint("weight > 0", name="weight_positive"),
)

quota_changes = sa.Table(
    "quota_changes",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("guild_id", DiscordId, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("actor_id", DiscordId, nullable=False),  # 0: erased
    Column("kind", word(ChangeKind), nullable=False),
    Column("scope", word(Scope), nullable=False),
    Column("scope_id", sa.BigInteger, nullable=False),
    Column("window", word(Window)),
    Column("before", sa.Text),
    Column("after", sa.Text),
    one_of("kind", ChangeKind),
    one_of("scope", Scope),
    one_of("window", Window),
    sqlite_autoincrement=True,
)
sa.Index("ix_quota_changes_server", quota_changes.c.guild_id, quota_changes.c.id)
