"""Takes secrets out of text that is about to be written down."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "[secret]"

_MASKED = (
    # Interaction tokens stand in the paths of webhooks and callbacks.
    (re.compile(r"(/webhooks/\d+/)[^\s/?#\"'<>]+"), rf"\g<1>{MASK}"),
    (re.compile(r"(/interactions/\d+/)[^\s/?#\"'<>]+"), rf"\g<1>{MASK}"),
    # They begin with base64 of "interaction:"; discord.py also logs them bare, as rate-limit keys.
    (re.compile(r"aW50ZXJhY3Rpb246[\w=+/-]*"), MASK),
    # A signed attachment's query opens a member's photo to whoever reads the log.
    (re.compile(r"\?(?=[^\s\"'<>]*\b(?:hm|ex|is)=)[^\s\"'<>]*"), f"?{MASK}"),
    (re.compile(r"((?:cdn|media)\.discordapp\.(?:com|net)/[^\s?\"'<>]*)\?[^\s\"'<>]*"),
     rf"\g<1>?{MASK}"),
    # Discord's bot tokens, ours or one that somebody pasted.
    (re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), MASK),
    (re.compile(r"\b((?:Bot|Bearer) )[\w.~+/=-]{20,}"), rf"\g<1>{MASK}"),
)  # fmt: skip


class Redactor:
    """Replaces the secrets it was given, and whatever looks like one of Discord's."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        # The longest first: a secret may begin with another.
        words = sorted(known, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, words))) if words else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for pattern, replacement in _MASKED:
            text = pattern.sub(replacement, text)
        return text
