"""Letters of all kinds: the order they are seen in, and that none becomes an empty box."""

from __future__ import annotations

import pytest
from PIL import features

from bot.services.events.lettering import Lettering
from bot.services.events.scripts import Cluster, in_order, split

needs_fribidi = pytest.mark.skipif(
    features.version("fribidi") is None, reason="FriBiDi is not on this machine"
)


def _seen(text: str) -> list[str]:
    return [run.text for run in in_order([Cluster(text=each, font="f") for each in split(text)])]


@pytest.mark.parametrize(
    ("text", "clusters"),
    [
        ("ab", ["a", "b"]),
        ("  a \n b ", ["a", " ", "b"]),
        ("e\u0301", ["é"]),
        ("👨\u200d👩\u200d👧!", ["👨\u200d👩\u200d👧", "!"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇩🇪🇫🇷", ["🇩🇪", "🇫🇷"]),
        ("1\ufe0f\u20e32", ["1\ufe0f\u20e3", "2"]),
        ("a\x00\x07b", ["a", "b"]),
        ("שלום", ["שלום"]),
    ],
)
def test_what_belongs_together_is_drawn_as_one(text: str, clusters: list[str]) -> None:
    assert list(split(text)) == clusters


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("left to right", ["left to right"]),
        ("שלום 2026", ["2026", "שלום "]),
        ("hello שלום world", ["hello ", "שלום", " world"]),
        ("שלום hello עולם", ["עולם", "hello", "שלום"]),
    ],
)
def test_a_line_is_put_in_the_order_it_is_seen_in(text: str, seen: list[str]) -> None:
    assert [run.strip() for run in _seen(text)] == [run.strip() for run in seen]


@needs_fribidi
def test_right_to_left_letters_are_drawn() -> None:
    assert Lettering().undrawable("حفلة מסיבה दीपावली") == ""


@pytest.mark.parametrize("text", ["", "   ", "\U0001e900", "\u200b"])
def test_nothing_to_draw_is_nothing(text: str) -> None:
    assert Lettering().block(text, width=300, height=100, largest=80, ink="black") is None


@pytest.mark.parametrize("text", ["a", "Party", "two words", "word " * 60, "x" * 200, "漢字" * 30])
def test_a_block_keeps_to_its_room(text: str) -> None:
    block = Lettering().block(text, width=500, height=100, largest=80, ink="black")
    assert block is not None
    assert block.width <= 500 + 8, "slanted ends may reach a little beyond"
    assert block.height <= 100


def test_without_fribidi_what_must_be_shaped_is_left_out_and_the_rest_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(features, "version", lambda _: None)
    letters = Lettering()
    assert letters.undrawable("Party حفلة 🎉 サマー Ünï 1\ufe0f\u20e3") == "حفلة"
    block = letters.block(
        "Party حفلة 👨\u200d👩\u200d👧 👍🏽", width=500, height=100, largest=80, ink="black"
    )
    assert block is not None
    assert letters.block("حفلة", width=500, height=100, largest=80, ink="black") is None
