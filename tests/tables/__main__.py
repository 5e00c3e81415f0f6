"""`python -m tests.tables > docs/misbehaviours.md` writes the page.

`python -m tests.tables api` and `discord` write one table alone, `summary` how long they are;
`permissions` writes docs/permissions.md.
"""

from __future__ import annotations

import sys

from tests.tables import permission_page
from tests.tables.markdown import TABLES, page, summary

if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            text = page()
        case ["summary"]:
            text = f"{summary()}\n"
        case ["permissions"]:
            text = permission_page.page()
        case [name]:
            text = TABLES[name]()
    sys.stdout.write(text)
