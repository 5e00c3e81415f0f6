from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from studio.engine.protocol import Engine
from studio.engine.sketch.words import Look, Scene, Time, read


def reading_of(prompt: str) -> tuple[Scene, Time, Look]:
    reading = read(prompt, rng=np.random.default_rng(1))
    return reading.scene, reading.time, reading.look


@pytest.mark.parametrize(
    ("prompt", "meaning"),
    [
        (
            "a lonely wolf on snowy mountains at sunset",
            (Scene.MOUNTAINS, Time.SUNSET, Look.PAINTED),
        ),
        ("Oil painting of a quiet PINE FOREST at dawn", (Scene.FOREST, Time.DAWN, Look.PAINTED)),
        ("neon cyberpunk city, midnight", (Scene.CITY, Time.NIGHT, Look.PAINTED)),
        ("a sailing ship on a moonlit sea", (Scene.SEA, Time.NIGHT, Look.PAINTED)),
        ("comic book desert with camels, noon", (Scene.DESERT, Time.DAY, Look.POSTER)),
        ("vintage photo of the alps in the morning", (Scene.MOUNTAINS, Time.DAWN, Look.SEPIA)),
    ],
)
def test_words_choose_scene_time_and_look(prompt: str, meaning: tuple[Scene, Time, Look]) -> None:
    assert reading_of(prompt) == meaning


def test_words_are_matched_whole() -> None:
    assert not read("research", rng=np.random.default_rng(1)).scene_named  # "sea" is inside it


def test_what_was_understood_is_said_with_what_is_left_out() -> None:
    named = read("mountains at sunset with a bear", rng=np.random.default_rng(1))
    assert named.sentence == (
        "mountains at sunset, painted; people, animals and things are not drawn offline"
    )
    unnamed = read("blub", rng=np.random.default_rng(1))
    assert unnamed.sentence.startswith("none of the words named a scene I can draw, so ")


@pytest.mark.parametrize("prompt", ["", "🦄" * 500, "\ud800", "a\x00b", "日本の山"])
def test_any_text_gives_a_picture_of_something(prompt: str) -> None:
    assert read(prompt, rng=np.random.default_rng(1)).sentence


@pytest.mark.parametrize(
    "prompt",
    [
        "mountains at dawn, poster",
        "sea by day, vintage photo",
        "city at night",
        "forest at sunset",
        "desert at noon",
    ],
)
def test_sketches_are_pictures_of_the_promised_size(prompt: str, engine: Engine) -> None:
    sketch = engine.sketch(prompt, seed=7)
    image = Image.open(io.BytesIO(sketch.png))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (1200, 1800))
    assert np.asarray(image).std() > 15


def test_the_same_prompt_and_seed_give_the_same_bytes_and_others_do_not(engine: Engine) -> None:
    first = engine.sketch("the sea at sunset", seed=1)
    assert engine.sketch("the sea at sunset", seed=1) == first
    assert engine.sketch("the sea at sunset", seed=-2).png != first.png
    assert engine.sketch("the sea at  sunset", seed=1).png != first.png
