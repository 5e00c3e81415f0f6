"""A line of text taken apart: what is drawn as one, and in which order it is seen.

Pure. Right-to-left words inside a left-to-right line and the other way round are put in order by
the direction of their neighbours, without the finer rules of Unicode's algorithm: enough for a
caption, not for a book.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

JOINER, AS_EMOJI, KEYCAP = "\u200d", "\ufe0f", "\u20e3"
_VARIATIONS = frozenset("\ufe0e\ufe0f")
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_INDIAN = range(0x0900, 0x0E00)
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_STRONG = frozenset({"L", "EN", "AN", *_RIGHT_TO_LEFT})
_UNDRAWN = frozenset({"Cc", "Cs", "Co", "Cn"})
_MARKS = frozenset({"Mn", "Mc", "Me"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What is drawn as one: a letter with its marks, an emoji with all that belongs to it."""

    text: str
    font: str

    @property
    def is_rtl(self) -> bool:
        return is_rtl(self.text)

    @property
    def is_strong(self) -> bool:
        """Whether it says which way it runs, as spaces and signs do not."""
        return any(unicodedata.bidirectional(char) in _STRONG for char in self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of a line in one font and one direction."""

    text: str
    font: str
    is_rtl: bool


def split(text: str) -> Iterator[str]:
    """Split a text into what is drawn as one; white space becomes single spaces."""
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    cluster = ""
    for char in clean:
        if unicodedata.category(char) in _UNDRAWN:
            continue
        if cluster and not _continues(cluster, char):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def visible(cluster: str) -> frozenset[int]:
    """Return the code points that leave something on paper."""
    return frozenset(ord(char) for char in cluster if not _is_invisible(char))


def is_rtl(text: str) -> bool:
    """Say whether a text has letters that run from right to left."""
    return any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text)


def needs_shaping(cluster: str) -> bool:
    """Say whether its letters join, or change places: Arabic, Hebrew, the scripts of India."""
    return is_rtl(cluster) or any(ord(char) in _INDIAN for char in cluster)


def in_order(clusters: Sequence[Cluster]) -> list[Run]:
    """Put a line's clusters into the order they are seen in, joined where one font serves."""
    base = next((each.is_rtl for each in clusters if each.is_strong), False)
    groups: list[tuple[bool, list[Cluster]]] = []
    for at, cluster in enumerate(clusters):
        rtl = cluster.is_rtl if cluster.is_strong else _between(clusters, at, base=base)
        if groups and groups[-1][0] == rtl:
            groups[-1][1].append(cluster)
        else:
            groups.append((rtl, [cluster]))
    seen = reversed(groups) if base else iter(groups)
    return [run for rtl, members in seen for run in _joined(members, rtl=rtl)]


def _continues(cluster: str, char: str) -> bool:
    code = ord(char)
    if code in _FLAG_LETTERS:
        return len(cluster) == 1 and ord(cluster) in _FLAG_LETTERS
    if JOINER in {char, cluster[-1]} or code in _SKIN_TONES or _is_invisible(char):
        return True
    if unicodedata.category(char) in _MARKS:
        return True
    way = unicodedata.bidirectional(char)
    # a word at once, for its letters join; Hebrew and Arabic have different fonts
    return way in _RIGHT_TO_LEFT and way == unicodedata.bidirectional(cluster[0])


def _is_invisible(char: str) -> bool:
    return char in _VARIATIONS or unicodedata.category(char) == "Cf"


def _between(clusters: Sequence[Cluster], at: int, *, base: bool) -> bool:
    """Say which way a space or sign runs: as its neighbours if they agree, else as the line."""
    before = next((each.is_rtl for each in reversed(clusters[:at]) if each.is_strong), base)
    after = next((each.is_rtl for each in clusters[at + 1 :] if each.is_strong), base)
    return before if before == after else base


def _joined(members: list[Cluster], *, rtl: bool) -> list[Run]:
    runs: list[Run] = []
    for cluster in members:
        if runs and runs[-1].font == cluster.font:
            runs[-1] = Run(text=runs[-1].text + cluster.text, font=cluster.font, is_rtl=rtl)
        else:
            runs.append(Run(text=cluster.text, font=cluster.font, is_rtl=rtl))
    return runs[::-1] if rtl else runs
