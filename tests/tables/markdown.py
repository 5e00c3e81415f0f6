"""The tables as they stand in the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from tests.tables import api
from tests.tables.row import NOT_COUNTED, Outcome, Said, Section

HEAD = "| what happens | the job | quota | credits | paid calls | the member reads | the log |"
RULE = "|---|---|---|---|---|---|---|"
_SETTLED = {"returned": "back", "spent": "spent", "held": "held", None: "–"}


INTRODUCTION = """\
# Misbehaviours

What goes wrong around the bot, and all that comes of it: how the job ends, what becomes of the
member's quota and of the operator's credits, how many calls the API charged, what the member reads
and what the operator's log says.

- Every row is run against the whole program, by `tests/acceptance/test_api_table.py` and
  `tests/acceptance/test_discord_table.py`. The log may hold no warning about the job that its row
  does not name.
- In all rows: at most one paid call for each job, at most one picture posted, no picture that is
  not the job's own, and “It does not count against your quota.” exactly where it does not.
- *back*: the reservation was returned. *held*: the operator settles it with
  `faceswap-bot db resolve`.
- `python -m tests.tables > docs/misbehaviours.md` writes this page, and a test holds it to the
  tables.
"""


class Row(Protocol):
    """What rows of both tables have."""

    @property
    def does(self) -> str: ...

    @property
    def outcome(self) -> Outcome: ...


def api_tables() -> str:
    """Write the misbehaviours of the API."""
    return _tables("Misbehaviours of the API", api.SECTIONS)


def _tables(title: str, sections: Sequence[Section[Row]]) -> str:
    rows = sum(len(section.rows) for section in sections)
    parts = [f"## {title}: {rows}"]
    parts += ["\n".join((f"### {s.title}\n", HEAD, RULE, *map(_line, s.rows))) for s in sections]
    return "\n\n".join(parts) + "\n"


def _line(row: Row) -> str:
    outcome = row.outcome
    cells = (
        row.does,
        outcome.state,
        _SETTLED[outcome.quota],
        _SETTLED[outcome.credits],
        str(outcome.paid),
        _quoted(words for words in outcome.reads if words != NOT_COUNTED),
        _lines(outcome.log),
    )
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _quoted(every: Iterable[str]) -> str:
    return " … ".join(f"“{words}”" for words in every) or "–"


def _lines(log: tuple[Said, ...]) -> str:
    return "; ".join(_said(log)) or "–"


def _said(log: tuple[Said, ...]) -> Iterator[str]:
    for said in log:
        yield f"{said.level} “{said.part.strip()}”" + (", each time" if said.often else "")


def page() -> str:
    """Write the whole page."""
    return "\n".join((INTRODUCTION, *(table() for table in TABLES.values())))


TABLES: Mapping[str, Callable[[], str]] = {"api": api_tables}
