"""The tables of misbehaviours are large enough, and the documentation shows them as they are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.tables import api, discord, permission_page
from tests.tables.markdown import page, summary

ROOT = Path(__file__).parents[2]


def test_the_page_shows_the_tables() -> None:
    written = (ROOT / "docs/misbehaviours.md").read_text(encoding="utf-8")
    assert written == page(), "write it anew: python -m tests.tables > docs/misbehaviours.md"


def test_the_page_on_permissions_shows_the_rows() -> None:
    written = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
    assert written == permission_page.page(), (
        "write it anew: python -m tests.tables permissions > docs/permissions.md"
    )


def test_the_page_on_reliability_counts_the_rows() -> None:
    written = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")
    assert summary() in written, "write it anew: python -m tests.tables summary"


def test_there_are_enough_rows_and_each_is_named_once() -> None:
    assert len(api.ROWS) >= 60
    assert len(discord.ROWS) >= 25
    for section in (*api.SECTIONS, *discord.SECTIONS):
        assert [n for n, count in Counter(map(str, section.rows)).items() if count > 1] == []
