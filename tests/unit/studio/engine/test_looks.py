from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faceswap.models import Gender, Quality, Ratio
from studio.engine.faces import LEFT_EYE, RIGHT_EYE
from studio.engine.filters.face_paint import paint_cheek
from studio.engine.filters.neon import CyberpunkNeon
from studio.engine.filters.oil import RenaissanceOil
from studio.engine.filters.style import Subject
from studio.engine.mascot import draw_mascot
from studio.engine.matte import Cutout
from studio.engine.people import find_person, prepare_subject
from studio.engine.placement import Placement, fade_cuts
from studio.engine.scenes.gallery import ROOMS, Hanging, hangings
from studio.engine.scenes.neon_signs import NIGHTS
from studio.engine.scenes.neon_street import Stage, stages


@pytest.fixture(scope="module")
def sitter(portrait: bytes) -> Subject:
    return prepare_subject(find_person(portrait), quality=Quality.FAST)


def smooth_bear() -> Cutout:
    bear = draw_mascot()
    colours = np.full(bear.pixels.shape, 0.6, np.float32)
    return Cutout(colours=colours, alpha=bear.matte, face=bear.face)


@pytest.mark.parametrize("gender", [Gender.MALE, Gender.FEMALE, Gender.BOY, Gender.GIRL])
def test_every_variant_has_words_of_its_own(gender: Gender) -> None:
    assert [night.word for night in NIGHTS.values()].count(NIGHTS[gender].word) == 1
    assert [room.title for room in ROOMS.values()].count(ROOMS[gender].title) == 1


def test_a_person_dissolves_towards_the_edges_of_the_photo_only() -> None:
    face = draw_mascot().face  # 410 pixels high, in a photo of 800 x 1000
    placement = Placement(scale=0.5, left=200, top=50, hides_cuts=False)
    fade = fade_cuts(placement, face=face, photo=(1000, 800), size=(800, 700))
    assert fade[300, 400] == 1
    assert fade[300, [0, 199, 601]].max() == 0
    assert fade[[20, 560], 400].max() == 0
    assert 0 < fade[300, 215] < 1


def test_neon_lights_each_cheek_in_another_colour(sitter: Subject) -> None:
    picture = CyberpunkNeon().render(
        sitter, gender=Gender.MALE, size=Ratio.PORTRAIT.size, detail=0.5
    )
    upper = picture[500:900].astype(np.float32).mean(axis=0)
    greener = upper[:, 1] - upper[:, 0]  # the left lamp is cyan, the right one pink
    assert greener[400:560].mean() > greener[640:800].mean() + 20


def test_an_oil_painting_keeps_its_frame_whoever_sits(sitter: Subject) -> None:
    size = Ratio.PORTRAIT.size
    pictures = [
        RenaissanceOil().render(subject, gender=Gender.GIRL, size=size, detail=0.5)
        for subject in (sitter, draw_mascot())
    ]
    assert (pictures[0][:100] == pictures[1][:100]).all()
    red, green, blue = pictures[0][:100].reshape(-1, 3).mean(axis=0)
    assert red > green > blue
    assert (pictures[0][400:900, 300:900] != pictures[1][400:900, 300:900]).mean() > 0.9


@pytest.mark.parametrize("ratio", Ratio)
def test_frames_and_panels_lie_inside_the_picture(ratio: Ratio) -> None:
    width, height = ratio.size
    places: list[Hanging | Stage] = [*hangings(ratio.size), *stages(ratio.size)]
    for place in places:
        assert 0 <= place.left < place.left + place.width <= width
        assert 0 <= place.top < place.top + place.height <= height
    if ratio is not Ratio.PORTRAIT:  # then a tight photo needs a narrower one to fall back to
        assert hangings(ratio.size)[-1].width < hangings(ratio.size)[0].width
        assert stages(ratio.size)[-1].width < stages(ratio.size)[0].width


@pytest.mark.parametrize("design", sorted({night.paint for night in NIGHTS.values()}))
def test_a_free_cheek_is_painted_and_a_covered_one_is_left_alone(design: str) -> None:
    bear = smooth_bear()
    paint, _ = paint_cheek(bear, design)
    assert paint.max() > 0.5
    dark = bear.colours.copy()
    eyes = bear.face.points[[*RIGHT_EYE, *LEFT_EYE], 1]
    top = int(eyes.min())
    dark[top - 30 : top + 90] = 0.02  # glasses
    assert paint_cheek(replace(bear, colours=dark), design)[0].max() == 0
