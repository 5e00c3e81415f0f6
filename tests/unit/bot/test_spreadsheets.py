"""Tables that no spreadsheet calculates anything in."""

from __future__ import annotations

import csv
import io

import pytest

from bot.services.spreadsheets import harmless, table
from tests.support.jobs import HOSTILE_NAMES

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "\uff1d1",
    '=HYPERLINK("https://example.org")',
    "'=1",
    "'quoted",
    "+49 170",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "a=b", "Best night, ever", "<@123>", "2026-11-22", "1 (1 granted)"]
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_table_is_read_back_as_it_was_written() -> None:
    texts = [*HOSTILE_NAMES, *FORMULAS, 'quoted "words", and commas']
    rows = [(text, number, None) for number, text in enumerate(texts)]
    written = table(("text", "number", "nothing"), rows)
    assert written.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    assert read[0] == ["text", "number", "nothing"]
    assert read[1:] == [[harmless(text), str(number), ""] for text, number, _ in rows]
