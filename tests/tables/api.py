"""Misbehaviours of the FaceSwap API: one row each, in sections."""

from __future__ import annotations

from tests.tables import (
    api_answers,
    api_closing,
    api_pictures,
    api_refusals,
    api_status,
    api_submission,
)
from tests.tables.api_row import APIRow
from tests.tables.row import Section

SECTIONS: tuple[Section[APIRow], ...] = (
    Section("The submission is refused", api_refusals.ROWS),
    Section("The submission's answer is no use", api_submission.ROWS),
    Section("Nothing can be sent just now", api_closing.ROWS),
    Section("A status call fails", api_status.ROWS),
    Section("A status call answers strangely", api_answers.ROWS),
    Section("What comes is no picture, or not only one", api_pictures.ROWS),
)
ROWS: tuple[APIRow, ...] = tuple(row for section in SECTIONS for row in section.rows)
