"""Reading a prompt: which scene, time of day and look its words ask for."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np


class Scene(enum.Enum):
    """What is drawn; the value is how we name it back."""

    MOUNTAINS = "mountains"
    SEA = "the sea"
    CITY = "a city"
    FOREST = "a forest"
    DESERT = "a desert"


class Time(enum.Enum):
    """When it is."""

    DAY = "by day"
    DAWN = "at dawn"
    SUNSET = "at sunset"
    NIGHT = "at night"


class Look(enum.Enum):
    """How it is drawn."""

    PAINTED = "painted"
    POSTER = "as a poster"
    SEPIA = "as an old photograph"


_WORDS: Final[dict[Scene | Time | Look, str]] = {
    Scene.MOUNTAINS: (
        "mountain mountains alps alpine peak peaks hill hills snow snowy summit valley glacier "
        "volcano cliff cliffs highlands canyon"
    ),
    Scene.SEA: (
        "sea ocean beach coast shore island wave waves lake water river ship boat sail sailing "
        "harbour harbor lagoon surf pirate underwater"
    ),
    Scene.CITY: (
        "city town street streets skyline skyscraper skyscrapers building buildings downtown "
        "metropolis cyberpunk neon urban rooftop rooftops traffic village castle"
    ),
    Scene.FOREST: (
        "forest wood woods woodland tree trees jungle pine pines fir grove garden park meadow "
        "fairy enchanted leaves"
    ),
    Scene.DESERT: "desert dune dunes sand sandy sahara oasis pyramids camel camels mars",
    Time.DAY: "day daylight noon midday sunny afternoon bright summer blue",
    Time.DAWN: "dawn sunrise morning mist misty fog foggy pastel pink spring",
    Time.SUNSET: "sunset dusk evening golden twilight orange autumn fire",
    Time.NIGHT: "night midnight moon moonlit moonlight stars starry dark neon cyberpunk spooky",
    Look.PAINTED: "painting painted oil impressionist brush canvas watercolour watercolor art",
    Look.POSTER: "poster comic cartoon pop flat graphic print anime illustration minimal drawing",
    Look.SEPIA: "vintage sepia antique old retro photo photograph film nostalgic",
}

_BY_WORD: Final = {
    word: tuple(meaning for meaning, words in _WORDS.items() if word in words.split())
    for word in " ".join(_WORDS.values()).split()
}

Choice = TypeVar("Choice", Scene, Time, Look)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a prompt was taken to mean."""

    scene: Scene
    time: Time
    look: Look
    scene_named: bool  # else it was picked for the member

    @property
    def sentence(self) -> str:
        """Say it back, with what a sketch leaves out."""
        picture = f"{self.scene.value} {self.time.value}, {self.look.value}"
        opening = "" if self.scene_named else "none of the words named a scene I can draw, so "
        return f"{opening}{picture}; people, animals and things are not drawn offline"


def read(prompt: str, *, rng: np.random.Generator) -> Reading:
    """Take the most often named scene, time and look, the first of equals; else pick one."""
    meanings = [
        meaning
        for word in re.findall(r"[a-z]+", prompt.casefold())
        for meaning in _BY_WORD.get(word, ())
    ]
    scene = _most_named(meanings, Scene)
    return Reading(
        scene=scene or _pick(Scene, rng),
        time=_most_named(meanings, Time) or _pick(Time, rng),
        look=_most_named(meanings, Look) or Look.PAINTED,
        scene_named=scene is not None,
    )


def _most_named(meanings: list[Scene | Time | Look], kind: type[Choice]) -> Choice | None:
    named = [meaning for meaning in meanings if isinstance(meaning, kind)]
    return max(named, key=named.count) if named else None


def _pick(kind: type[Choice], rng: np.random.Generator) -> Choice:
    return list(kind)[int(rng.integers(len(kind)))]
