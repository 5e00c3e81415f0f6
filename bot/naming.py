"""Names and lines of others, fit to be shown: short, visible, and without meaning to Discord."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80  # characters; ten of them, escaped, fit into one message
NAMELESS = "(no name)"

_ZERO_WIDTH_JOINER = "\u200d"  # it holds many emoji together
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_MARKUP = re.compile(r"[\\`*_~|<>\[\]]")
_HEADING = re.compile(r"^(-?)#")


def clean(name: str, *, longest: int = LONGEST) -> str:
    """Return a name in one line, without what is not seen or turns the text round, cut short."""
    seen = "".join(
        each
        for each in " ".join(name.split())
        if each == _ZERO_WIDTH_JOINER or unicodedata.category(each) not in _UNSEEN
    ).strip(_ZERO_WIDTH_JOINER + " ")
    if len(seen) > longest:
        return f"{seen[: longest - 1]}…"
    return seen or NAMELESS


def escaped(name: str, *, longest: int = LONGEST) -> str:
    """Return a clean name for a text with markup: no emphasis, mention or link comes of it."""
    literal = _MARKUP.sub(r"\\\g<0>", clean(name, longest=longest))
    return literal.replace("@", "@\u200b").replace("://", ":\u200b//")


def escaped_lines(text: str, *, longest: int, most_lines: int = 20) -> str:
    """Return somebody's lines, each as `escaped` returns it; lists stay, headings do not.

    At most `longest` characters are kept before they are escaped, and empty lines are left out.
    """
    kept: list[str] = []
    for line in text[:longest].splitlines():
        if line.strip() and len(kept) < most_lines:
            literal = escaped(line, longest=longest)
            kept.append(_HEADING.sub(r"\1\\#", literal))
    return "\n".join(line for line in kept if line != escaped(NAMELESS))
