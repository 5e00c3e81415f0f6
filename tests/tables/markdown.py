"""The tables as they stand in the documentation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.tables import api, discord
from tests.tables.api_row import APIRow
from tests.tables.discord_row import DiscordRow
from tests.tables.row import NOT_COUNTED, Said, Section

_SETTLED = {"returned": "back", "spent": "spent", "held": "held", "none": "–"}


INTRODUCTION = """\
# Misbehaviours

What goes wrong around the bot, and all that comes of it: how the job ends, what becomes of the
member's quota and of the operator's credits, how many calls the API charged, what the member reads
and what the operator's log says.

- Every row is run against the whole program, by `tests/acceptance/test_api_table.py` and
  `tests/acceptance/test_discord_table.py`. The log may hold no warning about the job that its row
  does not name. A lost answer to a submission also closes the gate, which the log says once for all
  that is under way: WARNING “No jobs are sent …”, and then “Jobs are sent again …”.
- In all rows: at most one paid call for each job, at most one picture posted, no picture that is
  not the job's own, and “It does not count against your quota.” exactly where it does not.
- *back*: the reservation was returned. *held*: the operator settles it with
  `faceswap-bot jobs resolve`.
- `python -m tests.tables > docs/misbehaviours.md` writes this page, and a test holds it to the
  tables.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and what stands below it for each row."""

    heading: str
    cell: Callable[[Any], str]


def _reads(row: APIRow | DiscordRow) -> str:
    every = [f"“{words}”" for words in row.outcome.reads if words != NOT_COUNTED]
    return " … ".join(every) or "–"


def _log(row: APIRow | DiscordRow) -> str:
    return "; ".join(map(_said, row.outcome.log)) or "–"


def _said(said: Said) -> str:
    times = ", each time" if said.often else ""
    return f"{said.level} “{said.part.strip().rstrip(':')}”{times}"


_WHAT = Column("what happens", lambda row: row.does)
_COMMON = (
    Column("the job", lambda row: row.outcome.state),
    Column("quota", lambda row: _SETTLED[row.outcome.quota]),
    Column("credits", lambda row: _SETTLED[row.outcome.credits]),
    Column("paid calls", lambda row: str(row.outcome.paid)),
    Column("the member reads", _reads),
    Column("the log", _log),
)
_API = (_WHAT, *_COMMON)
_DISCORD = (_WHAT, Column("picture, or word of it", lambda row: row.place.value), *_COMMON)


def api_tables() -> str:
    """Write the misbehaviours of the API."""
    return _tables("Misbehaviours of the API", api.SECTIONS, columns=_API)


def discord_tables() -> str:
    """Write the faults of Discord."""
    return _tables("Faults of Discord", discord.SECTIONS, columns=_DISCORD)


def page() -> str:
    """Write the whole page."""
    return "\n".join((INTRODUCTION, *(table() for table in TABLES.values())))


def summary() -> str:
    """Write how many rows there are of what, for a page that speaks of the tables."""
    lines = [
        f"| {about} | {section.title} | {len(section.rows)} |"
        for about, sections in (("API", api.SECTIONS), ("Discord", discord.SECTIONS))
        for section in sections
    ]
    return "\n".join(("| | what goes wrong | rows |", "|---|---|---|", *lines))


def _tables(title: str, sections: Sequence[Section[Any]], *, columns: tuple[Column, ...]) -> str:
    parts = [f"## {title}: {sum(len(section.rows) for section in sections)}"]
    head = "| " + " | ".join(column.heading for column in columns) + " |"
    rule = "|---" * len(columns) + "|"
    for section in sections:
        lines = (_line(row, columns) for row in section.rows)
        parts.append("\n".join((f"### {section.title}\n", head, rule, *lines)))
    return "\n\n".join(parts) + "\n"


def _line(row: object, columns: tuple[Column, ...]) -> str:
    cells = (column.cell(row).replace("|", "\\|").replace("\n", " ") for column in columns)
    return "| " + " | ".join(cells) + " |"


TABLES: Mapping[str, Callable[[], str]] = {"api": api_tables, "discord": discord_tables}
