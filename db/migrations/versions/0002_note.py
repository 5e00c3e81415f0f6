"""What the studio understood of a prompt: a column of `jobs`, shown with the picture."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; rows from before have no note."""
    op.add_column("jobs", sa.Column("note", sa.Text()))
