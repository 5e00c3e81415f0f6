"""Reading a prompt: which scene, time of day and look its words ask for, and what is left out."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from studio.engine.sketch.absent import Absent, find_absent
from studio.engine.sketch.vocabulary import MEANINGS, WINTRY, Look, Scene, Time

Choice = TypeVar("Choice", Scene, Time, Look)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a prompt was taken to mean."""

    scene: Scene
    time: Time
    look: Look
    scene_named: bool  # else it was picked for the member
    snowfall: bool
    absent: tuple[Absent, ...]  # what was named and is not drawn

    @property
    def sentence(self) -> str:
        """Say it back, with what a sketch leaves out."""
        opening = "" if self.scene_named else "none of the words named a scene I can draw, so "
        snow = " in falling snow" if self.snowfall else ""
        picture = f"{self.scene.value}{snow} {self.time.value}, {self.look.value}"
        return f"{opening}{picture}; {_left_out(self.absent)} not drawn offline"


def _left_out(absent: tuple[Absent, ...]) -> str:
    if not absent:
        return "people, animals and things are"
    *others, last = [f"the {each.word}" for each in absent]
    names = f"{', '.join(others)} and {last}" if others else last
    return f"{names} {'is' if len(absent) == 1 and not absent[0].many else 'are'}"


def read(prompt: str, *, rng: np.random.Generator) -> Reading:
    """Take the most often named scene, time and look, the first of equals; else pick one."""
    words = _words(prompt)
    meanings = [meaning for word in words for meaning in MEANINGS.get(word, ())]
    named = _scene(meanings)
    scene = named or _pick(Scene, rng)
    return Reading(
        scene=scene,
        time=_most_named(meanings, Time) or _pick(Time, rng),
        look=_most_named(meanings, Look) or Look.PAINTED,
        scene_named=named is not None,
        snowfall=scene is Scene.WINTER or (scene is Scene.CITY and bool(WINTRY & set(words))),
        absent=find_absent(words, scene=scene),
    )


def _words(prompt: str) -> list[str]:
    """Split into words of plain letters: "Forêt" is read as "foret"."""
    plain = unicodedata.normalize("NFKD", prompt.casefold())
    return re.findall(r"[a-z]+", re.sub(r"[\u0300-\u036f]", "", plain))


def _scene(meanings: list[Scene | Time | Look]) -> Scene | None:
    """Prefer where snow lies to the snow itself, unless it is a forest: winter has the firs."""
    others: list[Scene | Time | Look] = [each for each in meanings if each is not Scene.WINTER]
    place = _most_named(others, Scene)
    if Scene.WINTER in meanings and place not in {Scene.MOUNTAINS, Scene.CITY}:
        return Scene.WINTER
    return place


def _most_named(meanings: list[Scene | Time | Look], kind: type[Choice]) -> Choice | None:
    named = [meaning for meaning in meanings if isinstance(meaning, kind)]
    return max(named, key=named.count) if named else None


def _pick(kind: type[Choice], rng: np.random.Generator) -> Choice:
    return list(kind)[int(rng.integers(len(kind)))]
