"""Indexes to count the jobs that wait in the queue, of a member and of a server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

WAITING = sa.text("state = 'queued'")


def upgrade() -> None:
    """Make both."""
    for name, column in (("member", "user_id"), ("server", "guild_id")):
        op.create_index(
            f"ix_jobs_waiting_{name}",
            "jobs",
            [column, "state"],
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        )
