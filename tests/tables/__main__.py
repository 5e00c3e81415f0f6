"""`python -m tests.tables > docs/misbehaviours.md` writes the page, `… api` one table alone."""

from __future__ import annotations

import sys

from tests.tables.markdown import TABLES, page

if __name__ == "__main__":
    wanted = sys.argv[1:]
    sys.stdout.write(TABLES[wanted[0]]() if wanted else page())
