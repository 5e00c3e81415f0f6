"""Rows of finished jobs may be deleted: their buckets keep what they spent as `archived`."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

HAS_FINISHED = sa.text("finished_at IS NOT NULL")


def upgrade() -> None:
    """Add the amount, and what finds jobs by their end."""
    # As text: Alembic adds no column together with its CHECK on SQLite.
    op.execute(
        "ALTER TABLE buckets ADD COLUMN archived BIGINT DEFAULT 0 NOT NULL"
        " CONSTRAINT ck_buckets_archived_not_negative CHECK (archived >= 0)"
    )
    op.create_index(
        "ix_jobs_finished",
        "jobs",
        ["finished_at"],
        sqlite_where=HAS_FINISHED,
        postgresql_where=HAS_FINISHED,
    )
