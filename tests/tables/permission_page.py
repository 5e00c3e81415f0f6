"""The page `docs/permissions.md`, written from the rows."""

from __future__ import annotations

from tests.tables.permission_row import PermissionRow, Who
from tests.tables.permissions import ROWS, SECTIONS
from tests.tables.row import Section

_INTRODUCTION = """\
# Who may do what

Every command, button and form of community events and quotas, and who may use it. Each cell is
tried against the whole program by `tests/acceptance/test_permissions.py`: who may does it, who may
not reads what stands in the last column, and nothing has changed. A test compares the rows with the
commands that the bot registers and the buttons that it answers, so that none is left out.

- Buttons that only one person sees are tried by somebody who has them before them and has lost what
  allowed it since.
- The channel for approval is visible to everybody in these tests: the bot looks itself, whatever a
  server's settings let people see.
- **Operator** is who hosts the bot. They have the command line, and no rights inside a server.
- The roles of organisers and moderators are chosen with `/event settings`.
- Buttons of jobs (*Cancel*, *Again*, *Delete* …) are for the job's own member alone.
- `python -m tests.tables permissions > docs/permissions.md` writes this page, and a test holds it
  to the rows.
"""

_HEADINGS = {
    Who.MEMBER: "member",
    Who.GUEST: "guest",
    Who.MODERATOR: "*Manage Messages*",
    Who.MODERATORS_ROLE: "moderators' role",
    Who.ORGANISER: "*Manage Events*",
    Who.ORGANISERS_ROLE: "organisers' role",
    Who.MANAGER: "*Manage Server*",
    Who.OPERATOR: "operator",
}


def page() -> str:
    """Write the whole page."""
    count = (
        f"{len(ROWS)} rows, tried by {len(Who)} kinds of people: {len(ROWS) * len(Who)} cells.\n"
    )
    return "\n".join((_INTRODUCTION, count, *map(_table, SECTIONS)))


def _table(section: Section[PermissionRow]) -> str:
    head = " | ".join(("what", *_HEADINGS.values(), "who may not reads"))
    rule = "|---" * (len(_HEADINGS) + 2) + "|"
    lines = (_line(row) for row in section.rows)
    return "\n".join((f"## {section.title}\n", f"| {head} |", rule, *lines, ""))


def _line(row: PermissionRow) -> str:
    marks = ("yes" if who in row.may else "–" for who in _HEADINGS)
    reads = f"“{row.refused}”" if row.refused else "–"
    return f"| {' | '.join((row.does, *marks, reads))} |"
