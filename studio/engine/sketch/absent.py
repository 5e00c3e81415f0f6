"""Common nouns of prompts that no sketch draws, so that the answer can name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from studio.engine.sketch.vocabulary import Scene

_AT_MOST: Final = 3  # are named; the sentence stays short

_EVERYDAY: Final = (
    "bear bird cat cow crow deer dinosaur dog dolphin dragon duck eagle elephant fox frog giraffe "
    "goat hawk horse kitten lion monkey owl panda parrot penguin pig puppy rabbit rat raven shark "
    "snake swan tiger turtle unicorn whale camel butterfly spider monster ghost zombie vampire "
    "robot alien astronaut angel demon mermaid witch wizard knight samurai ninja pirate viking "
    "warrior king queen prince princess hero girl boy baby kid friend couple dancer surfer soldier "
    "cowboy hiker skier snowman ship boat sailboat car truck bus train bike bicycle motorcycle "
    "plane airplane helicopter spaceship spacecraft rocket ufo satellite castle temple church "
    "bridge lighthouse tower house cabin igloo hut tent pyramid windmill statue throne sword "
    "flower rose sunflower tulip rainbow campfire bonfire waterfall volcano balloon lantern "
    "umbrella guitar piano skull heart crown book pizza cake apple coffee sleigh"
)
_REGULAR: Final = frozenset(_EVERYDAY.split())
_IRREGULAR: Final = {
    "wolf": "wolves", "man": "men", "woman": "women", "person": "people", "child": "children",
    "mouse": "mice", "fish": "fish", "sheep": "sheep", "deer": "deer", "fairy": "fairies",
    "puppy": "puppies", "butterfly": "butterflies", "baby": "babies", "hero": "heroes",
    "witch": "witches", "fox": "foxes", "bus": "buses", "church": "churches",
    "princess": "princesses",
}  # fmt: skip
_FOREIGN: Final = {
    "hund": "dog", "katze": "cat", "pferd": "horse", "vogel": "bird", "drache": "dragon",
    "schiff": "ship", "menschen": "people", "frau": "woman", "auto": "car", "haus": "house",
    "schloss": "castle", "chien": "dog", "chat": "cat", "loup": "wolf", "cheval": "horse",
    "oiseau": "bird", "bateau": "boat", "femme": "woman", "homme": "man", "voiture": "car",
    "chateau": "castle", "perro": "dog", "gato": "cat", "lobo": "wolf", "caballo": "horse",
    "pajaro": "bird", "barco": "boat", "mujer": "woman", "hombre": "man", "coche": "car",
    "castillo": "castle", "fleurs": "flowers", "flores": "flowers", "blumen": "flowers",
}  # fmt: skip

_DRAWN: Final = {Scene.WINTER: {"cabin", "house", "hut"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """A noun as the answer names it."""

    word: str
    many: bool


_NOUNS: Final = (
    {word: Absent(word=word, many=False) for word in [*_REGULAR, *_IRREGULAR]}
    | {f"{word}s": Absent(word=f"{word}s", many=True) for word in _REGULAR}
    | {word: Absent(word=word, many=True) for word in _IRREGULAR.values() if word not in _IRREGULAR}
)


def find_absent(words: list[str], *, scene: Scene) -> tuple[Absent, ...]:
    """Name what a prompt asks for and the scene leaves out: once each, the first few."""
    drawn = _DRAWN.get(scene, set())
    named = (_FOREIGN.get(word, word) for word in words)
    found = dict.fromkeys(word for word in named if word in _NOUNS and word not in drawn)
    return tuple(_NOUNS[word] for word in found)[:_AT_MOST]
