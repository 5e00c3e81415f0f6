"""What is to be done about pictures of community events is found without looking at all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

INDEXES = (
    ("waiting", "id", "state = 'waiting'"),
    ("unshown", "id", "state = 'approved' AND gallery_message_id IS NULL"),
    (
        "still_shown",
        "id",
        "state IN ('rejected', 'removed') AND gallery_message_id IS NOT NULL",
    ),
    ("undecided", "id", "review_message_id IS NOT NULL AND review_says <> state"),
    (
        "untold",
        "id",
        "state IN ('rejected', 'removed') AND user_id <> 0 AND (told IS NULL OR told <> state)",
    ),
    ("gallery", "gallery_message_id", "gallery_message_id IS NOT NULL"),
    ("review", "review_message_id", "review_message_id IS NOT NULL"),
)


def upgrade() -> None:
    """Make an index for each question."""
    for name, column, condition in INDEXES:
        op.create_index(
            f"ix_event_pictures_{name}",
            "event_pictures",
            [column],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
