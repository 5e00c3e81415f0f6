"""`python -m tests.tables > docs/misbehaviours.md` writes the page.

`python -m tests.tables api` and `discord` write one table alone, `summary` how long they are.
"""

from __future__ import annotations

import sys

from tests.tables.markdown import TABLES, page, summary

if __name__ == "__main__":
    tables = {**TABLES, "summary": lambda: f"{summary()}\n"}
    wanted = sys.argv[1:]
    sys.stdout.write(tables[wanted[0]]() if wanted else page())
