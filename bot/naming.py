"""Names and lines of others, fit to be shown: short, visible, and without meaning to Discord."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 80  # characters; ten of them, escaped, fit into one message
NAMELESS = "(no name)"

_ZERO_WIDTH_JOINER = "\u200d"  # it holds many emoji together
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
_MARKUP = re.compile(r"[\\`*_~|<>\[\]]")


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
