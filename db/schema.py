"""The tables, as the code sees them; a test holds them equal to what the migrations make."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey

from db.columns import DiscordId, RowId, Timestamp, one_of, word
from db.models import (
    FailureReason,
    JobKind,
    JobState,
    Ledger,
    ReservationState,
    Scope,
    Window,
)

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

jobs = sa.Table(
    "jobs",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("interaction_id", DiscordId, nullable=False, unique=True),
    Column("user_id", DiscordId, nullable=False),  # 0: erased
    Column("guild_id", DiscordId),
    Column("channel_id", DiscordId, nullable=False),
    Column("event_id", sa.BigInteger),
    Column("kind", word(JobKind), nullable=False),
    Column("filter_id", sa.Text),
    Column("filter_name", sa.Text),
    Column("gender", sa.Integer),
    Column("ratio", sa.Text),
    Column("quality", sa.Text),
    Column("prompt", sa.Text),
    Column("note", sa.Text),
    Column("caption", sa.Text),
    Column("private", sa.Boolean, nullable=False),
    Column("spoiler", sa.Boolean, nullable=False),
    Column("locale", sa.Text),
    Column("state", word(JobState), nullable=False),
    Column("failure", word(FailureReason)),  # no CHECK: a new reason needs no new table
    Column("cost", sa.Integer, nullable=False),
    Column("priority", sa.Integer, nullable=False),
    Column("fair_tag", sa.Double, nullable=False),
    Column("weight", sa.Double, nullable=False, server_default=sa.text("1")),
    Column("attempts", sa.Integer, nullable=False),
    Column("not_before", Timestamp),
    Column("backend", sa.Text),
    Column("api_version", sa.Text),
    Column("idempotent", sa.Boolean, nullable=False),
    Column("submit_token", sa.Text),
    Column("remote_id", sa.Text),
    Column("submitted_at", Timestamp),
    Column("deadline_at", Timestamp),
    Column("photo", sa.Text),
    Column("photo_delete_at", Timestamp),
    Column("picture", sa.Text),
    Column("picture_delete_at", Timestamp),
    Column("interaction_token", sa.Text),
    Column("token_expires_at", Timestamp),
    Column("card_channel_id", DiscordId),
    Column("card_message_id", DiscordId),
    Column("message_id", DiscordId),
    Column("result_channel_id", DiscordId),
    Column("told", word(JobState)),
    Column("created_at", Timestamp, nullable=False),
    Column("updated_at", Timestamp, nullable=False),
    Column("finished_at", Timestamp),
    Column("cancel_wished_at", Timestamp),
    one_of("kind", JobKind),
    one_of("state", JobState),
    one_of("told", JobState),
    sa.CheckConstraint("cost >= 0", name="cost_not_negative"),
    sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure_has_reason"),
    sa.CheckConstraint(
        "state NOT IN ('submitting', 'unconfirmed', 'submitted') OR backend IS NOT NULL",
        name="sent_somewhere",
    ),
    sa.CheckConstraint("state <> 'submitted' OR remote_id IS NOT NULL", name="submitted_has_id"),
    sa.CheckConstraint("photo IS NOT NULL OR photo_delete_at IS NULL", name="photo_to_delete"),
    sa.CheckConstraint(
        "picture IS NOT NULL OR picture_delete_at IS NULL", name="picture_to_delete"
    ),
    sqlite_autoincrement=True,  # a job's number is never used again
)

SERVED_IN_ORDER = (jobs.c.priority, jobs.c.fair_tag, jobs.c.id)
WAS_SERVED = sa.text("attempts > 0")
IS_WAITING = sa.text("state = 'queued'")
IS_RUNNING = sa.text("state IN ('submitting', 'submitted')")
IS_UNTOLD = sa.text(
    "state NOT IN ('queued', 'submitting', 'submitted') AND (told IS NULL OR told <> state)"
)


def partial(
    name: str, *columns: Column[object], where: sa.TextClause, unique: bool = False
) -> None:
    """Make an index of those rows alone for which this holds."""
    sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


# SQLite uses a partial index only where the query repeats its condition literally.
# With the state, rows need not be looked at: SQLite does not see that the condition implies it.
partial("ix_jobs_waiting_member", jobs.c.user_id, jobs.c.state, where=IS_WAITING)
partial("ix_jobs_waiting_server", jobs.c.guild_id, jobs.c.state, where=IS_WAITING)
partial("ix_jobs_served", jobs.c.fair_tag, where=WAS_SERVED)
partial("ix_jobs_untold", jobs.c.id, where=IS_UNTOLD)
partial("ix_jobs_tokens", jobs.c.token_expires_at, where=sa.text("token_expires_at IS NOT NULL"))
partial("ix_jobs_photos", jobs.c.photo_delete_at, where=sa.text("photo_delete_at IS NOT NULL"))
partial(
    "ix_jobs_pictures", jobs.c.picture_delete_at, where=sa.text("picture_delete_at IS NOT NULL")
)
partial("ix_jobs_finished", jobs.c.finished_at, where=sa.text("finished_at IS NOT NULL"))
partial("ix_jobs_event", jobs.c.event_id, jobs.c.state, where=sa.text("event_id IS NOT NULL"))
partial(
    "uq_jobs_remote",
    jobs.c.backend,
    jobs.c.remote_id,
    where=sa.text("remote_id IS NOT NULL"),
    unique=True,
)
sa.Index("ix_jobs_queue", jobs.c.state, jobs.c.priority, jobs.c.fair_tag, jobs.c.id)
sa.Index("ix_jobs_member", jobs.c.user_id, jobs.c.id)

job_log = sa.Table(
    "job_log",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("job_id", RowId, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("at", Timestamp, nullable=False),
    Column("from_state", word(JobState)),
    Column("to_state", word(JobState), nullable=False),
    Column("actor", sa.Text, nullable=False),
    Column("detail", sa.Text),
    one_of("from_state", JobState),
    one_of("to_state", JobState),
)

_NONE = sa.text("0")

buckets = sa.Table(
    "buckets",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("ledger", word(Ledger), nullable=False),
    Column("scope", word(Scope), nullable=False),
    Column("scope_id", sa.BigInteger, nullable=False),
    Column("guild_id", DiscordId, nullable=False),
    Column("event_id", sa.BigInteger, nullable=False, server_default=_NONE),
    Column("grant_id", sa.BigInteger, nullable=False, server_default=_NONE),
    Column("window", word(Window), nullable=False),
    Column("window_start", Timestamp, nullable=False),
    Column("used", sa.BigInteger, nullable=False),
    # what no job's row says any more: spent by those that are deleted, or taken; part of `used`
    Column("archived", sa.BigInteger, nullable=False, server_default=_NONE),
    one_of("ledger", Ledger),
    one_of("scope", Scope),
    one_of("window", Window),
    sa.CheckConstraint("used >= 0", name="used_not_negative"),
    sa.CheckConstraint("archived >= 0", name="archived_not_negative"),
    sa.UniqueConstraint(
        "ledger",
        "scope",
        "scope_id",
        "guild_id",
        "event_id",
        "grant_id",
        "window",
        "window_start",
        name="uq_buckets_key",
    ),
)

reservations = sa.Table(
    "reservations",
    metadata,
    Column("job_id", RowId, ForeignKey("jobs.id"), primary_key=True),
    Column("bucket_id", RowId, ForeignKey("buckets.id"), primary_key=True, index=True),
    # 0: made when the job was accepted; n: when a worker took it for the nth time
    Column("attempt", sa.Integer, primary_key=True),
    Column("ledger", word(Ledger), nullable=False),
    Column("amount", sa.BigInteger, nullable=False),
    Column("state", word(ReservationState), nullable=False),
    one_of("ledger", Ledger),
    one_of("state", ReservationState),
    sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
)
IS_HELD = sa.text("state = 'held'")
partial("ix_reservations_held", reservations.c.bucket_id, where=IS_HELD)

limits = sa.Table(
    "limits",
    metadata,
    Column("ledger", word(Ledger), primary_key=True),
    Column("scope", word(Scope), primary_key=True),
    Column("scope_id", sa.BigInteger, primary_key=True, autoincrement=False),
    Column("guild_id", DiscordId, primary_key=True, autoincrement=False),
    Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False, server_default=_NONE),
    Column("window", word(Window), primary_key=True),
    Column("amount", sa.BigInteger, nullable=False),
    one_of("ledger", Ledger),
    one_of("scope", Scope),
    one_of("window", Window),
    sa.CheckConstraint("amount >= 0", name="amount_not_negative"),
)

members = sa.Table(
    "members",
    metadata,
    Column("user_id", DiscordId, primary_key=True, autoincrement=False),
    Column("last_tag", sa.Double, nullable=False),
)

consents = sa.Table(
    "consents",
    metadata,
    Column("user_id", DiscordId, primary_key=True, autoincrement=False),
    Column("version", sa.Integer, primary_key=True, autoincrement=False),
    Column("given_at", Timestamp, nullable=False),
    Column("withdrawn_at", Timestamp),
)

open_orders = sa.Table(
    "open_orders",
    metadata,
    Column("interaction_id", DiscordId, primary_key=True, autoincrement=False),
    Column("card_message_id", DiscordId, nullable=False),
    Column("token", sa.Text, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
)

command_syncs = sa.Table(
    "command_syncs",
    metadata,
    Column("application_id", DiscordId, primary_key=True, autoincrement=False),
    Column("guild_id", DiscordId, primary_key=True, autoincrement=False),  # 0: everywhere
    Column("digest", sa.Text, nullable=False),
)

notices = sa.Table(
    "notices",
    metadata,
    Column("key", sa.Text, primary_key=True),
    Column("at", Timestamp, nullable=False),
)
