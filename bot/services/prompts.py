"""What may be asked of `/imagine`: a built-in refusal that no setting switches off.

A word list is blunt. It stops the plain cases on the way in; it is not the only line of defence,
since the hosted service has rules of its own and the studio draws landscapes only.
"""

from __future__ import annotations

import re
import unicodedata

from bot.errors import PromptRefused, PromptUnusable, RefusalReason
from bot.services import prompt_words as words

MAX_LENGTH = 500  # characters

_SPACED_LETTERS = re.compile(r"\b\w(?:[\W_]{1,3}\w){2,}\b")
_LEAST_INSIDE = 4  # letters; shorter words hide in too many others
_BLANKS = {"\u115f", "\u1160", "\u2800", "\u00ad"}  # drawn as nothing, though called letters

_LATIN = "abcdefghijklmnopqrstuvwxyz"
_SMALL_CAPITALS = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ"  # noqa: RUF001 - drawn like Latin
_CYRILLIC_AND_GREEK = "авекмнорстухіјѕԁһαεικνορτυχω"
_LOOKALIKES: dict[int, str] = {
    **dict(zip(map(ord, _SMALL_CAPITALS), _LATIN, strict=True)),
    **{first + i: _LATIN[i] for first in (0x1F150, 0x1F170, 0x1F1E6) for i in range(26)},
    **dict(zip(map(ord, _CYRILLIC_AND_GREEK), "abekmhopctyxijsdhaeikvoptuxw", strict=True)),
    **dict(zip(map(ord, "0345789@$€!|+"), "oeastbgaseilt", strict=True)),
}
_UNDISGUISE = (_LOOKALIKES | {ord("1"): "i"}, _LOOKALIKES | {ord("1"): "l"})

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen"
)
_YOUNG = rf"(?:[1-9]|1[0-7]|{'|'.join(_NUMBERS.split())})"
_YOUNG_AGE = re.compile(
    rf"\b{_YOUNG}[ -]?(?:(?:years?|yrs?)[ -]?(?:old|of age)|y[./]?o|jahrig\w*|jahre|ans|anos)\b"
    rf"|\b(?:age(?:d| of)?:?|s?he is|s?he's|they are) {_YOUNG}\b"
    r"|\bunder(?: the age of)? (?:1[0-8]|eighteen)\b"
    r"|\b(?:days?|weeks?|months?)[ -]old\b"
)


def check_prompt(text: str) -> str:
    """Return the prompt, trimmed; raises PromptUnusable or PromptRefused."""
    prompt = " ".join(text.split())
    if len(prompt) > MAX_LENGTH or not _plain(prompt).strip():
        raise PromptUnusable(limit=MAX_LENGTH)
    _refuse_unfit(_readings(prompt))
    return prompt


def _refuse_unfit(readings: frozenset[str]) -> None:
    minors = _any(_MINORS, readings) or _any(_YOUNG_AGE, readings)
    sexual = _any(_SEXUAL, readings)
    if _any(_CHILD_ABUSE, readings) or (minors and (sexual or _any(_SUGGESTIVE, readings))):
        raise PromptRefused(RefusalReason.MINORS)
    if sexual:
        raise PromptRefused(RefusalReason.SEXUAL)


def _any(pattern: re.Pattern[str], readings: frozenset[str]) -> bool:
    return any(pattern.search(reading) for reading in readings)


def _readings(prompt: str) -> frozenset[str]:
    """Return what a prompt may be meant to say: as is, and with each disguise taken off."""
    plain = _plain(prompt)
    spelled = " ".join(_spelled_out(plain))
    undotted = re.sub(r"(?<=\w)[^\w\s]+(?=\w)", "", plain)
    seen = {plain.replace("_", " "), undotted.replace("_", ""), spelled}
    seen |= {reading.translate(table) for reading in seen for table in _UNDISGUISE}
    # nuuude, boooobs
    seen |= {re.sub(r"(\w)\1{2,}", kept, reading) for reading in seen for kept in (r"\1", r"\1\1")}
    return frozenset(_HARMLESS.sub(" ", reading) for reading in seen)


def _plain(text: str) -> str:
    """Return lower-case letters without accents, ornaments and what is not seen."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    categories = ((each, unicodedata.category(each)) for each in decomposed)
    return "".join(
        "-" if category == "Pd" else each
        for each, category in categories
        if category not in {"Mn", "Me", "Cf"} and each not in _BLANKS
    )


def _spelled_out(plain: str) -> list[str]:
    """Return words that are w r i t t e n letter by letter, and the known words within them."""
    found = []
    for run in _SPACED_LETTERS.findall(plain):
        joined = re.sub(r"[\W_]", "", run)
        found += [joined, joined[1:]]  # the first may be an article
        for table in _UNDISGUISE:
            found += _INSIDE.findall(joined.translate(table))
    return found


def _alternatives(entries: str, *, ending: str = r"\w*") -> list[str]:
    return [
        re.escape(entry.rstrip("*")).replace(r"\-", "[ -]?") + (ending if "*" in entry else "")
        for entry in _plain(entries).split()
    ]


def _pattern(entries: str, *, anywhere: str = "") -> re.Pattern[str]:
    patterns = [rf"\b(?:{'|'.join(_alternatives(entries))})\b", *_alternatives(anywhere)]
    return re.compile("|".join(patterns))


def _inside(*lists: str) -> re.Pattern[str]:
    """Return a pattern for the longer words of these lists in the middle of others."""
    entries = [entry for each in lists for entry in each.split() if len(entry) >= _LEAST_INSIDE]
    return re.compile("|".join(_alternatives(" ".join(entries), ending="")))


_HARMLESS = _pattern(words.HARMLESS)
_SEXUAL = _pattern(words.SEXUAL, anywhere=words.SEXUAL_ANYWHERE)
_SUGGESTIVE = _pattern(words.SUGGESTIVE)
_MINORS = _pattern(words.MINORS, anywhere=words.MINORS_ANYWHERE)
_CHILD_ABUSE = _pattern(words.CHILD_ABUSE)
_INSIDE = _inside(words.SEXUAL, words.SUGGESTIVE, words.MINORS)
