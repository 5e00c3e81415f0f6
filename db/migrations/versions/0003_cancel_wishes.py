"""When a member wished to cancel a job that was just being sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; no job of before has such a wish."""
    op.add_column("jobs", sa.Column("cancel_wished_at", sa.BigInteger()))
